//! The administrators' console.
//!
//! - [`walk`]: the source document, step by step, in a real browser, with Okta on the other side;
//! - [`usable`]: every page in a real browser: accessible, dark, narrow, in the reader's time zone,
//!   and the conveniences of the script;
//! - [`swagger`]: the API documentation, tried out as a person would;
//! - the rest is seen by a browser without scripts: [`api_tokens`], [`settings`], [`users`], [`roles`],
//!   [`audit_log`], what is [`hostile`], and who may do what ([`authorization`]); [`people`] sit there.

mod api_tokens;
mod audit_log;
mod authorization;
mod hostile;
mod people;
mod roles;
mod settings;
mod swagger;
mod usable;
mod users;
mod walk;

use std::sync::{Arc, OnceLock};

use roster_tests::Backend;
use roster_tests::chromium::Chromium;
use roster_tests::console::admin_link;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;

/// A new tenant on a server that a browser can reach, one for each store.
fn reachable_tenant(backend: Backend) -> Tenant {
    static SQLITE: OnceLock<Arc<Server>> = OnceLock::new();
    static POSTGRES: OnceLock<Arc<Server>> = OnceLock::new();
    let slot = match backend {
        Backend::Sqlite => &SQLITE,
        Backend::Postgres => &POSTGRES,
    };
    Tenant::on(slot.get_or_init(|| Server::start_reachable(backend, &[])))
}

/// A real browser in which an operator is signed in, at the tenant's start page.
async fn operator(tenant: &Tenant) -> Chromium {
    let chromium = Chromium::start().await;
    chromium.open(&admin_link(tenant)).await;
    chromium.press("Open the session").await;
    chromium.at(&format!("{}/", tenant.public_url())).await;
    chromium
}

/// The address of a page of the console.
fn page(tenant: &Tenant, path: &str) -> String {
    format!("{}/console{path}", tenant.public_url())
}

/// Goes to a place by the gear menu.
async fn by_menu(chromium: &Chromium, place: &str) {
    chromium.click_on(".menu > summary").await;
    chromium.follow(place).await;
}

/// Nothing on the page was blocked, and no script failed.
async fn assert_no_complaint(chromium: &Chromium) {
    let errors = chromium.console_errors().await;
    let errors: Vec<_> = errors
        .iter()
        // Pages that say 404, 409 or 422 are said to have failed to load.
        .filter(|error| !error.contains("Failed to load resource"))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
