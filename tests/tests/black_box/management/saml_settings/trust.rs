//! From when on a change holds: at once, everywhere.

use roster_tests::Backend;
use roster_tests::browser::Browser;
use roster_tests::idp::{OktaIdp, Person, Shape};
use roster_tests::on_both_stores;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::json;

on_both_stores! {
    async fn another_trust_holds_from_the_next_sign_in_on(backend: Backend) {
        let tenant = Tenant::new(backend);
        let (old, new) = (OktaIdp::new(), OktaIdp::new());
        let ada = Person::new("ada");
        let _ = old.connect(&tenant).await;
        let browser = Browser::new(&tenant);
        let request = browser.request_sign_in(None).await;
        let response = old.respond(&request, &ada, &Shape::okta());
        let _ = new.connect(&tenant).await;
        // Even an answer to a request from before is judged by the settings of now.
        let refused = browser.post_response(&response, request.relay_state.as_deref()).await.refused();
        assert!(!refused.reason(&tenant).await.is_empty());
        let _ = Browser::new(&tenant).sign_in(&new, &ada).await.signed_in();
        tenant.set_saml(&json!({ "enabled": false })).await;
        let answer = Browser::new(&tenant).get("/saml/login").await;
        assert!(answer.status >= 400, "SAML is off: {}", answer.text());
    }
}

#[tokio::test]
async fn another_trust_holds_on_every_replica_at_once() {
    let server = Server::start(Backend::Postgres);
    let replica = server.replica();
    let tenant = Tenant::on(&server);
    let (old, new) = (OktaIdp::new(), OktaIdp::new());
    let _ = old.connect(&tenant).await;
    let elsewhere = || Browser::new(&tenant).through(&replica);
    let _ = elsewhere()
        .sign_in(&old, &Person::new("ada"))
        .await
        .signed_in();
    let _ = new.connect(&tenant).await;
    let _ = elsewhere()
        .sign_in(&old, &Person::new("ada"))
        .await
        .refused();
    let _ = elsewhere()
        .sign_in(&new, &Person::new("grace"))
        .await
        .signed_in();
}
