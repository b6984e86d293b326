//! Honest answers that look otherwise than Okta's usual ones, as other settings of the application in
//! Okta make them: all of them let the person in.

use roster_tests::browser::Browser;
use roster_tests::idp::encryption::encrypted;
use roster_tests::idp::{Identity, Person, Shape, Signed};
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::Organisation;

async fn lets_in(org: &Organisation, shape: &Shape) -> Browser {
    let browser = org.browser();
    let ada = Person::new("ada").role("Analyst");
    let _ = browser
        .sign_in_with(&org.idp, &ada, shape)
        .await
        .signed_in();
    let session = browser.session().await.api(200);
    assert_eq!(
        (&session["email"], &session["role"]),
        (&json!("ada@example.com"), &json!("Analyst"))
    );
    browser
}

on_both_stores! {
    async fn one_signature_is_enough_whichever_it_is(backend: Backend) {
        let org = Organisation::new(backend).await;
        for signed in [Signed::Both, Signed::Assertion, Signed::Response] {
            lets_in(&org, &Shape::okta().signed(signed)).await;
        }
    }

    async fn an_encrypted_assertion_is_read_with_the_key_for_it(backend: Backend) {
        let org = Organisation::new(backend).await;
        let key = Identity::rsa("roster");
        let shapes = || {
            let (first, second) = (key.clone(), key.clone());
            let inside = Shape::okta().made(move |idp, facts| {
                facts.around(&encrypted(&idp.signed_assertion(facts), &first))
            });
            let around = Shape::okta().made(move |idp, facts| {
                let document = facts.around(&encrypted(&idp.signed_assertion(facts), &second));
                idp.signing(&facts.response_id).sign(&document)
            });
            [inside, around]
        };
        for shape in shapes() {
            let refused = org.browser().sign_in_with(&org.idp, &Person::new("ada"), &shape).await.refused();
            assert!(refused.reason(&org.tenant).await.contains("encrypted"), "without the key");
        }
        let pair = json!({ "privateKey": key.key_pem, "certificate": key.certificate_pem });
        org.tenant.set_saml(&json!({ "decryptionKey": pair })).await;
        for shape in shapes() {
            lets_in(&org, &shape).await;
        }
        // An assertion that isn't encrypted is as welcome as before.
        lets_in(&org, &Shape::okta()).await;
    }

    async fn clocks_may_differ_by_less_than_a_minute(backend: Backend) {
        let org = Organisation::new(backend).await;
        let shape = |by: i64| Shape::okta().facts(move |facts| {
            let begin = OffsetDateTime::now_utc() + Duration::seconds(by);
            (facts.issued_at, facts.not_before, facts.authenticated_at) = (begin, begin, begin);
            facts.not_on_or_after = begin + Duration::minutes(5);
        });
        lets_in(&org, &shape(30)).await;
        lets_in(&org, &shape(-320)).await;
    }

    async fn a_role_may_be_said_twice_as_long_as_it_is_one(backend: Backend) {
        let org = Organisation::of(Tenant::new(backend), json!({})).await;
        let shape = Shape::okta().facts(|facts| {
            let role = facts.attributes.iter().find(|(name, _)| name == "PantherRole").unwrap().clone();
            facts.attributes.push(role);
        });
        lets_in(&org, &shape).await;
    }
}
