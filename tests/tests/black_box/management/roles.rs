//! Roles: list, create, read, change, delete; the vocabulary of permissions.

use roster_tests::client::Client;
use roster_tests::on_both_stores;
use roster_tests::tenant::{GOVERNING, Tenant};
use serde_json::{Value, json};

async fn role(api: &Client, name: &str) -> Value {
    let list = api.get("/roles").await.api(200);
    let found = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|role| role["name"] == name);
    found
        .unwrap_or_else(|| panic!("no role {name}: {list}"))
        .clone()
}

fn path(role: &Value) -> String {
    format!("/roles/{}", role["id"].as_str().unwrap())
}

on_both_stores! {
    async fn a_new_tenant_has_three_roles(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let permissions = async |name| {
            let role = role(&api, name).await;
            let names = role["permissions"].as_array().unwrap().iter().map(|p| p.as_str().unwrap().to_owned());
            names.collect::<Vec<String>>()
        };
        let (admin, analyst, reader) = (permissions("Admin").await, permissions("Analyst").await, permissions("AnalystReadOnly").await);
        assert!(GOVERNING.iter().all(|governing| admin.iter().any(|has| has == governing)), "{admin:?}");
        assert!(analyst.iter().all(|has| admin.contains(has)), "Admin has every permission");
        assert!(analyst.contains(&"RuleModify".to_owned()), "{analyst:?}");
        assert!(!analyst.iter().any(|has| GOVERNING.contains(&has.as_str())), "{analyst:?}");
        assert!(reader.iter().all(|has| has.ends_with("Read") && analyst.contains(has)), "{reader:?}");
        assert_eq!((admin.len(), analyst.len()), (25, 18));
        assert_eq!(role(&api, "Admin").await["isAdmin"], true);
        assert_eq!(role(&api, "Analyst").await["isAdmin"], false);
    }

    async fn a_role_is_created_read_changed_and_deleted(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let body = json!({ "name": " Responder ", "permissions": ["UserModify", "AlertRead", "HouseSpecific1"] });
        let answer = api.post("/roles", &body).await;
        let created = answer.api(201);
        assert_eq!(created["name"], "Responder");
        let location = answer.header("location").unwrap();
        assert!(location.ends_with(&format!("/t/{}/api/v1{}", tenant.slug, path(&created))), "{location}");
        let permissions = json!(["AlertRead", "HouseSpecific1", "UserModify", "UserRead"]);
        assert_eq!(created["permissions"], permissions, "what is implied is there");
        let read = api.get(&path(&created)).await.api(200);
        assert_eq!(read["usage"], json!({ "users": 0, "pendingUsers": 0 }));
        assert_eq!((&read["name"], &read["permissions"]), (&created["name"], &created["permissions"]));
        let changed = api.patch(&path(&created), &json!({ "name": "First responder", "permissions": [] })).await.api(200);
        assert_eq!((&changed["name"], &changed["permissions"]), (&json!("First responder"), &json!([])));
        assert_eq!((&changed["version"], &changed["id"]), (&json!(2), &created["id"]));
        api.delete(&path(&created)).await.api(204);
        api.get(&path(&created)).await.problem(404);
        api.delete(&path(&created)).await.problem(404);
    }

    async fn names_are_unique_without_regard_to_case(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        for name in ["Analyst", "ANALYST", " analyst "] {
            let problem = api.post("/roles", &json!({ "name": name, "permissions": [] })).await.problem(409);
            assert_eq!(problem["type"], "urn:roster:problem:name-taken");
        }
        let reader = role(&api, "AnalystReadOnly").await;
        api.patch(&path(&reader), &json!({ "name": "analyst" })).await.problem(409);
        let renamed = api.patch(&path(&reader), &json!({ "name": "analystreadonly" })).await.api(200);
        assert_eq!(renamed["name"], "analystreadonly", "its own name in other letters is free");
    }

    async fn a_role_in_use_or_waited_for_stays(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let created = api.post("/roles", &json!({ "name": "Responder", "permissions": [] })).await.api(201);
        let ada = tenant.user("ada", "Responder");
        let grace = tenant.user("grace", "Analyst");
        tenant.scim().put(&format!("/Users/{grace}"), &json!({ "pantherRole": "Responder" })).await.scim(200);
        assert_eq!(api.get(&path(&created)).await.api(200)["usage"], json!({ "users": 1, "pendingUsers": 1 }));
        let in_use = async || {
            let problem = api.delete(&path(&created)).await.problem(409);
            assert_eq!(problem["type"], "urn:roster:problem:role-in-use");
        };
        in_use().await;
        api.patch(&format!("/users/{ada}"), &json!({ "role": "Analyst" })).await.api(200);
        in_use().await;
        tenant.scim().put(&format!("/Users/{grace}"), &json!({ "active": false })).await.scim(200);
        in_use().await;
        tenant.scim().put(&format!("/Users/{grace}"), &json!({ "pantherRole": "" })).await.scim(200);
        api.delete(&path(&created)).await.api(204);
        assert_eq!(tenant.audit("DELETE_USER_ROLE", "FAILED").await.len(), 3);
    }

    async fn the_default_role_and_the_admin_role_stay(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let (admin, reader) = (role(&api, "Admin").await, role(&api, "AnalystReadOnly").await);
        assert_eq!(api.delete(&path(&reader)).await.problem(409)["type"], "urn:roster:problem:role-is-default");
        for problem in [
            api.delete(&path(&admin)).await.problem(409),
            api.patch(&path(&admin), &json!({ "permissions": ["UserRead"] })).await.problem(409),
            api.patch(&path(&admin), &json!({ "permissions": [] })).await.problem(409),
        ] {
            assert_eq!(problem["type"], "urn:roster:problem:admin-role");
        }
        let renamed = api.patch(&path(&admin), &json!({ "name": "Owner" })).await.api(200);
        assert_eq!((&renamed["isAdmin"], &renamed["permissions"]), (&json!(true), &admin["permissions"]));
    }

    async fn a_new_name_is_shown_wherever_the_role_is(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let id = tenant.user("ada", "AnalystReadOnly");
        let reader = role(&api, "AnalystReadOnly").await;
        api.patch(&path(&reader), &json!({ "name": "Reader" })).await.api(200);
        assert_eq!(tenant.record(&id).await["role"]["name"], "Reader");
        assert_eq!(tenant.read(&id).await["pantherRole"], "Reader");
        assert_eq!(api.get("/settings").await.api(200)["defaultRole"], "Reader");
    }

    async fn permissions_are_checked_by_their_form(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        for bad in ["userRead", "", "A", "User Read", "Ünicode", "User-Read", &"A".repeat(65)] {
            let problem = api.post("/roles", &json!({ "name": "x", "permissions": [bad] })).await.problem(400);
            assert!(problem["errors"][0]["field"].as_str().unwrap().starts_with("permissions"), "{problem}");
        }
        for body in [json!({}), json!({ "name": "x" }), json!({ "permissions": [] }), json!({ "name": "", "permissions": [] }),
                     json!({ "name": "x", "permissions": "UserRead" }), json!({ "name": "x", "permissions": [], "isAdmin": true })] {
            api.post("/roles", &body).await.problem(400);
        }
    }

    async fn the_vocabulary_tells_what_each_permission_is(backend: Backend) {
        let tenant = Tenant::new(backend);
        let list = tenant.api_with(&["UserRead"]).get("/permissions").await.api(200);
        let of = |name: &str| list["items"].as_array().unwrap().iter().find(|p| p["name"] == name).unwrap().clone();
        let modify = of("UserModify");
        assert_eq!((&modify["label"], &modify["governsRoster"]), (&json!("Manage Users"), &json!(true)));
        assert_eq!(modify["implies"], "UserRead");
        assert_eq!(of("UserRead")["label"], "Read User Info");
        assert_eq!(of("AlertRead")["governsRoster"], false);
        assert_eq!(list["items"].as_array().unwrap().len(), 25);
    }
}
