//! Every form in which a token is sent.

use reqwest::Method;
use roster_tests::client::{Answer, Client};
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;

on_both_stores! {
    async fn every_form_of_the_header_is_understood(backend: Backend) {
        let tenant = Tenant::new(backend);
        let token = tenant.token(&["UserRead"]);
        for form in [
            "Bearer {}", "bearer {}", "BEARER {}", "bEaReR {}", "{}", "Bearer Bearer {}", "bearer BEARER {}",
            "Bearer   {}", "  Bearer {}  ",
        ] {
            let value = form.replace("{}", &token);
            for (base, path) in [(tenant.scim_url(), "/Users"), (tenant.api_url(), "/users")] {
                let answer = Client::new(base).with_authorization(&value).get(path).await;
                assert_eq!(answer.status, 200, "{form}: {}", answer.text());
            }
        }
        let scim = Client::new(tenant.scim_url());
        Answer::of(scim.request(Method::GET, "/Users").header("X-API-Key", &token)).await.scim(200);
        let api = Client::new(tenant.api_url());
        Answer::of(api.request(Method::GET, "/users").header("x-api-key", &token)).await.api(200);
        // The same token twice is no contradiction.
        let both = scim.with_token(&token).request(Method::GET, "/Users").header("X-API-Key", &token);
        Answer::of(both).await.scim(200);
    }

    async fn whatever_is_no_valid_token_is_told_to_authenticate(backend: Backend) {
        let tenant = Tenant::new(backend);
        let token = tenant.token(&["UserRead"]);
        let changed = format!("{}{}", &token[..token.len() - 1], if token.ends_with('x') { 'y' } else { 'x' });
        let long = format!("Bearer {}", "x".repeat(4_000));
        for value in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer x",
            "Basic dXNlcjpwYXNz",
            "Digest username=\"x\"",
            &format!("Basic {token}"),
            &format!("Token {token}"),
            &format!("Bearer {}", token.to_uppercase()),
            &format!("Bearer {token}x"),
            &format!("Bearer {changed}"),
            &format!("Bearer \"{token}\""),
            "Bearer roster_00000000000000000000000000000000000000",
            "Bearer null",
            "Bearer ' OR 1=1 --",
            &long,
        ] {
            let scim = Client::new(tenant.scim_url()).with_authorization(value);
            let answer = scim.get("/Users").await;
            let detail = answer.scim_error(401, None);
            assert!(detail.contains("token"), "{value}: {detail}");
            let challenge = answer.header("www-authenticate").unwrap_or_default();
            assert!(challenge.starts_with("Bearer"), "{value}: {challenge}");
            let answer = Client::new(tenant.api_url()).with_authorization(value).get("/users").await;
            answer.problem(401);
            assert!(answer.header("www-authenticate").is_some_and(|challenge| challenge.starts_with("Bearer")));
        }
    }

    async fn the_token_comes_before_everything_else(backend: Backend) {
        let tenant = Tenant::new(backend);
        let scim = Client::new(tenant.scim_url());
        // More than one packet, so that the answer comes before the body has been read.
        let body = serde_json::json!({ "active": false, "padding": "x".repeat(100_000) });
        for (method, path) in [
            (Method::GET, "/Users?startIndex=x"),
            (Method::GET, "/Users?filter=nonsense"),
            (Method::PUT, "/Users/x"),
            (Method::POST, "/Bulk"),
            (Method::GET, "/Groups"),
            (Method::GET, "/Nonsense"),
            (Method::PUT, "/Users"),
            (Method::GET, "/ServiceProviderConfig"),
        ] {
            let body = (method != Method::GET).then_some(&body);
            let answer = scim.send(method.clone(), path, body).await;
            assert_eq!(answer.status, 401, "{method} {path}: {}", answer.text());
            answer.scim_error(401, None);
        }
        let api = Client::new(tenant.api_url());
        for path in ["/users?limit=x", "/nonsense", "/api-tokens/self"] {
            api.get(path).await.problem(401);
        }
    }
}
