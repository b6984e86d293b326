//! Okta's persona: the stories that an Okta administrator lives through.

mod assignment;
mod profile;
mod roles;
mod status;
mod troubleshooting;
