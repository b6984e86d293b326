//! Rows: the columns of each table in Rust's types, and how they become domain values. Everything
//! that a database could hold wrongly is checked again on the way.

pub(crate) mod admin_link;
pub(crate) mod audit;
pub(crate) mod role;
pub(crate) mod saml;
pub(crate) mod scim_contact;
pub(crate) mod session;
pub(crate) mod signing_key;
mod storable;
pub(crate) mod tenant;
pub(crate) mod token;
pub(crate) mod user;

pub(crate) use storable::storable;
