//! What every adapter with pages for a browser shares: nothing here answers a request by itself.
//!
//! - [`address`]: where browsers reach this server, and what protects them on the way;
//! - [`cookies`], [`visitor`]: from a request's cookies to whoever is signed in;
//! - [`cross_site`]: refuses what other sites make a browser send;
//! - [`form`]: what a browser posts;
//! - [`page`]: the layout around every page, its headers, style sheet and script.
//!
//! `roster-http` (the pages of a sign-in, the sessions of its APIs) and `roster-console` stand on it
//! and don't know each other.

pub mod address;
pub mod cookies;
pub mod cross_site;
pub mod form;
pub mod page;
pub mod visitor;
