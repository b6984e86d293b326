//! Two things at the same moment: nothing is lost, nothing is done twice.

use std::sync::Arc;
use std::time::Duration;

use roster_tests::browser::{Browser, SignIn};
use roster_tests::idp::{Person, Shape};
use roster_tests::on_both_stores;
use serde_json::json;

use super::{connected, signed_in, users};

on_both_stores! {
    async fn ten_first_sign_ins_of_one_person_create_one_user(backend: Backend) {
        let (tenant, idp) = connected(backend).await;
        let mut posts = Vec::new();
        for _ in 0..10 {
            let browser = Browser::new(&tenant);
            let request = browser.request_sign_in(None).await;
            let response = idp.respond(&request, &Person::new("ada"), &Shape::okta());
            posts.push(tokio::spawn(async move {
                let _ = browser.post_response(&response, request.relay_state.as_deref()).await.signed_in();
                browser.is_signed_in().await
            }));
        }
        for post in posts {
            assert!(post.await.unwrap());
        }
        assert_eq!(users(&tenant).await.len(), 1);
        assert_eq!(tenant.audit("CREATE_USER", "SUCCEEDED").await.len(), 1);
        assert_eq!(tenant.audit("SIGN_IN", "SUCCEEDED").await.len(), 10);
    }

    async fn scim_and_sign_ins_at_once_lose_neither_change(backend: Backend) {
        let (tenant, idp) = connected(backend).await;
        let (_, id) = signed_in(&tenant, &idp, &Person::new("ada")).await;
        let tenant = Arc::new(tenant);
        for round in 0..8 {
            // The assertion changes the family name, SCIM the external id and the pending role.
            let browser = Browser::new(&tenant);
            let request = browser.request_sign_in(None).await;
            let person = Person::new("ada").names("Ada", format!("Name{round}").as_str());
            let response = idp.respond(&request, &person, &Shape::okta());
            let sign_in = tokio::spawn(async move {
                let _ = browser.post_response(&response, request.relay_state.as_deref()).await.signed_in();
            });
            let (scim, path) = (tenant.scim(), format!("/Users/{id}"));
            let external_id = format!("00u{round}");
            let operations = json!([{"op": "replace", "value": {"externalId": external_id}}]);
            let patch = tokio::spawn(async move { scim.operations(&path, operations).await.scim(200) });
            sign_in.await.unwrap();
            patch.await.unwrap();
            let user = tenant.record(&id).await;
            assert_eq!((&user["familyName"], &user["externalId"]), (&json!(format!("Name{round}")), &json!(external_id)));
        }
    }

    async fn a_deactivation_at_the_same_moment_leaves_no_session(backend: Backend) {
        let (tenant, idp) = connected(backend).await;
        let (_, id) = signed_in(&tenant, &idp, &Person::new("ada")).await;
        let path = format!("/Users/{id}");
        let mut let_in = 0;
        for round in 0..8 {
            let browser = Browser::new(&tenant);
            let request = browser.request_sign_in(None).await;
            let response = idp.respond(&request, &Person::new("ada"), &Shape::okta());
            let post = {
                let browser = browser.clone();
                tokio::spawn(async move {
                    let outcome = browser.post_response(&response, request.relay_state.as_deref()).await;
                    (browser, matches!(outcome, SignIn::SignedIn(_)))
                })
            };
            let scim = tenant.scim();
            let status = |active: bool| json!([{"op": "replace", "value": {"active": active}}]);
            // Each time a little later, and in the end after the sign-in.
            tokio::time::sleep(Duration::from_millis(5 * round)).await;
            while round == 7 && !post.is_finished() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            scim.operations(&path, status(false)).await.scim(200);
            let (browser, was_let_in) = post.await.unwrap();
            let_in += u32::from(was_let_in);
            assert!(!browser.is_signed_in().await, "whichever was first");
            scim.operations(&path, status(true)).await.scim(200);
            assert!(!browser.is_signed_in().await, "no session comes back with the account");
        }
        assert_ne!(let_in, 0, "nobody had a session to lose");
    }
}
