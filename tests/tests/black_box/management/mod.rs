//! The management API: users and their sessions, roles, API tokens, settings, the audit log.

mod audit_log;
mod problems;
mod roles;
mod saml_settings;
mod sessions;
mod settings;
mod tokens;
mod users;
