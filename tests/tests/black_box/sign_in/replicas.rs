//! Two processes on one PostgreSQL database are one Roster to whoever is signed in: what one of them
//! began works at the other at once, and what one of them ended is over at the other at once.

use std::sync::{Arc, OnceLock};

use reqwest::Method;
use roster_tests::browser::Browser;
use roster_tests::client::Client;
use roster_tests::idp::{Person, Shape};
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use roster_tests::{Backend, jwt};
use serde_json::{Value, json};

use super::{Organisation, text, user_id};

/// An organisation at the first of two replicas, and the second.
async fn pair() -> (Organisation, Arc<Server>) {
    static PAIR: OnceLock<[Arc<Server>; 2]> = OnceLock::new();
    let [first, second] = PAIR.get_or_init(|| {
        let first = Server::start(Backend::Postgres);
        let second = first.replica();
        [first, second]
    });
    (
        Organisation::of(Tenant::on(first), json!({})).await,
        second.clone(),
    )
}

/// Somebody signed in at the first replica; the same browser at both, known to both.
async fn both(org: &Organisation, replica: &Server, person: &Person) -> [Browser; 2] {
    let here = org.sign_in(person).await;
    let there = here.clone().through(replica);
    assert!(there.is_signed_in().await && here.is_signed_in().await);
    [here, there]
}

#[tokio::test]
async fn a_sign_in_that_began_at_one_ends_at_the_other() {
    let (org, replica) = pair().await;
    let browser = org.browser();
    let request = browser.request_sign_in(Some("/docs")).await;
    let response = org
        .idp
        .respond(&request, &Person::new("ada"), &Shape::okta());
    let browser = browser.through(&replica);
    let landed = browser
        .post_response(&response, request.relay_state.as_deref())
        .await
        .signed_in();
    assert!(landed.location.ends_with("/docs"), "{}", landed.location);
    // And back at the first one the session is there, with the same token against other sites.
    let back = browser.clone().through(&org.tenant.server);
    assert_eq!(back.csrf().await, browser.csrf().await);
    assert_eq!(
        user_id(&back).await,
        org.only_user().await["id"].as_str().unwrap()
    );
}

#[tokio::test]
async fn a_session_ends_at_both_at_once() {
    let (org, replica) = pair().await;
    let ada = Person::new("ada");
    for ended_there in [false, true] {
        let [here, there] = both(&org, &replica, &ada).await;
        let copies = [here.clone(), there.clone()];
        let ending = if ended_there { &there } else { &here };
        ending.sign_out().await.api(200);
        for copy in &copies {
            assert!(!copy.is_signed_in().await);
            copy.get("/api/v1/users").await.problem(401);
        }
    }
    // Everywhere is at every replica.
    let [here, there] = both(&org, &replica, &ada).await;
    let [_, other] = both(&org, &replica, &ada).await;
    here.write(Method::DELETE, "/session?everywhere=true", &Value::Null)
        .await
        .api(200);
    for browser in [&here, &there, &other] {
        assert!(!browser.is_signed_in().await);
    }
}

#[tokio::test]
async fn whoever_is_deactivated_at_one_is_out_at_the_other_at_once() {
    let (org, replica) = pair().await;
    let ada = Person::new("ada");
    let [here, there] = both(&org, &replica, &ada).await;
    let path = format!("/Users/{}", user_id(&here).await);
    // The connector, at either replica, by turns.
    let token = org.tenant.administrator_token();
    let elsewhere = format!("{}/t/{}/scim/v2", replica.url(), org.tenant.slug);
    let elsewhere = Client::new(elsewhere).with_token(token);
    for scim in [org.tenant.scim(), elsewhere] {
        let [here, there] = both(&org, &replica, &ada).await;
        scim.put(&path, &json!({ "active": false })).await.scim(200);
        for browser in [&there, &here] {
            assert!(!browser.is_signed_in().await);
        }
        for browser in [org.browser(), org.browser().through(&replica)] {
            let _ = browser.sign_in(&org.idp, &ada).await.refused();
        }
        scim.put(&path, &json!({ "active": true })).await.scim(200);
        for browser in [&there, &here] {
            assert!(
                !browser.is_signed_in().await,
                "a session came back from the dead"
            );
        }
        let _ = org
            .browser()
            .through(&replica)
            .sign_in(&org.idp, &ada)
            .await
            .signed_in();
    }
    assert!(!here.is_signed_in().await && !there.is_signed_in().await);
}

#[tokio::test]
async fn roles_and_permissions_hold_at_both_at_once() {
    let (org, replica) = pair().await;
    let role = org.role("Responder", &["UserRead"]).await;
    let [here, there] = both(&org, &replica, &Person::new("ada").role("Responder")).await;
    let id = user_id(&here).await;
    there.get("/api/v1/users").await.api(200);
    let path = format!("/roles/{role}");
    org.tenant
        .api()
        .patch(&path, &json!({ "permissions": ["AlertRead"] }))
        .await
        .api(200);
    there.get("/api/v1/users").await.problem(403);
    assert_eq!(
        there.session().await.api(200)["permissions"],
        json!(["AlertRead"])
    );
    assert_eq!(
        jwt::claims(&there.token().await)["permissions"],
        json!(["AlertRead"])
    );
    org.change(&id, json!({ "role": "Analyst" })).await;
    assert_eq!(there.session().await.api(200)["role"], "Analyst");
    // A role that SCIM has set at one is pending at the other, and in force by a sign-in there.
    let wish = json!({ "pantherRole": "AnalystReadOnly" });
    org.tenant
        .scim()
        .put(&format!("/Users/{id}"), &wish)
        .await
        .scim(200);
    assert_eq!(
        there.session().await.api(200)["pendingRole"],
        "AnalystReadOnly"
    );
    let _ = there
        .sign_in(&org.idp, &Person::new("ada"))
        .await
        .signed_in();
    assert_eq!(here.session().await.status, 200);
    assert_eq!(
        org.tenant.record(&id).await["role"]["name"],
        "AnalystReadOnly"
    );
}

#[tokio::test]
async fn a_token_of_one_holds_by_the_keys_of_the_other() {
    let (org, replica) = pair().await;
    let [here, there] = both(&org, &replica, &Person::new("ada")).await;
    let keys = [
        jwt::key_set(&org.tenant.server).await,
        jwt::key_set(&replica).await,
    ];
    for browser in [&here, &there] {
        let token = browser.token().await;
        for keys in &keys {
            let claims = jwt::verify(&token, keys, &org.tenant).expect("a fresh token holds");
            assert_eq!(text(&claims["sub"]), user_id(browser).await);
        }
    }
}
