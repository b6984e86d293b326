//! What nobody well-meaning does to the console, and what people do to each other in it.
//!
//! - [`texts`]: markup, other scripts, ten thousand characters and control characters in every form;
//! - [`ids`]: ids of another tenant, and what is none;
//! - [`stale`]: forms that somebody else was faster than;
//! - [`forged`]: forms that no page of the session has shown;
//! - [`requests`]: what is no form, no page, or no method of one;
//! - [`strangers`]: whoever is not signed in, and where links with words of others lead;
//! - [`operator`]: all that an operator does is written down as the operator's.

mod forged;
mod ids;
mod operator;
mod requests;
mod stale;
mod strangers;
mod texts;

use roster_tests::client::Client;
use roster_tests::console::{Console, Form};
use serde_json::Value;

/// All that can be changed in a tenant, as the management API shows it. What merely happens, such as
/// the use of a token, is not in it.
async fn state(api: &Client) -> Vec<Value> {
    let mut state = Vec::new();
    for path in [
        "/users",
        "/roles",
        "/api-tokens",
        "/settings",
        "/saml-settings",
    ] {
        let mut answer = api.get(path).await.api(200);
        for item in answer["items"].as_array_mut().into_iter().flatten() {
            let _ = item.as_object_mut().unwrap().remove("lastUsedAt");
            let _ = item.as_object_mut().unwrap().remove("lastUsedFrom");
        }
        state.push(answer);
    }
    state
}

/// The form of a page that is sent to that path, as the page shows it now.
async fn form(console: &Console, page: &str, path: &str) -> Form {
    console.open(page).await.is_fine().form(path)
}
