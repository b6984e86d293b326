//! Sessions and their tokens.

use reqwest::Method;
use roster_tests::browser::Browser;
use roster_tests::browser::cookies::From;
use roster_tests::idp::{OktaIdp, Person, Shape};
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use roster_tests::{Backend, jwt, on_both_stores};
use serde_json::{Value, json};

use super::{connected, signed_in, who};

on_both_stores! {
    async fn a_token_says_who_it_is_and_what_they_may_do(backend: Backend) {
        let (tenant, idp) = connected(backend).await;
        let (browser, id) = signed_in(&tenant, &idp, &Person::new("ada").role("Analyst")).await;
        let token = browser.token().await;
        let claims = jwt::verify(&token, &jwt::key_set(&tenant.server).await, &tenant).unwrap();
        let session = who(&browser).await;
        for (claim, expected) in [
            ("iss", json!(tenant.server.public_url())),
            ("sub", json!(id)),
            ("aud", json!(tenant.public_url())),
            ("sid", session["sessionId"].clone()),
            ("tenant", json!(tenant.slug)),
            ("email", json!("ada@example.com")),
            ("name", json!("Ada Byron")),
            ("role", json!("Analyst")),
            ("permissions", session["permissions"].clone()),
        ] {
            assert_eq!(claims[claim], expected, "{claim}");
        }
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
        assert!(claims["auth_time"].is_i64() && claims["jti"].is_string());
        assert_eq!(jwt::header(&token)["alg"], "ES256");
        // No other tenant's application takes it.
        let other = Tenant::on(&tenant.server);
        assert!(jwt::verify(&token, &jwt::key_set(&tenant.server).await, &other).is_err());
    }

    async fn a_changed_permission_set_holds_for_the_next_token_and_request(backend: Backend) {
        let (tenant, idp) = connected(backend).await;
        let api = tenant.api();
        let role = api.post("/roles", &json!({ "name": "Auditor", "permissions": ["AuditLogRead"] })).await.api(201);
        let (browser, _) = signed_in(&tenant, &idp, &Person::new("ada").role("Auditor")).await;
        assert_eq!(browser.get("/api/v1/audit-log").await.status, 200);
        assert_eq!(browser.get("/api/v1/users").await.status, 403);
        let path = format!("/roles/{}", role["id"].as_str().unwrap());
        api.patch(&path, &json!({ "permissions": ["UserRead", "RuleRead"] })).await.api(200);
        assert_eq!(jwt::claims(&browser.token().await)["permissions"], json!(["RuleRead", "UserRead"]));
        assert_eq!(browser.get("/api/v1/audit-log").await.status, 403);
        assert_eq!(browser.get("/api/v1/users").await.status, 200);
        // The role can't be deleted while she has it; without it she loses its permissions at once.
        assert_eq!(api.delete(&path).await.status, 409);
    }

    async fn every_write_by_cookie_needs_the_token_of_a_page_of_ours(backend: Backend) {
        let (tenant, idp) = connected(backend).await;
        let (browser, id) = signed_in(&tenant, &idp, &Person::new("ada").role("Admin")).await;
        let grace = tenant.user("grace", "Analyst");
        let path = format!("/api/v1/users/{grace}");
        let change = json!({ "familyName": "Hopper" });
        let csrf = browser.csrf().await;
        let wrong = "0".repeat(csrf.len());
        for (token, from) in [
            (None, From::SameSite),
            (Some(wrong.as_str()), From::SameSite),
            (Some(""), From::SameSite),
            (Some(csrf.as_str()), From::ForeignForm),
        ] {
            let answer = browser.write_with(Method::PATCH, &path, &change, token, from).await;
            // From another site the cookie does not come along in the first place.
            assert!(matches!(answer.status, 401 | 403), "{token:?}: {}", answer.text());
            let token = browser.write_with(Method::POST, "/session/token", &Value::Null, token, From::ForeignForm).await;
            assert!(matches!(token.status, 401 | 403), "{}", token.text());
        }
        assert_eq!(tenant.record(&grace).await["familyName"], "Byron");
        let answer = browser.write_with(Method::PATCH, &path, &change, Some(&csrf), From::SameSite).await;
        assert_eq!(answer.api(200)["familyName"], "Hopper");
        let record = &tenant.audit("UPDATE_USER", "SUCCEEDED").await[0];
        assert_eq!((&record["actor"]["type"], &record["actor"]["id"]), (&json!("USER"), &json!(id)));
        // Nobody demotes themselves.
        let own = format!("/api/v1/users/{id}");
        let answer = browser.write(Method::PATCH, &own, &json!({ "role": "Analyst" })).await;
        assert_eq!(answer.status, 409, "{}", answer.text());
    }

    async fn a_session_opens_no_other_tenant_and_no_scim(backend: Backend) {
        let (tenant, idp) = connected(backend).await;
        let (browser, _) = signed_in(&tenant, &idp, &Person::new("ada").role("Admin")).await;
        assert_eq!(browser.get("/scim/v2/Users").await.status, 401);
        let other = Tenant::on(&tenant.server);
        idp.connect(&other).await;
        let cookies = browser.cookies();
        let there = browser.clone().at(&other);
        there.edit_cookies(|jar| {
            for cookie in cookies {
                let mut moved = cookie.clone();
                moved.name = cookie.name.replace(&tenant.slug, &other.slug);
                jar.put(moved);
            }
        });
        assert!(!there.is_signed_in().await);
        assert_eq!(there.get("/api/v1/users").await.status, 401);
    }

    async fn signing_out_ends_this_session_and_everywhere_ends_all(backend: Backend) {
        let (tenant, idp) = connected(backend).await;
        let ada = Person::new("ada");
        let (one, _) = signed_in(&tenant, &idp, &ada).await;
        let (two, _) = signed_in(&tenant, &idp, &ada).await;
        let (three, _) = signed_in(&tenant, &idp, &ada).await;
        let thief = one.clone();
        one.sign_out().await.api(200);
        assert!(!thief.is_signed_in().await, "the cookie itself is worth nothing any more");
        assert!(two.is_signed_in().await && three.is_signed_in().await);
        two.write(Method::DELETE, "/session?everywhere=true", &Value::Null).await.api(200);
        assert!(!two.is_signed_in().await && !three.is_signed_in().await);
        let _ = signed_in(&tenant, &idp, &ada).await;
    }

    async fn no_secret_of_a_session_reaches_the_log_or_the_database(backend: Backend) {
        let (tenant, idp) = connected(backend).await;
        let browser = Browser::new(&tenant);
        let request = browser.request_sign_in(None).await;
        let response = idp.respond(&request, &Person::new("ada"), &Shape::okta());
        let attempt: Vec<_> = browser.cookies();
        let landed = browser.post_response(&response, request.relay_state.as_deref()).await.signed_in();
        let session = landed.cookies.iter().find(|cookie| cookie.name.contains("session")).unwrap();
        let token = browser.token().await;
        let csrf = browser.csrf().await;
        let mut secrets = vec![session.value.clone(), token, csrf, response];
        secrets.extend(attempt.iter().map(|cookie| cookie.value.clone()));
        let (logs, content) = (tenant.server.logs(), tenant.server.database_content());
        for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
            assert!(!logs.contains(secret.as_str()) && !content.contains(secret.as_str()));
        }
    }
}

#[tokio::test]
async fn sessions_and_trust_are_the_same_at_every_replica() {
    let first = Server::start(Backend::Postgres);
    let second = first.replica();
    let tenant = Tenant::on(&first);
    let idp = OktaIdp::new();
    idp.connect(&tenant).await;
    // A sign-in that begins at one replica and ends at the other.
    let browser = Browser::new(&tenant);
    let request = browser.request_sign_in(None).await;
    let response = idp.respond(&request, &Person::new("ada"), &Shape::okta());
    let browser = browser.through(&second);
    let relay_state = request.relay_state.as_deref();
    let _ = browser
        .post_response(&response, relay_state)
        .await
        .signed_in();
    let id = who(&browser).await["id"].as_str().unwrap().to_owned();
    let token = browser.token().await;
    let here = browser.clone().through(&first);
    assert!(here.is_signed_in().await);
    assert!(jwt::verify(&token, &jwt::key_set(&first).await, &tenant).is_ok());
    // What ends at one is over at the other, on the very next request.
    tenant
        .scim()
        .operations(
            &format!("/Users/{id}"),
            json!([{"op": "replace", "value": {"active": false}}]),
        )
        .await
        .scim(200);
    assert!(!browser.is_signed_in().await);
    // Whoever is trusted no more is trusted nowhere.
    let successor = OktaIdp::new();
    successor.connect(&tenant).await;
    let person = Person::new("grace");
    let refused = Browser::new(&tenant).through(&second);
    let _ = refused.sign_in(&idp, &person).await.refused();
    let welcome = Browser::new(&tenant).through(&second);
    let _ = welcome.sign_in(&successor, &person).await.signed_in();
}
