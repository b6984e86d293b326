//! Users.
//!
//! - [`list`]: searched, filtered, page by page;
//! - [`profile`]: what a user's page tells, and its form;
//! - [`access`]: deactivated and reactivated, sessions ended, unbound;
//! - [`guards`]: who can't be demoted or deactivated, and why.

mod access;
mod guards;
mod list;
mod profile;

use roster_tests::console::{Console, Page};

/// A user's page.
async fn user(console: &Console, id: &str) -> Page {
    console.open(&format!("/users/{id}")).await.is_fine()
}

/// What a user's page says of one thing, such as the role.
#[track_caller]
fn fact(page: &Page, name: &str) -> String {
    let facts = "section[aria-label='User']";
    let names = page.all(&format!("{facts} dt"));
    let values = page.all(&format!("{facts} dd"));
    let mut found = names.iter().zip(values).filter(|(found, _)| *found == name);
    let (_, value) = found.next().unwrap_or_else(|| panic!("{name}: {names:?}"));
    value
}
