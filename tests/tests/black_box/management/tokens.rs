//! API tokens: create, list, read, change, rotate, revoke, and `self`.

use std::time::Duration;

use roster_tests::client::Client;
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

fn path(issued: &Value) -> String {
    format!("/api-tokens/{}", issued["token"]["id"].as_str().unwrap())
}

on_both_stores! {
    async fn a_token_is_made_and_its_value_is_shown_once(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let body = json!({
            "name": "Panther-Okta-SCIM",
            "permissions": ["UserModify"],
            "allowedNetworks": ["127.0.0.1", "10.1.2.3/8", "2001:db8::/32"],
            "expiresAt": "2099-12-31T23:59:59Z",
        });
        let answer = api.post("/api-tokens", &body).await;
        let issued = answer.api(201);
        assert!(answer.header("location").is_some_and(|location| location.ends_with(&path(&issued))));
        let value = issued["value"].as_str().unwrap();
        assert!(value.starts_with("roster_") && value.len() >= 7 + 30 + 6, "{value}");
        assert!(value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "{value}");
        let token = &issued["token"];
        assert_eq!(token["name"], "Panther-Okta-SCIM");
        assert_eq!(token["permissions"], json!(["UserModify", "UserRead"]));
        assert_eq!(token["allowedNetworks"], json!(["127.0.0.1/32", "10.0.0.0/8", "2001:db8::/32"]));
        assert_eq!(token["expiresAt"], "2099-12-31T23:59:59Z");
        assert_eq!(token["createdBy"]["type"], "TOKEN");
        let read = api.get(&path(&issued)).await;
        assert_eq!(read.api(200), *token);
        let list = api.get("/api-tokens").await;
        assert_eq!(list.api(200)["items"].as_array().unwrap().len(), 2, "this one and the administrator's");
        assert!(!read.text().contains(value) && !list.text().contains(value));
    }

    async fn a_token_changes_and_an_expiry_can_be_taken_away(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let body = json!({ "name": "t", "permissions": ["UserRead"], "expiresAt": "2099-01-01T00:00:00Z" });
        let issued = api.post("/api-tokens", &body).await.api(201);
        let changed = api.patch(&path(&issued), &json!({ "name": "renamed", "expiresAt": null })).await.api(200);
        assert_eq!((&changed["name"], changed.get("expiresAt")), (&json!("renamed"), None));
        assert_eq!(changed["permissions"], json!(["UserRead"]), "what is left out stays");
        assert_eq!(changed["version"], 2);
        let same = api.patch(&path(&issued), &json!({ "name": "renamed" })).await.api(200);
        assert_eq!(same["version"], 2, "nothing to change");
    }

    async fn nobody_hands_out_more_than_they_have(backend: Backend) {
        let tenant = Tenant::new(backend);
        let maker = tenant.api_with(&["OrganizationAPITokenModify"]);
        for permissions in [json!(["UserModify"]), json!(["OrganizationAPITokenRead", "AuditLogRead"])] {
            let body = json!({ "name": "t", "permissions": permissions });
            let problem = maker.post("/api-tokens", &body).await.problem(403);
            assert_eq!(problem["type"], "urn:roster:problem:beyond-own-permissions");
        }
        let own = json!({ "name": "t", "permissions": ["OrganizationAPITokenRead"] });
        let issued = maker.post("/api-tokens", &own).await.api(201);
        maker.patch(&path(&issued), &json!({ "permissions": ["UserModify"] })).await.problem(403);
        // To rotate another's token would be to get its permissions.
        let strong = tenant.api().post("/api-tokens", &json!({ "name": "s", "permissions": ["UserModify"] })).await.api(201);
        maker.post(&format!("{}/rotate", path(&strong)), &json!({})).await.problem(403);
        Client::new(tenant.scim_url()).with_token(strong["value"].as_str().unwrap()).get("/Users").await.scim(200);
        assert_eq!(tenant.audit("CREATE_API_TOKEN", "FAILED").await.len(), 2);
    }

    async fn the_calling_token_reads_and_rotates_itself(backend: Backend) {
        let tenant = Tenant::new(backend);
        let value = tenant.token(&["UserRead"]);
        let client = Client::new(tenant.api_url()).with_token(&value);
        let own = client.get("/api-tokens/self").await.api(200);
        assert_eq!(own["permissions"], json!(["UserRead"]));
        let by_id = format!("/api-tokens/{}", own["id"].as_str().unwrap());
        assert_eq!(client.get(&by_id).await.api(200)["id"], own["id"]);
        client.get("/api-tokens").await.problem(403);
        client.patch("/api-tokens/self", &json!({ "permissions": ["UserModify"] })).await.problem(403);
        client.delete("/api-tokens/self").await.problem(403);
        let rotated = client.post("/api-tokens/self/rotate", &json!({ "overlapSeconds": 60 })).await.api(200);
        assert_eq!(rotated["token"]["id"], own["id"]);
        assert!(rotated["token"]["previousValueValidUntil"].is_string(), "{rotated}");
        let renewed = Client::new(tenant.api_url()).with_token(rotated["value"].as_str().unwrap());
        renewed.get("/users").await.api(200);
        client.get("/users").await.api(200);
    }

    async fn values_that_make_no_sense_are_refused_by_field(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        for (change, field) in [
            (json!({ "name": "" }), "name"),
            (json!({ "name": "x".repeat(200) }), "name"),
            (json!({ "permissions": ["nonsense!"] }), "permissions"),
            (json!({ "permissions": "UserRead" }), "permissions"),
            (json!({ "allowedNetworks": ["10.0.0.0/33"] }), "allowedNetworks"),
            (json!({ "allowedNetworks": ["example.com"] }), "allowedNetworks"),
            (json!({ "expiresAt": "tomorrow" }), "expiresAt"),
            (json!({ "expiresAt": 7 }), "expiresAt"),
            (json!({ "value": "roster_mine" }), "value"),
        ] {
            let mut body = json!({ "name": "t", "permissions": ["UserRead"] });
            for (name, value) in change.as_object().unwrap() {
                body[name] = value.clone();
            }
            let problem = api.post("/api-tokens", &body).await.problem(400);
            let named = problem["errors"].as_array().is_some_and(|errors| {
                errors.iter().any(|error| error["field"].as_str().is_some_and(|named| named.starts_with(field)))
            });
            assert!(named, "{change}: {problem}");
        }
        let past = json!({ "name": "t", "permissions": ["UserRead"], "expiresAt": "2020-01-01T00:00:00Z" });
        let problem = api.post("/api-tokens", &past).await.problem(400);
        assert!(problem["detail"].as_str().unwrap().contains("future"), "{problem}");
        let issued = api.post("/api-tokens", &json!({ "name": "t", "permissions": ["UserRead"] })).await.api(201);
        for overlap in [json!(-1), json!(1.5), json!("60"), json!(8 * 24 * 60 * 60)] {
            api.post(&format!("{}/rotate", path(&issued)), &json!({ "overlapSeconds": overlap })).await.problem(400);
        }
    }

    async fn a_revoked_token_is_gone(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let issued = api.post("/api-tokens", &json!({ "name": "t", "permissions": ["UserRead"] })).await.api(201);
        api.delete(&path(&issued)).await.api(204);
        api.get(&path(&issued)).await.problem(404);
        api.delete(&path(&issued)).await.problem(404);
        api.patch(&path(&issued), &json!({ "name": "x" })).await.problem(404);
        api.post(&format!("{}/rotate", path(&issued)), &json!({})).await.problem(404);
        assert_eq!(api.get("/api-tokens").await.api(200)["items"].as_array().unwrap().len(), 1);
    }

    async fn the_last_use_is_noted(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let issued = api.post("/api-tokens", &json!({ "name": "t", "permissions": ["UserRead"] })).await.api(201);
        assert_eq!(issued["token"].get("lastUsedAt"), None);
        Client::new(tenant.scim_url()).with_token(issued["value"].as_str().unwrap()).get("/Users").await.scim(200);
        // Written down every few seconds.
        for _ in 0..40 {
            let token = api.get(&path(&issued)).await.api(200);
            if token["lastUsedAt"].is_string() {
                assert_eq!(token["lastUsedFrom"], "127.0.0.1");
                assert_eq!(token["version"], 1, "a use is no change");
                return;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        panic!("the use was not noted within 10 s");
    }
}
