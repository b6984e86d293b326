//! What the profile does not offer: each a SCIM Error that says what to do instead.

use reqwest::Method;
use roster_tests::client::assert_scim_error;
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::json;

on_both_stores! {
    async fn what_is_not_implemented_says_what_to_do_instead(backend: Backend) {
        let tenant = Tenant::new(backend);
        let scim = tenant.scim();
        let body = json!({ "schemas": [], "displayName": "Engineering" });
        for (method, path) in [
            (Method::GET, "/Groups"),
            (Method::POST, "/Groups"),
            (Method::GET, "/Groups/1"),
            (Method::PUT, "/Groups/1"),
            (Method::PATCH, "/Groups/1"),
            (Method::DELETE, "/Groups/1"),
            (Method::GET, "/Groups?filter=displayName%20eq%20%22x%22"),
            (Method::POST, "/Groups/.search"),
            (Method::POST, "/Bulk"),
            (Method::GET, "/Bulk"),
            (Method::GET, "/Me"),
            (Method::PUT, "/Me"),
            (Method::PATCH, "/Me"),
            (Method::DELETE, "/Me"),
            (Method::POST, "/Me"),
            (Method::POST, "/.search"),
            (Method::POST, "/Users/.search"),
        ] {
            let body = (method != Method::GET).then_some(&body);
            let answer = scim.send(method.clone(), path, body).await;
            assert_eq!(answer.status, 501, "{method} {path}: {}", answer.text());
            let detail = answer.scim_error(501, None);
            assert!(detail.len() > 40, "{method} {path}: {detail}");
        }
    }

    async fn users_are_deactivated_and_never_deleted(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let before = tenant.read(&id).await;
        let detail = tenant.scim().delete(&format!("/Users/{id}")).await.scim_error(501, None);
        assert!(detail.contains("active") && detail.contains("deactivate"), "{detail}");
        tenant.scim().delete("/Users/x").await.scim_error(501, None);
        assert_eq!(tenant.read(&id).await, before);
        assert_eq!(tenant.audit("DELETE_USER", "FAILED").await.len(), 2, "both attempts are in the audit log");
    }

    async fn unknown_routes_are_not_found(backend: Backend) {
        let tenant = Tenant::new(backend);
        for path in ["/Nonsense", "/users", "/Users/a/b", "/Group", "/ServiceProviderConfigs", "/Schemas/a/b", "/v2/Users"] {
            tenant.scim().get(path).await.scim_error(404, None);
        }
    }

    async fn a_wrong_method_is_refused_with_those_that_are_allowed(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let user = format!("/Users/{id}");
        for (method, path, allowed) in [
            (Method::PUT, "/Users", "GET"),
            (Method::PATCH, "/Users", "GET"),
            (Method::DELETE, "/Users", "GET"),
            (Method::POST, user.as_str(), "PATCH"),
            (Method::POST, "/ServiceProviderConfig", "GET"),
            (Method::PUT, "/Schemas", "GET"),
            (Method::DELETE, "/ResourceTypes/User", "GET"),
        ] {
            let answer = tenant.scim().send(method.clone(), path, Some(&json!({}))).await;
            answer.scim_error(405, None);
            let header = answer.header("allow").unwrap_or_default();
            assert!(header.contains(allowed), "{method} {path}: Allow: {header}");
        }
    }

    async fn a_user_that_is_not_there_is_not_found_whatever_the_id_looks_like(backend: Backend) {
        let tenant = Tenant::new(backend);
        tenant.user("ada", "Analyst");
        let long = "x".repeat(4_000);
        for id in [
            "01890a5d-ac96-774b-bcce-b302099a8057",
            "0",
            "-1",
            "x",
            "ada@example.com",
            "%20",
            "%00",
            "%ff",
            "%27%20OR%201=1--",
            "..%2f..%2fServiceProviderConfig",
            "%2e%2e",
            "{id}",
            "null",
            "01890a5d-ac96-774b-bcce-b302099a805",
            long.as_str(),
        ] {
            let path = format!("/Users/{id}");
            let operations = json!([{ "op": "replace", "value": { "active": false } }]);
            for answer in [
                tenant.scim().get(&path).await,
                tenant.scim().put(&path, &json!({ "active": false })).await,
                tenant.scim().operations(&path, operations).await,
            ] {
                assert_eq!(answer.status, 404, "{id}: {}", answer.text());
                assert_scim_error(&answer.json(), 404);
            }
        }
    }
}
