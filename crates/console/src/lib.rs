//! The administrators' console: pages below `/t/{slug}/console`, rendered on the server.
//!
//! A request comes here when somebody is signed in (the door of `roster-http` sees to it), and
//! travels through these files:
//! 1. [`entrance`]: who it is, what the form says, and whether it comes from a page of ours;
//! 2. [`routes`]: the table of all pages;
//! 3. [`api_tokens`], [`settings`], [`users`], [`roles`], [`audit_log`]: each page is a function that
//!    calls one use case of `roster-application` and shows what came of it;
//! 4. [`fault`]: what is shown when a use case fails.
//!
//! [`desk`] is what every page is given, [`parts`] are the pieces that pages are made of: form fields
//! that keep what was typed, permissions, notices. What may not be done is not offered, and the use
//! cases refuse it to whoever asks all the same.
//!
//! To add a page: a function in the folder of its subject, a line in [`routes`], a row in
//! `tests/console-authorization.md`.

mod api_tokens;
mod audit_log;
mod desk;
mod entrance;
mod fault;
mod parts;
mod roles;
mod routes;
mod settings;
mod start;
mod users;

use std::sync::Arc;

use poem::EndpointExt;
use poem::endpoint::BoxEndpoint;
use roster_application::Application;
use roster_web_kit::address::PublicAddress;

use entrance::Entrance;

/// The console of every tenant. `public_url` is where browsers reach this server.
#[must_use]
pub fn console(application: Application, public_url: &str) -> BoxEndpoint<'static> {
    let address = Arc::new(PublicAddress::of(public_url));
    Entrance::new(application, address).boxed()
}
