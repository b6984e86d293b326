//! PATCH: what is refused, and that nothing of it is applied.

use roster_tests::client::patch_of;
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

on_both_stores! {
    async fn each_bad_operation_is_refused_with_its_type(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let before = tenant.scim().get(&path).await.scim(200);
        for (operation, scim_type) in [
            (json!({ "op": "replace", "path": "nonsense", "value": "x" }), "invalidPath"),
            (json!({ "op": "replace", "path": "name.nonsense", "value": "x" }), "invalidPath"),
            (json!({ "op": "replace", "path": "emails[type eq", "value": "x" }), "invalidPath"),
            (json!({ "op": "replace", "path": "name..givenName", "value": "x" }), "invalidPath"),
            (json!({ "op": "replace", "path": 7, "value": "x" }), "invalidPath"),
            (json!({ "op": "replace", "path": "id", "value": "x" }), "mutability"),
            (json!({ "op": "remove", "path": "meta" }), "mutability"),
            (json!({ "op": "replace", "path": "meta.version", "value": "x" }), "mutability"),
            (json!({ "op": "remove" }), "noTarget"),
            (json!({ "op": "replace", "path": "emails[type ne \"work\"].value", "value": "x@example.com" }), "noTarget"),
            (json!({ "op": "replace", "path": "active", "value": "perhaps" }), "invalidValue"),
            (json!({ "op": "replace", "path": "active", "value": 7 }), "invalidValue"),
            (json!({ "op": "replace", "path": "name", "value": "Ada" }), "invalidValue"),
            (json!({ "op": "replace", "path": "name.givenName", "value": 7 }), "invalidValue"),
            (json!({ "op": "replace", "path": "name.givenName", "value": ["a", "b"] }), "invalidValue"),
            (json!({ "op": "replace", "path": "emails", "value": [7] }), "invalidValue"),
            (json!({ "op": "replace", "path": "emails", "value": [{ "value": "no address" }] }), "invalidValue"),
            (json!({ "op": "replace", "value": { "active": "perhaps" } }), "invalidValue"),
            (json!({ "op": "remove", "path": "userName" }), "mutability"),
            (json!({ "op": "replace", "path": "userName", "value": "" }), "invalidValue"),
            (json!({ "op": "remove", "path": "emails" }), "invalidValue"),
            (json!({ "op": "remove", "path": "emails[type eq \"work\"]" }), "invalidValue"),
        ] {
            let answer = tenant.scim().operations(&path, json!([operation])).await;
            assert_eq!(answer.json()["scimType"], scim_type, "{operation}: {}", answer.text());
            answer.scim_error(400, Some(scim_type));
        }
        for operation in [
            json!({ "op": "copy", "path": "active", "value": true }),
            json!({ "path": "active", "value": true }),
            json!({ "op": 7, "path": "active", "value": true }),
            json!({ "op": "replace" }),
            json!({ "op": "replace", "path": "active" }),
            json!({ "op": "replace", "value": "x" }),
            json!({ "op": "replace", "path": "", "value": "x" }),
            json!({ "op": "add", "value": [] }),
            json!("replace"),
            json!(null),
        ] {
            let answer = tenant.scim().operations(&path, json!([operation])).await;
            let scim_type = answer.json()["scimType"].as_str().map(str::to_owned);
            assert!(matches!(scim_type.as_deref(), Some("invalidSyntax" | "invalidValue")), "{operation}: {}", answer.text());
            answer.scim_error(400, scim_type.as_deref());
        }
        assert_eq!(tenant.scim().get(&path).await.scim(200), before);
    }

    async fn the_message_must_be_a_patch(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        for body in [
            json!({}),
            json!([]),
            json!("x"),
            json!({ "Operations": {} }),
            json!({ "Operations": [] }),
            json!({ "Operations": null }),
            json!({ "schemas": ["urn:example:other"], "Operations": [{ "op": "replace", "value": { "active": false } }] }),
        ] {
            let answer = tenant.scim().patch(&path, &body).await;
            let scim_type = answer.json()["scimType"].as_str().map(str::to_owned);
            assert!(matches!(scim_type.as_deref(), Some("invalidSyntax" | "invalidValue")), "{body}: {}", answer.text());
            answer.scim_error(400, scim_type.as_deref());
        }
        assert_eq!(tenant.scim().get(&path).await.scim(200)["active"], true);
    }

    async fn one_bad_operation_and_nothing_is_applied(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        tenant.user("grace", "Analyst");
        let path = format!("/Users/{id}");
        let before = tenant.scim().get(&path).await.scim(200);
        let good = json!({ "op": "replace", "path": "name.givenName", "value": "Augusta" });
        for (bad, status) in [
            (json!({ "op": "replace", "path": "nonsense", "value": "x" }), 400),
            (json!({ "op": "replace", "path": "active", "value": "perhaps" }), 400),
            (json!({ "op": "replace", "path": "pantherRole", "value": "Nobody's role" }), 400),
            (json!({ "op": "replace", "path": "userName", "value": "GRACE@example.com" }), 409),
        ] {
            for operations in [json!([good, bad]), json!([bad, good])] {
                let answer = tenant.scim().operations(&path, operations.clone()).await;
                assert_eq!(answer.status, status, "{operations}: {}", answer.text());
                assert_eq!(tenant.scim().get(&path).await.scim(200), before, "{operations}");
            }
        }
        assert_eq!(tenant.audit("UPDATE_USER", "SUCCEEDED").await, Vec::<Value>::new());
        assert_eq!(tenant.audit("UPDATE_USER", "FAILED").await.len(), 8, "each refusal is in the audit log");
    }

    async fn more_than_a_hundred_operations_are_refused_with_the_limit(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let operation = json!({ "op": "replace", "path": "active", "value": false });
        let body = patch_of(json!(vec![operation; 101]));
        let answer = tenant.scim().patch(&path, &body).await;
        assert!(matches!(answer.status, 400 | 413), "{}", answer.text());
        assert!(answer.json()["detail"].as_str().unwrap().contains("100"), "{}", answer.text());
        assert_eq!(tenant.scim().get(&path).await.scim(200)["active"], true);
    }

    async fn a_password_is_in_no_error(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        for (operation, status) in [
            (json!({ "op": "replace", "path": "password", "value": { "x": "1mz050nq" } }), 200),
            (json!({ "op": "replace", "value": { "password": ["1mz050nq"], "active": "perhaps" } }), 400),
            (json!({ "op": "replace", "path": "password[x eq \"1mz050nq\"].nonsense", "value": "1mz050nq" }), 200),
            (json!({ "op": "replace", "path": "password eq \"1mz050nq\"", "value": "1mz050nq" }), 400),
        ] {
            let answer = tenant.scim().operations(&path, json!([operation])).await;
            assert_eq!(answer.status, status, "{operation}");
            assert!(!answer.text().contains("1mz050nq"), "{}", answer.text());
        }
    }
}
