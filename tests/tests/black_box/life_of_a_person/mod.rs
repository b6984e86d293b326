//! How a person comes and goes: born at the first sign-in, kept right by Okta over SCIM, out at once
//! when Okta says so.
//!
//! - [`story`]: the whole of it, in one;
//! - [`coming_in`]: what a sign-in makes of somebody: creation, binding, role, refusals;
//! - [`staying_in`]: sessions and their tokens, here and at another replica;
//! - [`races`]: sign-ins and SCIM at the same moment.

mod coming_in;
mod races;
mod staying_in;
mod story;

use roster_tests::Backend;
use roster_tests::browser::Browser;
use roster_tests::idp::{OktaIdp, Person};
use roster_tests::tenant::Tenant;
use serde_json::Value;

/// A tenant that trusts a provider.
async fn connected(backend: Backend) -> (Tenant, OktaIdp) {
    let tenant = Tenant::new(backend);
    let idp = OktaIdp::new();
    idp.connect(&tenant).await;
    (tenant, idp)
}

/// A browser in which that person is signed in, and the person's id.
async fn signed_in(tenant: &Tenant, idp: &OktaIdp, person: &Person) -> (Browser, String) {
    let browser = Browser::new(tenant);
    let _ = browser.sign_in(idp, person).await.signed_in();
    let id = who(&browser).await["id"].as_str().unwrap().to_owned();
    (browser, id)
}

/// What the session says about its user.
async fn who(browser: &Browser) -> Value {
    browser.session().await.api(200)
}

async fn users(tenant: &Tenant) -> Vec<Value> {
    let users = tenant.api().get("/users").await.api(200);
    users["items"].as_array().unwrap().clone()
}
