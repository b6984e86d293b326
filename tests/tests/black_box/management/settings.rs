//! The tenant's settings.

use roster_tests::on_both_stores;
use roster_tests::server::PUBLIC_URL;
use roster_tests::tenant::Tenant;
use serde_json::json;

on_both_stores! {
    async fn the_settings_of_a_new_tenant(backend: Backend) {
        let tenant = Tenant::new(backend);
        let settings = tenant.api().get("/settings").await.api(200);
        let expected = json!({
            "tenant": tenant.slug,
            "tenantUrl": format!("{PUBLIC_URL}/t/{}/scim/v2", tenant.slug),
            "scimRoleAttribute": "pantherRole",
            "defaultRole": "AnalystReadOnly",
            "version": 1,
            "updatedAt": settings["updatedAt"],
        });
        assert_eq!(settings, expected);
    }

    async fn a_change_holds_from_the_next_request_on(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let id = tenant.user("ada", "Analyst");
        for name in ["houseRole", "acme-role_2", "pantherRole"] {
            let settings = api.patch("/settings", &json!({ "scimRoleAttribute": name })).await.api(200);
            assert_eq!(settings["scimRoleAttribute"], name);
            assert_eq!(tenant.read(&id).await[name], "Analyst", "{name}");
        }
        let settings = api.patch("/settings", &json!({ "defaultRole": "analyst" })).await.api(200);
        assert_eq!((&settings["defaultRole"], &settings["version"]), (&json!("Analyst"), &json!(5)));
        assert_eq!(api.patch("/settings", &json!({})).await.api(200), settings, "nothing to change");
        assert_eq!(tenant.audit("UPDATE_GENERAL_SETTINGS", "SUCCEEDED").await.len(), 4);
        // The freed role can go now, the new default one can't.
        let roles = api.get("/roles").await.api(200);
        for role in roles["items"].as_array().unwrap() {
            let answer = api.delete(&format!("/roles/{}", role["id"].as_str().unwrap())).await;
            let expected = if role["name"] == "AnalystReadOnly" { 204 } else { 409 };
            assert_eq!(answer.status, expected, "{role}: {}", answer.text());
        }
    }

    async fn what_can_not_be_set_is_refused_by_field(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let before = api.get("/settings").await.api(200);
        for (body, field) in [
            (json!({ "scimRoleAttribute": "userName" }), "scimRoleAttribute"),
            (json!({ "scimRoleAttribute": "ROLES" }), "scimRoleAttribute"),
            (json!({ "scimRoleAttribute": "a.b" }), "scimRoleAttribute"),
            (json!({ "scimRoleAttribute": "" }), "scimRoleAttribute"),
            (json!({ "scimRoleAttribute": null }), "scimRoleAttribute"),
            (json!({ "defaultRole": 7 }), "defaultRole"),
            (json!({ "tenantUrl": "https://elsewhere.example" }), "tenantUrl"),
        ] {
            let problem = api.patch("/settings", &body).await.problem(400);
            assert_eq!(problem["errors"][0]["field"], field, "{body}: {problem}");
        }
        let problem = api.patch("/settings", &json!({ "defaultRole": "Nobody's" })).await.problem(400);
        assert_eq!(problem["type"], "urn:roster:problem:unknown-role");
        assert_eq!(api.get("/settings").await.api(200), before);
    }
}
