//! PATCH (RFC 7644 section 3.5.2): every form that is understood.

use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// What each case starts from.
fn reset() -> Value {
    json!({
        "userName": "ada@example.com",
        "name": { "givenName": "Ada", "familyName": "Byron" },
        "emails": [{ "value": "ada@example.com", "type": "work", "primary": true }],
        "externalId": "00uX",
        "active": true,
        "pantherRole": null,
    })
}

/// Applies each list of operations to a user in the same state, and compares what they changed:
/// `expected` names by JSON pointer all that may differ.
async fn check(tenant: &Tenant, cases: Vec<(Value, Vec<(&str, Value)>)>) {
    let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
    let scim = tenant.scim();
    for (operations, expected) in cases {
        let mut user = scim.put(&path, &reset()).await.scim(200);
        let answered = scim.operations(&path, operations.clone()).await.scim(200);
        for (pointer, value) in expected {
            if let Some(slot) = user.pointer_mut(pointer) {
                *slot = value;
            } else {
                panic!("{pointer} is not in {user}");
            }
        }
        for member in ["version", "lastModified"] {
            user["meta"][member] = answered["meta"][member].clone();
        }
        let part = |name: &str| user["name"][name].as_str().unwrap_or_default().to_owned();
        let formatted = format!("{} {}", part("givenName"), part("familyName"))
            .trim()
            .to_owned();
        user["displayName"] = if formatted.is_empty() {
            user["userName"].clone()
        } else {
            json!(formatted)
        };
        user["name"]["formatted"] = json!(formatted);
        assert_eq!(answered, user, "{operations}");
        assert_eq!(scim.get(&path).await.scim(200), answered, "{operations}");
    }
}

fn given(name: &str) -> Vec<(&'static str, Value)> {
    vec![("/name/givenName", json!(name))]
}

fn active(value: bool) -> Vec<(&'static str, Value)> {
    vec![("/active", json!(value))]
}

on_both_stores! {
    async fn operations_with_a_path(backend: Backend) {
        check(&Tenant::new(backend), vec![
            (json!([{ "op": "replace", "path": "name.givenName", "value": "Augusta" }]), given("Augusta")),
            (json!([{ "op": "Replace", "path": "NAME.GIVENNAME", "value": "Augusta" }]), given("Augusta")),
            (json!([{ "op": "ADD", "path": "name.givenName", "value": "Augusta" }]), given("Augusta")),
            (json!([{ "op": "replace", "path": format!("{CORE}:name.givenName"), "value": "Augusta" }]), given("Augusta")),
            (json!([{ "op": "replace", "path": format!("{}:name.givenName", CORE.to_uppercase()), "value": "A" }]), given("A")),
            (json!([{ "op": "replace", "path": "name", "value": { "givenName": "Augusta" } }]), given("Augusta")),
            (json!([{ "op": "replace", "path": "name.givenName", "value": ["Augusta"] }]), given("Augusta")),
            (json!([{ "op": "remove", "path": "name.givenName" }]), given("")),
            (json!([{ "op": "replace", "path": "name.givenName", "value": "" }]), given("")),
            (json!([{ "op": "replace", "path": "name.givenName", "value": null }]), given("")),
            (json!([{ "op": "remove", "path": "name" }]), vec![("/name/givenName", json!("")), ("/name/familyName", json!(""))]),
            (json!([{ "op": "replace", "path": "externalId", "value": "00uY" }]), vec![("/externalId", json!("00uY"))]),
            (json!([{ "op": "replace", "path": "userName", "value": "Ada@example.com" }]), vec![("/userName", json!("Ada@example.com"))]),
            (json!([{ "op": "replace", "path": "pantherRole", "value": "admin" }]), vec![("/pantherRole", json!("Admin"))]),
            (json!([{ "op": "add", "path": "PANTHERROLE", "value": "Admin" }]), vec![("/pantherRole", json!("Admin"))]),
        ])
        .await;
    }

    async fn string_booleans_and_wrapped_booleans(backend: Backend) {
        check(&Tenant::new(backend), vec![
            (json!([{ "op": "replace", "path": "active", "value": false }]), active(false)),
            (json!([{ "op": "Replace", "path": "active", "value": "False" }]), active(false)),
            (json!([{ "op": "replace", "path": "ACTIVE", "value": "false" }]), active(false)),
            (json!([{ "op": "replace", "path": "active", "value": [false] }]), active(false)),
            (json!([{ "op": "replace", "path": "active", "value": ["False"] }]), active(false)),
            (json!([{ "op": "add", "path": "active", "value": "FALSE" }]), active(false)),
            (json!([{ "op": "replace", "path": format!("{CORE}:active"), "value": "False" }]), active(false)),
            (json!([{ "op": "replace", "path": "active", "value": "True" }]), active(true)),
            (json!([
                { "op": "replace", "path": "active", "value": false },
                { "op": "replace", "path": "active", "value": true },
            ]), active(true)),
        ])
        .await;
    }

    async fn a_true_that_is_a_string_reactivates(backend: Backend) {
        let tenant = Tenant::new(backend);
        let (scim, path) = (tenant.scim(), format!("/Users/{}", tenant.user("ada", "Analyst")));
        for value in [json!("True"), json!("true"), json!([true]), json!(["TRUE"])] {
            let leave = json!([{ "op": "replace", "path": "active", "value": false }]);
            assert_eq!(scim.operations(&path, leave).await.scim(200)["active"], false);
            let back = json!([{ "op": "replace", "path": "active", "value": value }]);
            assert_eq!(scim.operations(&path, back).await.scim(200)["active"], true, "{value}");
        }
    }

    async fn operations_without_a_path(backend: Backend) {
        check(&Tenant::new(backend), vec![
            (json!([{ "op": "replace", "value": { "active": false } }]), active(false)),
            (json!([{ "op": "add", "value": { "Active": "False" } }]), active(false)),
            (json!([{ "op": "replace", "value": { "name": { "givenName": "Augusta" } } }]), given("Augusta")),
            (json!([{ "op": "replace", "value": { "name.givenName": "Augusta" } }]), given("Augusta")),
            (json!([{ "op": "replace", "value": { "NAME.givenname": "Augusta" } }]), given("Augusta")),
            (json!([{ "op": "replace", "value": { format!("{CORE}:name.givenName"): "Augusta" } }]), given("Augusta")),
            (json!([{ "op": "replace", "value": { CORE: { "name": { "givenName": "Augusta" } } } }]), given("Augusta")),
            (json!([{ "op": "replace", "value": { format!("{CORE}:active"): false } }]), active(false)),
            (json!([{ "op": "replace", "value": { "pantherRole": "Admin", "externalId": "00uY" } }]),
             vec![("/pantherRole", json!("Admin")), ("/externalId", json!("00uY"))]),
            (json!([{ "op": "replace", "value": { "emails[type eq \"work\"].value": "new@example.com" } }]),
             vec![("/emails/0/value", json!("new@example.com"))]),
            // Our own resource, sent back: what the server owns is ignored.
            (json!([{ "op": "replace", "value": {
                "id": "x", "schemas": [], "meta": { "version": "W/\"99\"" }, "groups": [], "password": "1mz050nq",
                "displayName": "x", "locale": "en-US", "entirelyUnknown": 1, "externalId": "00uY",
            } }]), vec![("/externalId", json!("00uY"))]),
        ])
        .await;
    }

    async fn emails_by_value_path_by_list_and_by_element(backend: Backend) {
        let new = || vec![("/emails/0/value", json!("new@example.com"))];
        check(&Tenant::new(backend), vec![
            (json!([{ "op": "replace", "path": "emails[type eq \"work\"].value", "value": "new@example.com" }]), new()),
            (json!([{ "op": "add", "path": "emails[TYPE EQ \"work\"].VALUE", "value": "new@example.com" }]), new()),
            (json!([{ "op": "replace", "path": "emails[primary eq true].value", "value": "new@example.com" }]), new()),
            (json!([{ "op": "replace", "path": "emails[value eq \"ada@example.com\"].value", "value": "new@example.com" }]), new()),
            (json!([{ "op": "replace", "path": "emails", "value": [{ "value": "new@example.com", "primary": true }] }]), new()),
            (json!([{ "op": "replace", "path": "emails", "value": { "value": "new@example.com", "type": "work" } }]), new()),
            (json!([{ "op": "replace", "path": "emails.value", "value": "new@example.com" }]), new()),
            (json!([{ "op": "add", "path": "emails", "value": [{ "value": "new@example.com", "primary": true }] }]), new()),
            (json!([{ "op": "replace", "path": format!("{CORE}:emails[type eq \"work\"].value"), "value": "new@example.com" }]), new()),
            (json!([{ "op": "replace", "value": { "emails": [{ "value": "new@example.com", "type": "work" }] } }]), new()),
            (json!([{ "op": "replace", "path": "emails[type eq \"work\"]",
                      "value": { "value": "new@example.com", "primary": true } }]), new()),
        ])
        .await;
    }

    async fn a_value_path_whose_element_is_missing_creates_it(backend: Backend) {
        let tenant = Tenant::new(backend);
        check(&tenant, vec![
            // Created beside the primary one, which stays the one that counts.
            (json!([{ "op": "replace", "path": "emails[type eq \"home\"].value", "value": "home@example.com" }]), vec![]),
            (json!([
                { "op": "remove", "path": "emails[type eq \"work\"]" },
                { "op": "add", "path": "emails[type eq \"work\"].value", "value": "new@example.com" },
            ]), vec![("/emails/0/value", json!("new@example.com"))]),
            (json!([
                { "op": "add", "path": "emails[type eq \"home\"].value", "value": "home@example.com" },
                { "op": "add", "path": "emails[type eq \"home\"].primary", "value": "True" },
            ]), vec![("/emails/0/value", json!("home@example.com"))]),
        ])
        .await;
    }

    async fn what_is_ignored_wherever_it_stands(backend: Backend) {
        let nothing = Vec::new;
        check(&Tenant::new(backend), vec![
            (json!([{ "op": "replace", "path": "password", "value": "1mz050nq" }]), nothing()),
            (json!([{ "op": "replace", "path": "name.formatted", "value": "Stale Name" }]), nothing()),
            (json!([{ "op": "replace", "path": "displayName", "value": "Stale Name" }]), nothing()),
            (json!([{ "op": "replace", "path": "nickName", "value": "x" }]), nothing()),
            (json!([{ "op": "add", "path": "phoneNumbers[type eq \"work\"].value", "value": "1" }]), nothing()),
            (json!([{ "op": "add", "value": "x",
                      "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department" }]), nothing()),
            (json!([{ "op": "remove", "path": "locale" }]), nothing()),
            (json!([{ "op": "remove", "path": "emails[type eq \"home\"]" }]), nothing()),
        ])
        .await;
    }

    async fn a_patch_that_changes_nothing_keeps_the_version(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let before = tenant.scim().get(&path).await.scim(200);
        for operations in [
            json!([{ "op": "replace", "path": "active", "value": true }]),
            json!([{ "op": "replace", "value": { "name": { "givenName": "Ada" }, "pantherRole": "analyst" } }]),
            json!([{ "op": "remove", "path": "externalId" }]),
            json!([{ "op": "replace", "path": "active", "value": false }, { "op": "replace", "path": "active", "value": true }]),
        ] {
            assert_eq!(tenant.scim().operations(&path, operations.clone()).await.scim(200), before, "{operations}");
        }
    }

    async fn the_message_itself_may_be_spelled_loosely(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let operation = |value: &str| json!({ "OP": "Replace", "PATH": "name.givenName", "VALUE": value });
        for (number, body) in [
            json!({ "operations": [operation("Given0")] }),
            json!({ "OPERATIONS": [operation("Given1")], "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"] }),
            json!({ "Operations": [operation("Given2")], "Schemas": ["URN:ietf:params:scim:api:messages:2.0:PATCHOP"] }),
        ]
        .iter()
        .enumerate()
        {
            let answered = tenant.scim().patch(&path, body).await.scim(200);
            assert_eq!(answered["name"]["givenName"], format!("Given{number}"), "{body}");
        }
    }

    async fn a_hundred_operations_are_applied_in_their_order(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let operation = |number: usize| json!({ "op": "replace", "path": "externalId", "value": number.to_string() });
        let operations: Vec<Value> = (1..=100).map(operation).collect();
        assert_eq!(tenant.scim().operations(&path, json!(operations)).await.scim(200)["externalId"], "100");
        assert_eq!(tenant.audit("UPDATE_USER", "SUCCEEDED").await.len(), 1, "one request, one change");
    }
}
