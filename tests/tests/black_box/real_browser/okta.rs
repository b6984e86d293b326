//! With the provider in Okta's shape.

use roster_tests::Backend;
use roster_tests::chromium::Chromium;
use roster_tests::idp::served::ServedIdp;
use roster_tests::idp::{Identity, OktaIdp, Person};
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

use super::{
    assert_nothing_blocked, assert_sound, home, login_url, reachable_tenant, session, sign_out,
    signed_out,
};

/// The tenant, and a provider that it trusts and that knows the person.
async fn prepared(backend: Backend, person: &Person, settings: Value) -> (Tenant, ServedIdp) {
    let tenant = reachable_tenant(backend);
    let idp = OktaIdp::new().serve();
    let _ = idp.connect_with(&tenant, settings).await;
    idp.assign(person);
    (tenant, idp)
}

on_both_stores! {
    async fn a_person_signs_in_for_the_first_time_and_out_again(backend: Backend) {
        let ada = Person::new("ada").role("Analyst");
        let (tenant, _idp) = prepared(backend, &ada, json!({})).await;
        let chromium = Chromium::start().await;

        chromium.open(&login_url(&tenant)).await;
        chromium.press(&ServedIdp::button(&ada)).await;
        chromium.at(&home(&tenant)).await;
        chromium.sees("ada@example.com").await;
        assert_sound(&chromium, &tenant).await;
        let who = session(&chromium, &tenant).await;
        assert_eq!(who["email"], "ada@example.com", "{who}");
        let user = tenant.api().query("/users", &[("email", "ada@example.com")]).await.api(200);
        assert_eq!(user["items"][0]["role"]["name"], "Analyst", "{user}");

        sign_out(&chromium, &tenant).await;

        // And in once more, in the same browser.
        chromium.open(&login_url(&tenant)).await;
        chromium.press(&ServedIdp::button(&ada)).await;
        chromium.at(&home(&tenant)).await;
        assert_sound(&chromium, &tenant).await;
    }
}

#[tokio::test]
async fn a_person_starts_at_the_providers_dashboard() {
    let ada = Person::new("ada");
    let (tenant, idp) = prepared(Backend::Sqlite, &ada, json!({ "idpInitiated": true })).await;
    let chromium = Chromium::start().await;
    chromium.open(&idp.dashboard_url(&tenant)).await;
    chromium.press(&ServedIdp::button(&ada)).await;
    chromium.at(&home(&tenant)).await;
    chromium.sees("ada@example.com").await;
    assert_sound(&chromium, &tenant).await;
}

#[tokio::test]
async fn the_sign_in_ends_where_the_person_wanted_to_be() {
    let ada = Person::new("ada");
    let (tenant, _idp) = prepared(Backend::Sqlite, &ada, json!({})).await;
    let chromium = Chromium::start().await;
    let wanted = format!("/t/{}/?view=alerts&page=2", tenant.slug);
    let mut login = url::Url::parse(&login_url(&tenant)).unwrap();
    login.query_pairs_mut().append_pair("return_to", &wanted);
    chromium.open(login.as_str()).await;
    chromium.press(&ServedIdp::button(&ada)).await;
    let there = format!("{}{wanted}", tenant.server.public_url());
    chromium.at(&there).await;
    assert_sound(&chromium, &tenant).await;
}

#[tokio::test]
async fn signing_out_ends_the_providers_session_too() {
    let ada = Person::new("ada");
    let key = Identity::rsa("roster");
    let pair = json!({ "privateKey": key.key_pem, "certificate": key.certificate_pem });
    let settings = json!({ "signingKey": pair });
    let (tenant, idp) = prepared(Backend::Sqlite, &ada, settings).await;
    let chromium = Chromium::start().await;
    chromium.open(&login_url(&tenant)).await;
    chromium.press(&ServedIdp::button(&ada)).await;
    chromium.at(&home(&tenant)).await;

    chromium.press("Sign out").await;
    // By way of the provider, which sends the browser back.
    chromium.at(&signed_out(&tenant)).await;
    assert_eq!(session(&chromium, &tenant).await, Value::Null);
    assert_nothing_blocked(&chromium).await;
    let logouts = idp.logouts();
    let [logout] = logouts.as_slice() else {
        panic!("one request to sign out: {logouts:?}");
    };
    assert_eq!(logout.name_id, "ada@example.com");
    assert_eq!(logout.issuer, tenant.audience());
    assert!(logout.message.is_signed_by(&key));
}

#[tokio::test]
async fn with_enforced_sso_a_stranger_is_sent_straight_to_the_provider() {
    let ada = Person::new("ada");
    let (tenant, _idp) = prepared(Backend::Sqlite, &ada, json!({ "enforceSso": true })).await;
    let chromium = Chromium::start().await;
    chromium.open(&home(&tenant)).await;
    chromium.press(&ServedIdp::button(&ada)).await;
    chromium.at(&home(&tenant)).await;
    chromium.sees("ada@example.com").await;
}

#[tokio::test]
async fn a_refusal_is_a_page_that_says_what_to_do() {
    let eve = Person::new("eve").role("Nonsense");
    let (tenant, _idp) = prepared(Backend::Sqlite, &eve, json!({})).await;
    let chromium = Chromium::start().await;
    chromium.open(&login_url(&tenant)).await;
    chromium.press(&ServedIdp::button(&eve)).await;
    chromium.at(&tenant.acs_url()).await;
    let page = chromium.text("body").await;
    let records = tenant.audit("SIGN_IN", "FAILED").await;
    let [record] = records.as_slice() else {
        panic!("one refused sign-in: {records:#?}");
    };
    let reason = record["description"].as_str().unwrap();
    assert!(reason.contains("Nonsense"), "{reason}");
    let shown = page
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
        .any(|word| word.len() == 9 && word.contains('-') && reason.contains(word));
    assert!(shown, "the reference of {reason:?} on the page: {page}");
    assert_eq!(session(&chromium, &tenant).await, Value::Null);
    assert_nothing_blocked(&chromium).await;
    let users = tenant.api().get("/users").await.api(200);
    assert_eq!(users["items"], json!([]));
}
