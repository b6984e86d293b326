//! From the login URL to the signed-in page and back out, in a real browser: headless Chromium, which
//! enforces what a client library doesn't (SameSite and Secure cookies between two sites, the
//! content security policy, redirects after a form). With the provider of these tests, and
//! with one that somebody else wrote.

mod foreign;
mod okta;

use std::sync::{Arc, OnceLock};

use reqwest::Method;
use roster_tests::Backend;
use roster_tests::chromium::Chromium;
use roster_tests::client::{Answer, Client};
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::Value;

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

fn login_url(tenant: &Tenant) -> String {
    format!("{}/saml/login", tenant.public_url())
}

/// Where people land.
fn home(tenant: &Tenant) -> String {
    format!("{}/", tenant.public_url())
}

/// Where people are after signing out.
fn signed_out(tenant: &Tenant) -> String {
    format!("{}/signed-out", tenant.public_url())
}

/// What `GET /session` answers to the cookies of that browser; `null`: nobody is signed in. Asked
/// from outside, since the pages' policy lets no script of theirs ask anything.
async fn session(chromium: &Chromium, tenant: &Tenant) -> Value {
    let cookies = chromium.cookies().await;
    let cookies = cookies.iter().map(|cookie| {
        let part = |name: &str| cookie[name].as_str().unwrap().to_owned();
        format!("{}={}", part("name"), part("value"))
    });
    let request = Client::new(tenant.public_url())
        .request(Method::GET, "/session")
        .header("Cookie", cookies.collect::<Vec<_>>().join("; "));
    let answer = Answer::of(request).await;
    if answer.status == 401 {
        return Value::Null;
    }
    answer.api(200)
}

/// The session's cookie is the only one left, out of reach for scripts and for forms of other sites, and
/// nothing on the page was blocked.
async fn assert_sound(chromium: &Chromium, tenant: &Tenant) {
    let cookies = chromium.cookies().await;
    let [cookie] = cookies.as_slice() else {
        panic!("the session's cookie and no other: {cookies:#?}");
    };
    // `__Host-` and `Secure` come with https.
    let name = format!("roster_session_{}", tenant.slug);
    assert_eq!(cookie["name"], name.as_str(), "{cookie}");
    assert_eq!(cookie["httpOnly"], true, "{cookie}");
    assert_eq!(cookie["sameSite"], "Lax", "{cookie}");
    assert_eq!(cookie["path"], "/", "{cookie}");
    assert_eq!(cookie["domain"], "localhost", "{cookie}");
    assert_eq!(chromium.script("return document.cookie").await, "");
    assert_nothing_blocked(chromium).await;
}

/// The content security policy had nothing to complain about.
async fn assert_nothing_blocked(chromium: &Chromium) {
    let errors = chromium.console_errors().await;
    let blocked: Vec<_> = errors
        .iter()
        .filter(|error| error.contains("Content Security Policy"))
        .collect();
    assert!(blocked.is_empty(), "{blocked:#?}");
}

/// Presses the button, and asserts that the session is over, here and at the server.
async fn sign_out(chromium: &Chromium, tenant: &Tenant) {
    chromium.press("Sign out").await;
    chromium.at(&signed_out(tenant)).await;
    assert_eq!(session(chromium, tenant).await, Value::Null);
    let left = chromium.cookies().await;
    assert!(left.is_empty(), "the cookie is removed: {left:#?}");
    assert_nothing_blocked(chromium).await;
}
