//! What is refused, and what is passed over in silence.

use serde_json::json;

use super::tests::{changed, error, patch};
use super::*;
use crate::ScimType;

#[test]
fn remove_without_path_has_no_target_and_a_required_attribute_stays() {
    assert_eq!(
        error(&json!({"op": "remove"})).scim_type,
        Some(ScimType::NoTarget)
    );
    assert_eq!(
        error(&json!({"op": "remove", "path": "userName"})).scim_type,
        Some(ScimType::Mutability)
    );
}

#[test]
fn read_only_attributes_are_skipped_without_path_and_refused_with_one() {
    let members = json!({"id": "other", "meta": {}, "schemas": [], "groups": [], "active": false});
    assert_eq!(
        changed(&json!({"op": "replace", "value": members})),
        json!({"active": false})
    );
    for path in [
        "id",
        "META.created",
        "schemas",
        "groups",
        "groups[value eq \"x\"]",
    ] {
        let refused = error(&json!({"op": "replace", "path": path, "value": "x"}));
        assert_eq!(refused.scim_type, Some(ScimType::Mutability), "{path}");
        assert!(refused.detail.contains("read-only"), "{}", refused.detail);
    }
}

#[test]
fn what_the_rfc_defines_and_the_service_does_not_keep_is_ignored() {
    for path in [
        "title",
        "nickName",
        "name.middleName",
        "phoneNumbers[type eq \"work\"].value",
        "addresses[type eq \"work\"].country",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "emails[type eq \"work\"].display",
    ] {
        for op in ["add", "replace", "remove"] {
            assert_eq!(
                changed(&json!({"op": op, "path": path, "value": "x"})),
                json!({}),
                "{path}"
            );
        }
    }
    let members = json!({"title": "x", "unheard of": 1, "foo": {"bar": 2}, "urn:x:y:z": {}});
    assert_eq!(
        changed(&json!({"op": "replace", "value": members})),
        json!({})
    );
}

#[test]
fn an_unknown_path_is_refused_and_the_offered_attributes_are_named() {
    for path in [
        "pantherRoles",
        "userName.value",
        "name.nick",
        "urn:example:User:x",
    ] {
        let refused = error(&json!({"op": "replace", "path": path, "value": "x"}));
        assert_eq!(refused.scim_type, Some(ScimType::InvalidPath), "{path}");
        assert!(refused.detail.contains(path), "{}", refused.detail);
        assert!(
            refused.detail.contains("pantherRole, externalId"),
            "{}",
            refused.detail
        );
    }
    for path in [
        "emails[type eq",
        "name[givenName eq \"Ada\"].familyName",
        "a b",
        "emails[colour eq \"x\"]",
    ] {
        let refused = error(&json!({"op": "replace", "path": path, "value": "x"}));
        assert_eq!(refused.scim_type, Some(ScimType::InvalidPath), "{path}");
    }
    let refused = error(&json!({"op": "replace", "path": 7, "value": "x"}));
    assert_eq!(refused.scim_type, Some(ScimType::InvalidPath));
}

#[test]
fn a_password_is_ignored_and_never_repeated() {
    for operation in [
        json!({"op": "replace", "value": {"password": "hunter2"}}),
        json!({"op": "replace", "path": "password", "value": "hunter2"}),
        json!({"op": "replace", "value": {"PASSWORD": 7, "Password": "hunter2"}}),
        json!({"op": "remove", "path": "password"}),
    ] {
        assert_eq!(changed(&operation), json!({}));
    }
    let refused = error(&json!({"op": "replace", "path": "password eq \"hunter2\"", "value": "x"}));
    assert!(!refused.detail.contains("hunter2"), "{}", refused.detail);
    let body = json!({"Operations": [{"op": "replace", "value": {"password": "hunter2"}}]});
    let request = PatchRequest::parse(&body).unwrap();
    assert!(!format!("{request:?}").contains("hunter2"));
}

#[test]
fn a_value_of_the_wrong_type_is_refused_with_the_type_that_is_expected() {
    let refused = error(&json!({"op": "replace", "path": "active", "value": "perhaps"}));
    assert_eq!(refused.scim_type, Some(ScimType::InvalidValue));
    assert!(
        refused.detail.contains("active must be a boolean"),
        "{}",
        refused.detail
    );
    assert!(refused.detail.contains("\"perhaps\""), "{}", refused.detail);
    for (path, value) in [
        ("userName", json!(7)),
        ("userName", json!(["a", "b"])),
        ("name", json!("Ada")),
        ("emails", json!(true)),
        ("emails[type eq \"work\"].primary", json!("x")),
        ("emails[primary eq \"perhaps\"].value", json!("x")),
    ] {
        let refused = error(&json!({"op": "replace", "path": path, "value": value}));
        assert_eq!(refused.scim_type, Some(ScimType::InvalidValue), "{path}");
    }
    for value in [json!(true), json!("x"), json!([1])] {
        let refused = error(&json!({"op": "replace", "value": value}));
        assert_eq!(refused.scim_type, Some(ScimType::InvalidValue));
    }
}

#[test]
fn an_attribute_given_twice_is_refused() {
    let refused = error(&json!({"op": "replace", "value": {"active": true, "ACTIVE": false}}));
    assert_eq!(refused.scim_type, Some(ScimType::InvalidSyntax));
}

#[test]
fn an_error_says_which_operation_it_is_about() {
    let refused = patch(&json!([
        {"op": "replace", "path": "active", "value": false},
        {"op": "replace", "path": "nonsense", "value": 1},
    ]))
    .unwrap_err();
    assert!(
        refused.detail.starts_with("Operation 2 of 2: "),
        "{}",
        refused.detail
    );
}

#[test]
fn a_message_that_is_no_patch_is_refused() {
    let operation = json!({"op": "remove", "path": "title"});
    for (body, scim_type) in [
        (json!([]), ScimType::InvalidSyntax),
        (json!({}), ScimType::InvalidSyntax),
        (json!({"Operations": {}}), ScimType::InvalidSyntax),
        (json!({"Operations": []}), ScimType::InvalidValue),
        (
            json!({"Operations": vec![operation.clone(); 101]}),
            ScimType::InvalidValue,
        ),
        (json!({"Operations": [7]}), ScimType::InvalidSyntax),
        (
            json!({"Operations": [{"op": "move"}]}),
            ScimType::InvalidSyntax,
        ),
        (
            json!({"Operations": [{"path": "active"}]}),
            ScimType::InvalidSyntax,
        ),
        (
            json!({"Operations": [{"op": "replace", "path": "active"}]}),
            ScimType::InvalidValue,
        ),
        (
            json!({"schemas": ["urn:x"], "Operations": [operation.clone()]}),
            ScimType::InvalidSyntax,
        ),
    ] {
        let refused = PatchRequest::parse(&body).unwrap_err();
        assert_eq!(
            (refused.status, refused.scim_type),
            (400, Some(scim_type)),
            "{body}"
        );
    }
    let accepted = json!({"SCHEMAS": ["URN:ietf:params:scim:api:messages:2.0:patchop"], "operations": vec![operation; 100]});
    assert!(PatchRequest::parse(&accepted).is_ok());
}

#[test]
fn the_number_of_values_is_limited_and_the_largest_request_is_answered_quickly() {
    let many = |from: usize, count: usize| -> Value {
        (from..from + count)
            .map(|index| json!({"value": index.to_string()}))
            .collect()
    };
    let refused = error(&json!({"op": "add", "path": "emails", "value": many(0, 1001)}));
    assert_eq!(refused.scim_type, Some(ScimType::InvalidValue));
    assert_eq!(
        refused.detail,
        "emails has 1001 values; at most 1000 are allowed."
    );
    let growing: Value = (0..11)
        .map(|n| json!({"op": "add", "path": "emails", "value": many(n * 100, 100)}))
        .collect();
    assert_eq!(
        patch(&growing).unwrap_err().scim_type,
        Some(ScimType::InvalidValue)
    );

    let filter = vec!["type pr"; 80].join(" or ");
    let select =
        json!({"op": "remove", "path": format!("emails[value pr and not ({filter})].type")});
    let mut operations = vec![json!({"op": "replace", "path": "emails", "value": many(0, 1000)})];
    operations.resize(50, select);
    let operations = Value::from(operations);
    // The fastest of some turns: whatever else this machine does may stop one of them.
    let turns = (0..3).map(|_| {
        let start = std::time::Instant::now();
        assert!(patch(&operations).is_ok());
        start.elapsed()
    });
    let limit = std::time::Duration::from_secs(5);
    assert!(turns.into_iter().any(|took| took < limit));
}
