//! The rules, one sentence a test: decisions on users, roles, tokens and settings, through the
//! public interface of the crate.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails here has found its fault"
)]

mod erasure;
mod erasure_words;
mod properties;
mod retention;
mod roles;
mod saml_settings;
mod scim_writes;
mod sessions;
mod settings_and_tenants;
mod sign_in;
mod signing_keys;
mod support;
mod tokens;
mod users;
