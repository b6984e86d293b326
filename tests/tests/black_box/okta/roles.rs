//! Roles over SCIM: validated at once, in force at the next sign-in, and never in a leaver's way.

use roster_tests::client::Client;
use roster_tests::okta::App;
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

/// The id of the role of that name.
async fn role_id(api: &Client, name: &str) -> String {
    let roles = api.get("/roles").await.api(200);
    let found = roles["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|role| role["name"] == name);
    found.unwrap_or_else(|| panic!("no role {name} in {roles}"))["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

on_both_stores! {
    async fn a_valid_role_waits_for_the_next_sign_in(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let okta = tenant.okta(App::Custom);
        let answered = okta.push(&id, &json!({ "pantherRole": "Admin" })).await.scim(200);
        assert_eq!(answered["pantherRole"], "Admin", "SCIM shows the pending role");
        assert_eq!(okta.read(&id).await["pantherRole"], "Admin");
        let record = tenant.record(&id).await;
        assert_eq!(record["role"]["name"], "Analyst", "the role in force stays");
        assert_eq!(record["pendingRole"]["name"], "Admin");
        assert_eq!(record["roleNote"], "Analyst → Admin at next sign-in");
    }

    async fn an_echoed_push_keeps_the_pending_role(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let okta = tenant.okta(App::Custom);
        okta.push(&id, &json!({ "pantherRole": "Admin" })).await.scim(200);
        okta.push(&id, &json!({ "name": { "givenName": "Augusta" } })).await.scim(200);
        let record = tenant.record(&id).await;
        assert_eq!(record["givenName"], "Augusta");
        assert_eq!(record["pendingRole"]["name"], "Admin");
    }

    async fn a_role_in_other_letters_or_with_spaces_is_the_same_role(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let okta = tenant.okta(App::Custom);
        let before = okta.read(&id).await;
        for same in ["analyst", "ANALYST", "  Analyst "] {
            let answered = okta.push(&id, &json!({ "pantherRole": same })).await.scim(200);
            assert_eq!(answered, before, "{same:?}");
        }
        let answered = okta.push(&id, &json!({ "pantherRole": " analystreadonly" })).await.scim(200);
        assert_eq!(answered["pantherRole"], "AnalystReadOnly", "the role's own spelling is shown");
    }

    async fn the_role_in_force_takes_a_pending_one_back(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let okta = tenant.okta(App::Custom);
        for back in [json!("Analyst"), json!(null), json!("")] {
            okta.push(&id, &json!({ "pantherRole": "Admin" })).await.scim(200);
            let answered = okta.push(&id, &json!({ "pantherRole": back })).await.scim(200);
            assert_eq!(answered["pantherRole"], "Analyst", "{back}");
            assert_eq!(tenant.record(&id).await.get("pendingRole").filter(|role| !role.is_null()), None, "{back}");
        }
    }

    async fn an_unknown_role_is_refused_and_nothing_changes(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let okta = tenant.okta(App::Custom);
        let before = okta.read(&id).await;
        let detail = okta.send_about("put-unknown-role", &before).await.scim_error(400, Some("invalidValue"));
        for told in ["ReadOnlyAnalyst", "Admin", "Analyst", "AnalystReadOnly", "Did you mean \"AnalystReadOnly\"?"] {
            assert!(detail.contains(told), "{told} is not in: {detail}");
        }
        assert_eq!(okta.read(&id).await, before, "not the externalId, not the version, nothing");

        let operations = json!([
            { "op": "replace", "path": "name.givenName", "value": "Augusta" },
            { "op": "replace", "path": "pantherRole", "value": "Nobody's role" },
        ]);
        let path = format!("/Users/{id}");
        tenant.scim().operations(&path, operations).await.scim_error(400, Some("invalidValue"));
        assert_eq!(okta.read(&id).await, before);

        assert_eq!(tenant.audit("UPDATE_USER", "SUCCEEDED").await, Vec::<Value>::new());
        let refused = tenant.audit("UPDATE_USER", "FAILED").await;
        assert_eq!(refused.len(), 2, "{refused:?}");
        assert!(refused[1]["description"].as_str().unwrap().contains("ReadOnlyAnalyst"), "{refused:?}");
    }

    async fn a_deactivation_that_echoes_a_deleted_role_goes_through_alone(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let temporary = json!({ "name": "Temporary", "permissions": ["AlertRead"] });
        let role = api.post("/roles", &temporary).await.api(201)["id"].as_str().unwrap().to_owned();
        let id = tenant.user("ada", "Temporary");
        let okta = tenant.okta(App::Custom);
        let echo = okta.read(&id).await;
        api.patch(&format!("/users/{id}"), &json!({ "role": "Analyst" })).await.api(200);
        api.delete(&format!("/roles/{role}")).await.api(204);
        let before = okta.read(&id).await;

        let leave = |body: &mut Value| {
            body["pantherRole"] = echo["pantherRole"].clone();
            body["name"]["familyName"] = json!("Changed too");
        };
        let answered = okta.replay("put-deactivate", &echo, leave).await.scim(200);
        assert_eq!(answered["active"], false);
        let mut expected = before.clone();
        expected["active"] = json!(false);
        for member in ["lastModified", "version"] {
            expected["meta"][member] = answered["meta"][member].clone();
        }
        assert_eq!(answered, expected, "only the status changed");
        assert_eq!(okta.read(&id).await, answered);

        let records = tenant.audit("UPDATE_USER", "SUCCEEDED").await;
        let description = records[0]["description"].as_str().unwrap();
        assert!(description.contains("ignored") && description.contains("Temporary"), "{description}");
        let change = json!([{ "attribute": "active", "before": true, "after": false }]);
        assert_eq!(records[0]["changes"], change);

        let reactivated = okta.push(&id, &json!({ "active": true, "pantherRole": "Temporary" })).await;
        reactivated.scim_error(400, Some("invalidValue"));
    }

    async fn a_deactivation_that_echoes_a_renamed_role_goes_through(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let id = tenant.user("ada", "Analyst");
        let okta = tenant.okta(App::Catalogue);
        let role = role_id(&api, "Analyst").await;
        api.patch(&format!("/roles/{role}"), &json!({ "name": "Investigator" })).await.api(200);
        let operations = json!([{ "op": "replace", "value": { "active": false, "pantherRole": "Analyst" } }]);
        let answered = tenant.scim().operations(&format!("/Users/{id}"), operations).await.scim(200);
        assert_eq!((&answered["active"], &answered["pantherRole"]), (&json!(false), &json!("Investigator")));
        okta.send_about("patch-reactivate", &answered).await.scim(200);
        assert_eq!(tenant.record(&id).await["role"]["name"], "Investigator");
    }

    async fn a_role_that_is_created_since_is_known_to_the_next_push(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let okta = tenant.okta(App::Custom);
        let mapped = json!({ "pantherRole": "Responder" });
        let detail = okta.push(&id, &mapped).await.scim_error(400, Some("invalidValue"));
        assert!(detail.contains("\"Responder\""), "{detail}");
        tenant.api().post("/roles", &json!({ "name": "Responder", "permissions": [] })).await.api(201);
        assert_eq!(okta.push(&id, &mapped).await.scim(200)["pantherRole"], "Responder");
    }

    async fn the_attribute_roles_is_understood_too(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let path = format!("/Users/{id}");
        let first = json!({ "roles": [{ "value": "Admin" }, { "value": "AnalystReadOnly" }] });
        assert_eq!(tenant.scim().put(&path, &first).await.scim(200)["pantherRole"], "Admin");
        let primary = json!({ "roles": [{ "value": "Admin" }, { "value": "AnalystReadOnly", "primary": true }] });
        assert_eq!(tenant.scim().put(&path, &primary).await.scim(200)["pantherRole"], "AnalystReadOnly");
        let unknown = json!({ "roles": [{ "value": "Nobody's role" }] });
        tenant.scim().put(&path, &unknown).await.scim_error(400, Some("invalidValue"));
    }

    async fn the_name_of_the_role_attribute_is_a_setting(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let okta = tenant.okta(App::Custom);
        tenant.api().patch("/settings", &json!({ "scimRoleAttribute": "acmeRole" })).await.api(200);
        let user = okta.read(&id).await;
        assert_eq!((&user["acmeRole"], user.get("pantherRole")), (&json!("Analyst"), None));
        let answered = okta.push(&id, &json!({ "ACMErole": null, "acmeRole": "Admin" })).await;
        answered.scim_error(400, Some("invalidSyntax"));
        let answered = okta.push(&id, &json!({ "acmeRole": "Admin", "pantherRole": "no role at all" })).await.scim(200);
        assert_eq!(answered["acmeRole"], "Admin", "the old name is an unknown attribute now, and ignored");
        let schema = tenant.scim().get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User").await.scim(200);
        let names: Vec<_> = schema["attributes"].as_array().unwrap().iter().map(|a| a["name"].clone()).collect();
        assert!(names.contains(&json!("acmeRole")) && !names.contains(&json!("pantherRole")), "{names:?}");
    }
}
