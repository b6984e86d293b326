//! Every failure is a problem (RFC 9457), whoever in the server found it.

use reqwest::Method;
use roster_tests::client::{Answer, Client};
use roster_tests::on_both_stores;
use roster_tests::raw::get;
use roster_tests::tenant::Tenant;
use serde_json::json;

on_both_stores! {
    async fn routes_methods_and_media_types(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        for path in ["/nonsense", "", "/", "/Users", "/users/a/b", "/users/x/nonsense"] {
            api.get(path).await.problem(404);
        }
        for (method, path, allowed) in [
            (Method::DELETE, "/users", "GET"),
            (Method::POST, "/users", "GET"),
            (Method::PUT, "/settings", "PATCH"),
            (Method::GET, "/api-tokens/self/rotate", "POST"),
        ] {
            let answer = api.send(method.clone(), path, Some(&json!({}))).await;
            answer.problem(405);
            let header = answer.header("allow").unwrap_or_default();
            assert!(header.contains(allowed), "{method} {path}: {header}");
        }
        for media_type in ["text/plain", "application/xml", "application/scim+json2"] {
            let request = api.request(Method::PATCH, "/settings").header("Content-Type", media_type).body("{}");
            Answer::of(request).await.problem(415);
        }
    }

    async fn bodies_that_are_no_json(backend: Backend) {
        let tenant = Tenant::new(backend);
        for body in ["", "{", "nonsense", "{\"a\":1}{", "[1,", "\u{0}"] {
            let request = tenant.api().request(Method::PATCH, "/settings").header("Content-Type", "application/json");
            Answer::of(request.body(body)).await.problem(400);
        }
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let request = tenant.api().request(Method::POST, "/roles").header("Content-Type", "application/json");
        Answer::of(request.body(deep)).await.problem(400);
    }

    async fn a_missing_permission_is_told_before_the_body_is_judged(backend: Backend) {
        let tenant = Tenant::new(backend);
        let reader = tenant.api_with(&["UserRead"]);
        let path = format!("/users/{}", tenant.user("ada", "Analyst"));
        for body in [json!({ "nonsense": 1 }), json!({ "userName": 7 }), json!([])] {
            let problem = reader.patch(&path, &body).await.problem(403);
            assert!(problem["detail"].as_str().unwrap().contains("UserModify"), "{problem}");
            reader.post("/roles", &body).await.problem(403);
            reader.post("/api-tokens", &body).await.problem(403);
            reader.patch("/settings", &body).await.problem(403);
            reader.patch("/saml-settings", &body).await.problem(403);
        }
    }

    async fn a_parameter_that_an_operation_does_not_know(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let id = tenant.user("ada", "Analyst");
        for (path, unknown, known) in [
            ("/audit-log?actoin=SIGN_IN".to_owned(), "actoin", "action, result"),
            ("/audit-log?limit=1&Action=SIGN_IN".to_owned(), "Action", "action, result"),
            ("/users?mail=ada%40example.com".to_owned(), "mail", "email, contains, active"),
            (format!("/users/{id}?active=false"), "active", "none"),
            ("/roles?x".to_owned(), "x", "none"),
        ] {
            let problem = api.get(&path).await.problem(400);
            assert_eq!(problem["type"], "urn:roster:problem:invalid-request");
            assert_eq!(problem["errors"][0]["field"], unknown, "{path}: {problem}");
            assert!(problem["detail"].as_str().unwrap().contains(known), "{path}: {problem}");
            assert!(problem["instance"].is_string(), "{problem}");
        }
        let change = json!({ "familyName": "King" });
        let path = format!("/users/{id}?dryRun=true&dryRun=false&force=1");
        let problem = api.patch(&path, &change).await.problem(400);
        assert_eq!(problem["errors"].as_array().unwrap().len(), 2, "{problem}");
        assert_eq!(tenant.record(&id).await["familyName"], "Byron", "nothing was changed");
        // Whoever is not let in is told that first, and a path that does not exist stays one.
        Client::new(tenant.api_url()).get("/users?mail=x").await.problem(401);
        api.get("/nonsense?mail=x").await.problem(404);
        api.delete("/users?mail=x").await.problem(405);
    }

    async fn an_unknown_tenant_and_everything_outside_the_apis(backend: Backend) {
        let tenant = Tenant::new(backend);
        let client = Client::new(tenant.server.url()).with_token(tenant.administrator_token());
        for path in ["/t/nobody-has-this/api/v1/users", "/nonsense", "/t", "/api/v1/users"] {
            client.get(path).await.problem(404);
        }
        // Where a tenant's page would be, people look.
        let page = client.get("/t/").await;
        assert_eq!(page.status, 404);
        assert!(page.header("content-type").unwrap_or_default().starts_with("text/html"), "{}", page.text());
        for live in ["/livez", "/readyz"] {
            assert_eq!(get(tenant.server.address(), live, None).status, 200, "{live}");
        }
    }
}
