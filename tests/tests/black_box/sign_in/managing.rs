//! What a session opens: the management API, with the permissions of its user; and what it doesn't.

use reqwest::Method;
use roster_tests::client::{Answer, Client};
use roster_tests::idp::Person;
use roster_tests::on_both_stores;
use serde_json::{Value, json};

use super::{Organisation, user_id};

on_both_stores! {
    async fn an_admin_manages_and_the_audit_log_says_who_it_was(backend: Backend) {
        let org = Organisation::new(backend).await;
        let browser = org.sign_in(&Person::new("ada").role("Admin")).await;
        let id = user_id(&browser).await;
        let role = json!({ "name": "Responder", "permissions": ["AlertRead"] });
        browser.write(Method::POST, "/api/v1/roles", &role).await.api(201);
        let record = org.tenant.audit("CREATE_USER_ROLE", "SUCCEEDED").await[0].clone();
        assert_eq!(record["actor"], json!({ "type": "USER", "id": id, "name": "ada@example.com" }), "{record}");
    }

    async fn whoever_lacks_the_permission_is_told_which(backend: Backend) {
        let org = Organisation::new(backend).await;
        org.role("Clerk", &["UserRead"]).await;
        let browser = org.sign_in(&Person::new("ada").role("Clerk")).await;
        browser.get("/api/v1/users").await.api(200);
        let role = json!({ "name": "Responder", "permissions": [] });
        let problem = browser.write(Method::POST, "/api/v1/roles", &role).await.problem(403);
        assert!(problem["detail"].as_str().unwrap().contains("UserModify"), "{problem}");
        let record = org.tenant.audit("CREATE_USER_ROLE", "FAILED").await[0].clone();
        assert_eq!(record["actor"]["type"], "USER", "{record}");
    }

    async fn nobody_demotes_or_deactivates_themselves(backend: Backend) {
        let org = Organisation::new(backend).await;
        // There is another Admin, so the tenant would not be lost.
        org.sign_in(&Person::new("grace").role("Admin")).await;
        let browser = org.sign_in(&Person::new("ada").role("Admin")).await;
        let path = format!("/api/v1/users/{}", user_id(&browser).await);
        for (method, path, body) in [
            (Method::PATCH, path.clone(), json!({ "role": "Analyst" })),
            (Method::PATCH, path.clone(), json!({ "active": false })),
            (Method::POST, format!("{path}/deactivate"), Value::Null),
        ] {
            let problem = browser.write(method, &path, &body).await.problem(409);
            assert_eq!(problem["type"], "urn:roster:problem:own-account", "{problem}");
        }
        assert_eq!(browser.session().await.api(200)["role"], "Admin");
        assert_eq!(org.tenant.audit("UPDATE_USER", "FAILED").await.len(), 3);
        // Anything else about themselves they may change.
        browser.write(Method::PATCH, &path, &json!({ "givenName": "Augusta" })).await.api(200);
        assert_eq!(browser.session().await.api(200)["displayName"], "Augusta Byron");
    }

    async fn an_admin_who_is_demoted_loses_it_at_the_next_request(backend: Backend) {
        let org = Organisation::new(backend).await;
        org.sign_in(&Person::new("grace").role("Admin")).await;
        let browser = org.sign_in(&Person::new("ada").role("Admin")).await;
        let id = user_id(&browser).await;
        browser.get("/api/v1/api-tokens").await.api(200);
        org.change(&id, json!({ "role": "Analyst" })).await;
        browser.get("/api/v1/api-tokens").await.problem(403);
    }

    async fn an_api_token_beside_a_session_counts_alone(backend: Backend) {
        let org = Organisation::new(backend).await;
        let browser = org.sign_in(&Person::new("ada").role("Admin")).await;
        let cookie = browser.cookies()[0].clone();
        let base = format!("{}/t/{}", org.tenant.server.url(), org.tenant.slug);
        let with = |token: &str, path: &str| {
            let request = Client::new(base.clone()).with_token(token).request(Method::GET, path);
            Answer::of(request.header("Cookie", format!("{}={}", cookie.name, cookie.value)))
        };
        let weak = org.tenant.token(&["AuditLogRead"]);
        with(&weak, "/api/v1/users").await.problem(403);
        with(&weak, "/api/v1/audit-log").await.api(200);
        with("roster_nonsense", "/api/v1/users").await.problem(401);
        with(&weak, "/session").await.problem(401);
    }

    async fn a_session_is_no_connector(backend: Backend) {
        let org = Organisation::new(backend).await;
        let browser = org.sign_in(&Person::new("ada").role("Admin")).await;
        let csrf = browser.csrf().await;
        let id = user_id(&browser).await;
        browser.get("/scim/v2/Users").await.scim_error(401, None);
        let path = format!("/scim/v2/Users/{id}");
        let body = json!({ "externalId": "x" });
        let from = roster_tests::browser::cookies::From::SameSite;
        browser.write_with(Method::PUT, &path, &body, Some(&csrf), from).await.scim_error(401, None);
    }
}
