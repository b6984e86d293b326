//! Reads: one round trip each. All are typed queries, which a connection prepares once.

pub(crate) mod admin_links;
pub(crate) mod audit;
pub(crate) mod roles;
pub(crate) mod saml;
pub(crate) mod scim_contacts;
pub(crate) mod sessions;
pub(crate) mod signing_keys;
pub(crate) mod tenants;
pub(crate) mod tokens;
pub(crate) mod users;
