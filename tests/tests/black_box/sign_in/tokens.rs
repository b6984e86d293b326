//! Session tokens (JWT): what they say, and that anybody can check them by the published keys.

use std::collections::BTreeSet;

use roster_tests::client::Client;
use roster_tests::idp::Person;
use roster_tests::tenant::Tenant;
use roster_tests::{jwt, on_both_stores};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Organisation, text};

on_both_stores! {
    async fn a_token_says_who_it_is_and_what_they_may_do(backend: Backend) {
        let org = Organisation::new(backend).await;
        org.role("Responder", &["Deploy", "UserModify"]).await;
        let browser = org.sign_in(&Person::new("ada").role("Responder")).await;
        let session = browser.session().await.api(200);
        let answer = browser.write(reqwest::Method::POST, "/session/token", &Value::Null).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let answer = answer.api(200);
        let token = text(&answer["token"]);
        let keys = jwt::key_set(&org.tenant.server).await;
        let mut claims = jwt::verify(&token, &keys, &org.tenant).expect("a fresh token holds");

        let moment = |value: &Value| OffsetDateTime::parse(value.as_str().unwrap(), &Rfc3339).unwrap().unix_timestamp();
        let mut claim = |name: &str| claims.as_object_mut().unwrap().remove(name).unwrap_or_default();
        let (issued, expires) = (claim("iat").as_i64().unwrap(), claim("exp").as_i64().unwrap());
        assert_eq!(expires - issued, 300, "five minutes, unless it is set otherwise");
        assert_eq!(expires, moment(&answer["expiresAt"]));
        assert_eq!(claim("auth_time"), moment(&session["startedAt"]));
        assert!(!text(&claim("jti")).is_empty());
        assert_eq!(claims, json!({
            "iss": org.tenant.server.public_url(),
            "aud": org.tenant.public_url(),
            "sub": session["id"],
            "sid": session["sessionId"],
            "tenant": org.tenant.slug,
            "email": "ada@example.com",
            "name": "Ada Byron",
            "role": "Responder",
            "permissions": ["Deploy", "UserModify", "UserRead"],
        }));
        assert_eq!((&answer["tokenType"], answer.as_object().unwrap().len()), (&json!("Bearer"), 3));
    }

    async fn the_published_keys_are_public_halves_and_the_header_names_one(backend: Backend) {
        let org = Organisation::new(backend).await;
        let header = jwt::header(&org.sign_in(&Person::new("ada")).await.token().await);
        assert_eq!((&header["alg"], &header["typ"]), (&json!("ES256"), &json!("JWT")), "{header}");
        let keys = jwt::key_set(&org.tenant.server).await;
        let keys = keys["keys"].as_array().unwrap();
        assert!(keys.iter().any(|key| key["kid"] == header["kid"]), "{header} {keys:?}");
        for key in keys {
            let names: BTreeSet<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
            assert!(!names.contains("d"), "a private key is published");
            assert_eq!((&key["kty"], &key["crv"], &key["use"], &key["alg"]), (&json!("EC"), &json!("P-256"), &json!("sig"), &json!("ES256")));
        }
        let answer = Client::new(org.tenant.server.url()).get("/.well-known/jwks.json").await;
        assert!(answer.header("cache-control").unwrap().contains("max-age=300"), "{:?}", answer.header("cache-control"));
    }

    async fn each_token_is_another_and_says_what_holds_now(backend: Backend) {
        let org = Organisation::new(backend).await;
        let browser = org.sign_in(&Person::new("ada")).await;
        let first = jwt::claims(&browser.token().await);
        let path = format!("/Users/{}", text(&first["sub"]));
        let wish = json!({ "name": { "givenName": "Augusta" }, "emails": [{ "value": "augusta@example.com" }] });
        org.tenant.scim().put(&path, &wish).await.scim(200);
        let second = jwt::claims(&browser.token().await);
        assert_eq!((&second["name"], &second["email"]), (&json!("Augusta Byron"), &json!("augusta@example.com")));
        assert_ne!(first["jti"], second["jti"]);
        assert_eq!((&first["sid"], &first["auth_time"]), (&second["sid"], &second["auth_time"]));
        let other = jwt::claims(&org.sign_in(&Person::new("ada")).await.token().await);
        assert_ne!(other["sid"], first["sid"]);
    }

    async fn a_token_is_for_one_tenant_and_holds_only_unchanged(backend: Backend) {
        let org = Organisation::new(backend).await;
        let other = Tenant::on(&org.tenant.server);
        let token = org.sign_in(&Person::new("ada")).await.token().await;
        let keys = jwt::key_set(&other.server).await;
        assert!(jwt::verify(&token, &keys, &org.tenant).is_ok());
        let refusal = jwt::verify(&token, &keys, &other).unwrap_err();
        assert!(refusal.contains("InvalidAudience"), "{refusal}");
        // The same header and signature over other claims.
        let parts: Vec<_> = token.split('.').collect();
        let grace = org.sign_in(&Person::new("grace")).await.token().await;
        let swapped = format!("{}.{}.{}", parts[0], grace.split('.').nth(1).unwrap(), parts[2]);
        let refusal = jwt::verify(&swapped, &keys, &org.tenant).unwrap_err();
        assert!(refusal.contains("InvalidSignature"), "{refusal}");
    }

    async fn a_token_opens_nothing_here(backend: Backend) {
        let org = Organisation::new(backend).await;
        let token = org.sign_in(&Person::new("ada").role("Admin")).await.token().await;
        Client::new(org.tenant.api_url()).with_token(&token).get("/users").await.problem(401);
        Client::new(org.tenant.scim_url()).with_token(&token).get("/Users").await.scim_error(401, None);
        let session = Client::new(format!("{}/t/{}", org.tenant.server.url(), org.tenant.slug));
        session.with_token(&token).get("/session").await.problem(401);
    }
}
