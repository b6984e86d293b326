//! Black-box tests of the running server: the real binary, on SQLite and on PostgreSQL, judged by
//! what it answers and by nothing else. One binary, so that it is linked once.
//!
//! - [`okta`]: the main job, as Okta's custom apps and catalogue apps ask for it;
//! - [`scim_protocol`]: each promise of the lifecycle profile;
//! - [`management`]: the management API;
//! - [`authorization`]: who may do what, by a reviewed table, and the life of tokens;
//! - [`hostile`]: what nobody well-meaning sends;
//! - [`life_of_a_person`]: sign-ins, sessions, and Okta's SCIM between them;
//! - [`sign_in`]: each rule of how people sign in, and what they hold meanwhile;
//! - [`saml_attacks`]: what attackers post as a sign-in, document by document;
//! - [`real_browser`]: signing in and out in headless Chromium;
//! - [`console`]: the administrators' console, with and without scripts;
//! - [`telemetry`]: what is measured, by a real Prometheus and over real OTLP;
//! - [`durability`]: many writers, crashes, shutdown;
//! - [`replicas`]: several processes on one database;
//! - [`command_line`]: the program's commands and settings.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests: a test that can't go on ends, and says why"
)]

mod authorization;
mod command_line;
mod console;
mod durability;
mod hostile;
mod life_of_a_person;
mod management;
mod okta;
mod real_browser;
mod replicas;
mod saml_attacks;
mod scim_protocol;
mod sign_in;
mod telemetry;
