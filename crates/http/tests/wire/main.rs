//! The adapter as its clients see it, on a real store: what goes in and what comes out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod admin_link;
mod audit_log;
mod browser;
mod cross_site;
mod documents;
mod door;
mod expected_versions;
mod house;
mod pages;
mod refusals;
mod refused_sign_in;
mod scim_contact;
mod sessions;
mod sign_in;
mod user_activity;
mod user_lists;
mod users;
mod world;
