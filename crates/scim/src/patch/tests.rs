//! The operations that identity providers send, one by one.

use serde_json::{Value, json};

use super::*;
use crate::ScimType;
use crate::schema::user_schema;

pub(super) fn ada() -> Resource {
    let ada = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "018f",
        "externalId": "00uA",
        "userName": "ada@example.com",
        "name": {"givenName": "Ada", "familyName": "Byron"},
        "emails": [{"value": "ada@example.com", "type": "work", "primary": true}],
        "active": true,
        "pantherRole": "Analyst",
        "meta": {"resourceType": "User"},
    });
    match ada {
        Value::Object(ada) => ada,
        _ => Resource::new(),
    }
}

/// Applies operations to Ada.
pub(super) fn patch(operations: &Value) -> Result<Value, ScimError> {
    let body = json!({"schemas": [urn::PATCH_OP], "Operations": operations});
    let request = PatchRequest::parse(&body)?;
    apply(&ada(), &request, &user_schema("pantherRole")).map(Value::Object)
}

/// Applies one operation and answers what differs from Ada; a removed attribute is null.
pub(super) fn changed(operation: &Value) -> Value {
    let after = patch(&json!([operation])).unwrap_or_else(|error| panic!("{operation}: {error}"));
    let before = Value::Object(ada());
    let mut changed = Resource::new();
    for object in [&before, &after] {
        for key in object
            .as_object()
            .into_iter()
            .flat_map(|object| object.keys())
        {
            if before[key] != after[key] {
                changed.insert(key.clone(), after[key].clone());
            }
        }
    }
    Value::Object(changed)
}

pub(super) fn error(operation: &Value) -> ScimError {
    match patch(&json!([operation])) {
        Ok(_) => panic!("{operation} was applied"),
        Err(error) => error,
    }
}

#[test]
fn every_way_to_deactivate_does() {
    for operation in [
        json!({"op": "replace", "value": {"active": false}}),
        json!({"op": "Replace", "path": "active", "value": false}),
        json!({"op": "REPLACE", "path": "Active", "value": "False"}),
        json!({"op": "add", "path": "active", "value": ["false"]}),
        json!({"OP": "add", "VALUE": {"ACTIVE": [false]}}),
        json!({"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": false}),
        json!({"op": "replace", "value": {"urn:ietf:params:scim:schemas:core:2.0:user:active": false}}),
        json!({"op": "replace", "value": {"urn:ietf:params:scim:schemas:core:2.0:User": {"active": false}}}),
        json!({"op": "replace", "path": "", "value": {"active": false}}),
        json!({"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User", "value": {"active": false}}),
    ] {
        assert_eq!(changed(&operation), json!({"active": false}), "{operation}");
    }
}

#[test]
fn names_are_merged_however_they_are_addressed() {
    let expected = json!({"name": {"givenName": "Augusta", "familyName": "Byron"}});
    for operation in [
        json!({"op": "replace", "path": "name.givenName", "value": "Augusta"}),
        json!({"op": "add", "path": "NAME.givenname", "value": "Augusta"}),
        json!({"op": "replace", "path": "name", "value": {"givenName": "Augusta"}}),
        json!({"op": "replace", "value": {"name.givenName": "Augusta"}}),
        json!({"op": "replace", "value": {"name": {"GivenName": ["Augusta"]}}}),
    ] {
        assert_eq!(changed(&operation), expected, "{operation}");
    }
}

#[test]
fn null_and_empty_values_unassign() {
    for value in [json!(null), json!(""), json!([])] {
        assert_eq!(
            changed(&json!({"op": "replace", "path": "pantherRole", "value": value})),
            json!({"pantherRole": null})
        );
        assert_eq!(
            changed(&json!({"op": "replace", "value": {"name": {"givenName": value}}})),
            json!({"name": {"familyName": "Byron"}})
        );
        assert_eq!(
            changed(&json!({"op": "replace", "path": "emails", "value": value})),
            json!({"emails": null})
        );
        assert_eq!(
            error(&json!({"op": "replace", "path": "userName", "value": value})).detail,
            "userName is required, so it can't be empty. Send its value, or leave it out of the \
             request."
        );
    }
}

#[test]
fn the_work_address_is_replaced_in_place() {
    let expected = json!({
        "emails": [{"value": "augusta@example.com", "type": "work", "primary": true}]
    });
    for operation in [
        json!({"op": "replace", "path": "emails[type eq \"work\"].value", "value": "augusta@example.com"}),
        json!({"op": "Add", "path": "Emails[Type EQ \"WORK\"].Value", "value": ["augusta@example.com"]}),
        json!({"op": "replace", "value": {"emails[type eq \"work\"].value": "augusta@example.com"}}),
        json!({"op": "replace", "path": "emails.value", "value": "augusta@example.com"}),
        json!({"op": "replace", "path": "emails[primary eq \"True\"]", "value": {"value": "augusta@example.com", "type": "work"}}),
        json!({"op": "replace", "path": "emails", "value": {"value": "augusta@example.com", "type": "work", "primary": "true"}}),
    ] {
        assert_eq!(changed(&operation), expected, "{operation}");
    }
}

#[test]
fn an_element_that_is_missing_is_created_from_what_the_path_says() {
    assert_eq!(
        changed(
            &json!({"op": "replace", "path": "emails[type eq \"home\" and primary eq false].value", "value": "a@home.example"})
        ),
        json!({"emails": [
            {"value": "ada@example.com", "type": "work", "primary": true},
            {"value": "a@home.example", "type": "home", "primary": false},
        ]})
    );
    assert_eq!(
        changed(
            &json!({"op": "add", "path": "roles[primary eq \"True\"].value", "value": "Admin"})
        ),
        json!({"roles": [{"primary": true, "value": "Admin"}]})
    );
    let refused =
        error(&json!({"op": "replace", "path": "emails[type ne \"work\"].value", "value": "x"}));
    assert_eq!(refused.scim_type, Some(ScimType::NoTarget));
    assert!(refused.detail.contains("type ne"), "{}", refused.detail);
}

#[test]
fn a_new_primary_element_takes_the_mark_from_the_others() {
    let added = json!({"value": "new@example.com", "type": "other", "primary": true});
    assert_eq!(
        changed(&json!({"op": "add", "path": "emails", "value": [added]})),
        json!({"emails": [
            {"value": "ada@example.com", "type": "work", "primary": false},
            {"value": "new@example.com", "type": "other", "primary": true},
        ]})
    );
    let operations = json!([
        {"op": "add", "path": "emails", "value": {"value": "h@example.com", "type": "home"}},
        {"op": "replace", "path": "emails[type eq \"home\"].primary", "value": "True"},
    ]);
    assert_eq!(
        patch(&operations).unwrap()["emails"],
        json!([
            {"value": "ada@example.com", "type": "work", "primary": false},
            {"value": "h@example.com", "type": "home", "primary": true},
        ])
    );
}

#[test]
fn adding_what_is_there_changes_nothing() {
    let present = json!({"value": "ADA@example.com", "type": "work", "primary": true});
    let after = changed(&json!({"op": "add", "path": "emails", "value": [present]}));
    assert_eq!(after["emails"].as_array().map(Vec::len), Some(1));
    for operation in [
        json!({"op": "add", "path": "emails", "value": [{"value": "ada@example.com", "type": "work"}]}),
        json!({"op": "add", "path": "emails", "value": null}),
    ] {
        assert_eq!(changed(&operation), json!({}));
    }
}

#[test]
fn remove_takes_away_what_the_path_names_and_nothing_else() {
    for (operation, expected) in [
        (
            json!({"op": "remove", "path": "pantherRole"}),
            json!({"pantherRole": null}),
        ),
        (
            json!({"op": "remove", "path": "name.givenName"}),
            json!({"name": {"familyName": "Byron"}}),
        ),
        (
            json!({"op": "remove", "path": "emails[type eq \"work\"]"}),
            json!({"emails": null}),
        ),
        (
            json!({"op": "remove", "path": "emails[type eq \"work\"].value"}),
            json!({"emails": null}),
        ),
        (
            json!({"op": "remove", "path": "emails.primary"}),
            json!({"emails": [{"value": "ada@example.com", "type": "work"}]}),
        ),
        (
            json!({"op": "remove", "path": "emails", "value": [{"value": "ada@example.com"}]}),
            json!({"emails": null}),
        ),
        (
            json!({"op": "remove", "path": "emails", "value": [{"value": "other@example.com"}]}),
            json!({}),
        ),
        (
            json!({"op": "remove", "path": "emails[type eq \"home\"]"}),
            json!({}),
        ),
        (json!({"op": "remove", "path": "displayName"}), json!({})),
        (json!({"op": "remove", "path": "roles"}), json!({})),
        (
            json!({"op": "replace", "path": "emails[type eq \"home\"]", "value": null}),
            json!({}),
        ),
    ] {
        assert_eq!(changed(&operation), expected, "{operation}");
    }
}
