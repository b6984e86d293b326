//! The life of a token: it works the moment it is made, and stops the moment it is revoked.

use std::time::Duration;

use reqwest::Method;
use roster_tests::client::Client;
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::json;

on_both_stores! {
    async fn a_token_works_at_once_and_stops_at_once(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let scim = Client::new(tenant.scim_url());
        for _ in 0..5 {
            let created = json!({ "name": "short-lived", "permissions": ["UserRead"] });
            let issued = api.post("/api-tokens", &created).await.api(201);
            let client = scim.with_token(issued["value"].as_str().unwrap());
            // Used more than once, so that it is remembered.
            for _ in 0..3 {
                client.get("/Users").await.scim(200);
            }
            api.delete(&format!("/api-tokens/{}", issued["token"]["id"].as_str().unwrap())).await.api(204);
            client.get("/Users").await.scim_error(401, None);
        }
    }

    async fn the_command_line_revokes_a_token_of_the_running_server(backend: Backend) {
        let tenant = Tenant::new(backend);
        let value = tenant.token(&["OrganizationAPITokenRead"]);
        let client = Client::new(tenant.api_url()).with_token(&value);
        let own = client.get("/api-tokens/self").await.api(200);
        let id = own["id"].as_str().unwrap();
        let _ = tenant.server.run(&["token", "revoke", "--tenant", &tenant.slug, id]);
        // Another process did it: what is remembered here lasts a second at most.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        client.get("/api-tokens/self").await.problem(401);
    }

    async fn an_expired_token_is_unknown_even_if_it_was_used_a_moment_ago(backend: Backend) {
        let tenant = Tenant::new(backend);
        let value = tenant.token_with(&["UserRead"], &["--expires-in", "5s"]);
        let scim = Client::new(tenant.scim_url()).with_token(&value);
        scim.get("/Users").await.scim(200);
        tokio::time::sleep(Duration::from_millis(5_000)).await;
        scim.get("/Users").await.scim_error(401, None);
    }

    async fn another_tenants_token_is_unknown(backend: Backend) {
        let (ours, theirs) = (Tenant::new(backend), Tenant::new(backend));
        let value = theirs.administrator_token();
        Client::new(theirs.scim_url()).with_token(value).get("/Users").await.scim(200);
        Client::new(ours.scim_url()).with_token(value).get("/Users").await.scim_error(401, None);
        Client::new(ours.api_url()).with_token(value).get("/users").await.problem(401);
    }

    async fn a_token_is_bound_to_its_networks(backend: Backend) {
        let tenant = Tenant::new(backend);
        for (networks, status) in [
            (vec!["10.0.0.0/8"], 403),
            (vec!["2001:db8::/32"], 403),
            (vec!["10.0.0.0/8", "127.0.0.0/8"], 200),
            (vec!["127.0.0.1/32"], 200),
        ] {
            let arguments: Vec<_> = networks.iter().flat_map(|network| ["--cidr", network]).collect();
            let value = tenant.token_with(&["UserRead"], &arguments);
            let answer = Client::new(tenant.scim_url()).with_token(&value).get("/Users").await;
            assert_eq!(answer.status, status, "{networks:?}: {}", answer.text());
            if status == 403 {
                let detail = answer.scim_error(403, None);
                assert!(detail.contains("address") && detail.contains("network"), "{detail}");
            }
        }
        assert!(!tenant.audit("USE_API_TOKEN", "FAILED").await.is_empty(), "a misuse is in the audit log");
    }

    async fn reading_and_writing_need_their_permissions(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let scim = |permission: &str| Client::new(tenant.scim_url()).with_token(&tenant.token(&[permission]));
        let before = tenant.scim().get(&path).await.scim(200);
        let body = json!({ "active": false });
        let reader = scim("UserRead");
        reader.get(&path).await.scim(200);
        for (method, path) in [(Method::PUT, path.as_str()), (Method::PATCH, &path), (Method::DELETE, &path), (Method::POST, "/Users")] {
            let detail = reader.send(method, path, Some(&body)).await.scim_error(403, None);
            assert!(detail.contains("UserModify") && detail.contains("Manage Users"), "{detail}");
        }
        let stranger = scim("SummaryRead");
        let detail = stranger.get(&path).await.scim_error(403, None);
        assert!(detail.contains("UserRead"), "{detail}");
        stranger.put(&path, &body).await.scim_error(403, None);
        assert_eq!(tenant.scim().get(&path).await.scim(200), before);
        // The refusals are in the audit log; "Read User Info" is inherent in "Manage Users".
        assert_eq!(tenant.audit("UPDATE_USER", "FAILED").await.len(), 3);
        scim("UserModify").get(&path).await.scim(200);
        scim("UserModify").put(&path, &body).await.scim(200);
    }

    async fn permissions_and_networks_that_change_hold_at_once(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let issued = api.post("/api-tokens", &json!({ "name": "t", "permissions": ["UserModify"] })).await.api(201);
        let path = format!("/api-tokens/{}", issued["token"]["id"].as_str().unwrap());
        let scim = Client::new(tenant.scim_url()).with_token(issued["value"].as_str().unwrap());
        scim.get("/Users").await.scim(200);
        api.patch(&path, &json!({ "permissions": ["AuditLogRead"] })).await.api(200);
        scim.get("/Users").await.scim_error(403, None);
        api.patch(&path, &json!({ "permissions": ["UserRead"], "allowedNetworks": ["10.0.0.0/8"] })).await.api(200);
        scim.get("/Users").await.scim_error(403, None);
        api.patch(&path, &json!({ "allowedNetworks": [] })).await.api(200);
        scim.get("/Users").await.scim(200);
    }

    async fn a_rotated_token_has_a_new_value_and_the_old_one_for_a_while(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let scim = Client::new(tenant.scim_url());
        let issued = api.post("/api-tokens", &json!({ "name": "t", "permissions": ["UserRead"] })).await.api(201);
        let first = scim.with_token(issued["value"].as_str().unwrap());
        first.get("/Users").await.scim(200);
        let path = format!("/api-tokens/{}/rotate", issued["token"]["id"].as_str().unwrap());

        let overlapping = api.post(&path, &json!({ "overlapSeconds": 4 })).await.api(200);
        let second = scim.with_token(overlapping["value"].as_str().unwrap());
        second.get("/Users").await.scim(200);
        first.get("/Users").await.scim(200);
        tokio::time::sleep(Duration::from_millis(4_000)).await;
        first.get("/Users").await.scim_error(401, None);
        second.get("/Users").await.scim(200);

        let at_once = api.post(&path, &json!({})).await.api(200);
        second.get("/Users").await.scim_error(401, None);
        scim.with_token(at_once["value"].as_str().unwrap()).get("/Users").await.scim(200);
    }
}
