//! Genuine responses, signed by the provider, but meant for somebody else, another time or another
//! place.

use roster_tests::Backend;
use roster_tests::browser::Browser;
use roster_tests::idp::{OktaIdp, Shape};
use roster_tests::tenant::Tenant;
use time::Duration;

use super::{attacker, judge, no_session, nobody, provider, refused};

#[tokio::test]
async fn an_expired_response() {
    let shape = Shape::okta().facts(|facts| facts.shift(Duration::minutes(-7)));
    refused(shape, "was valid until").await;
}

#[tokio::test]
async fn a_response_that_is_not_yet_valid() {
    let shape = Shape::okta().facts(|facts| facts.shift(Duration::minutes(7)));
    refused(shape, "is valid from").await;
}

#[tokio::test]
async fn another_audience() {
    let shape = Shape::okta().facts(|facts| facts.audience = "https://other.example".into());
    refused(shape, "is meant for the audience").await;
}

#[tokio::test]
async fn another_recipient() {
    let shape = Shape::okta().facts(|facts| facts.recipient = "https://other.example/acs".into());
    refused(shape, "is for the recipient").await;
}

#[tokio::test]
async fn another_destination() {
    let shape = Shape::okta().facts(|facts| facts.destination = "https://other.example/acs".into());
    refused(shape, "the response was sent to").await;
}

#[tokio::test]
async fn another_issuer_of_the_response() {
    let shape = Shape::okta().facts(|facts| facts.issuer = "http://www.okta.com/other".into());
    refused(shape, "the trusted identity provider is").await;
}

#[tokio::test]
async fn another_issuer_of_the_assertion() {
    let shape =
        Shape::okta().facts(|facts| facts.assertion_issuer = "http://www.okta.com/other".into());
    refused(shape, "the trusted identity provider is").await;
}

#[tokio::test]
async fn an_unknown_request() {
    let shape = Shape::okta().facts(|facts| facts.in_response_to = Some("_unknown".into()));
    refused(shape, "has not outstanding").await;
}

#[tokio::test]
async fn a_failure_that_the_provider_reports() {
    let shape = Shape::okta().facts(|facts| {
        facts.status =
            r#"<saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"/>"#.into();
    });
    refused(shape, "answered with status").await;
}

#[tokio::test]
async fn a_response_for_another_tenant_of_the_same_provider() {
    let (ours, theirs) = (Tenant::new(Backend::Sqlite), Tenant::new(Backend::Sqlite));
    let idp = provider();
    idp.connect(&ours).await;
    idp.connect(&theirs).await;
    let browser = Browser::new(&theirs);
    let request = browser.request_sign_in(None).await;
    let response = idp.respond(&request, &attacker(), &Shape::okta());
    let browser = browser.at(&ours);
    let relay_state = request.relay_state.as_deref();
    let refused = browser
        .post_response(&response, relay_state)
        .await
        .refused();
    judge(&ours, &browser, &refused, "our ACS URL is").await;
    nobody(&theirs).await;
}

#[tokio::test]
async fn a_response_of_a_provider_that_only_another_tenant_trusts() {
    let tenant = Tenant::new(Backend::Sqlite);
    provider().connect(&tenant).await;
    let stranger = OktaIdp::with_key(super::attackers_key());
    let browser = Browser::new(&tenant);
    let refused = browser.sign_in(&stranger, &attacker()).await.refused();
    judge(
        &tenant,
        &browser,
        &refused,
        "made by none of the configured certificates",
    )
    .await;
}

#[tokio::test]
async fn a_sign_in_that_starts_at_the_provider_while_that_is_off() {
    let tenant = Tenant::new(Backend::Sqlite);
    let idp = provider();
    idp.connect(&tenant).await;
    let browser = Browser::new(&tenant);
    let response = idp.respond(&idp.unsolicited(&tenant), &attacker(), &Shape::okta());
    let refused = browser.post_response(&response, None).await.refused();
    judge(&tenant, &browser, &refused, "answers no request").await;
}

#[tokio::test]
async fn a_response_after_saml_was_switched_off() {
    let tenant = Tenant::new(Backend::Sqlite);
    let idp = provider();
    idp.connect(&tenant).await;
    let browser = Browser::new(&tenant);
    let request = browser.request_sign_in(None).await;
    tenant
        .set_saml(&serde_json::json!({ "enabled": false }))
        .await;
    let response = idp.respond(&request, &attacker(), &Shape::okta());
    let relay_state = request.relay_state.as_deref();
    let refused = browser
        .post_response(&response, relay_state)
        .await
        .refused();
    no_session(&browser, &refused).await;
    nobody(&tenant).await;
    assert!(refused.reason(&tenant).await.contains("switched off"));
}
