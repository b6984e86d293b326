//! What holds for every PATCH, whatever a client sends.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::tests::ada;
use super::*;
use crate::attribute::get;
use crate::normalize::normalize;
use crate::schema::{Schema, user_schema};

fn schema() -> Schema {
    user_schema("pantherRole")
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-zA-Z]{0,6}".prop_map(Value::from),
        Just(json!("True")),
        Just(json!("ada@example.com")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((name(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Names and paths, most of them meaningful.
fn name() -> impl Strategy<Value = String> {
    let known = proptest::sample::select(vec![
        "userName",
        "USERNAME",
        "name",
        "name.givenName",
        "givenName",
        "emails",
        "emails.value",
        "emails[type eq \"work\"]",
        "emails[type eq \"home\"].value",
        "emails[primary eq true].primary",
        "emails[value pr or not (type eq \"x\")]",
        "value",
        "type",
        "primary",
        "roles",
        "roles[primary eq \"True\"].value",
        "active",
        "pantherRole",
        "externalId",
        "displayName",
        "password",
        "id",
        "meta",
        "schemas",
        "groups",
        "title",
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:ietf:params:scim:schemas:core:2.0:User:active",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
    ]);
    prop_oneof![8 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

fn operation() -> impl Strategy<Value = Value> {
    let op = proptest::sample::select(vec!["add", "Replace", "remove", "REMOVE", "move"]);
    (
        op,
        proptest::option::of(name()),
        proptest::option::of(json_value()),
    )
        .prop_map(|(op, path, value)| {
            let mut operation = Map::new();
            operation.insert("op".to_owned(), op.into());
            operation.extend(path.map(|path| ("path".to_owned(), path.into())));
            operation.extend(value.map(|value| ("value".to_owned(), value)));
            Value::Object(operation)
        })
}

fn recase(text: &str, upper: &[bool]) -> String {
    text.chars()
        .zip(upper.iter().cycle())
        .map(|(c, up)| {
            if *up {
                c.to_ascii_uppercase()
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect()
}

fn run(resource: &Resource, operations: &Value) -> Result<Resource, ScimError> {
    let request = PatchRequest::parse(&json!({"Operations": operations}))?;
    apply(resource, &request, &schema())
}

/// What a resource always is: typed as the schema says, with nothing empty in it, one primary
/// element at most, and its read-only attributes as they were.
fn is_sound(after: &Resource) -> Result<(), TestCaseError> {
    let before = ada();
    for fixed in ["id", "meta", "schemas"] {
        prop_assert_eq!(after.get(fixed), before.get(fixed));
    }
    prop_assert!(get(after, "password").is_none());
    prop_assert!(get(after, "userName").is_some_and(Value::is_string));
    let normalized = normalize(&Value::Object(after.clone()), &schema());
    let normalized = normalized.map_err(|error| TestCaseError::fail(error.detail))?;
    for (name, value) in &normalized {
        prop_assert_eq!(Some(value), after.get(name));
        prop_assert!(!crate::value::is_empty(value), "{} is empty", name);
    }
    for name in ["emails", "roles"] {
        let elements = after
            .get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        prop_assert!(
            elements
                .iter()
                .filter(|e| e["primary"] == json!(true))
                .count()
                <= 1
        );
        for element in elements {
            let parts = element.as_object().into_iter().flat_map(Map::values);
            prop_assert!(parts.into_iter().all(|part| !crate::value::is_empty(part)));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_json_is_applied_or_refused_without_panic(body in json_value()) {
        if let Ok(request) = PatchRequest::parse(&body) {
            let _ = apply(&ada(), &request, &schema());
        }
    }

    #[test]
    fn whatever_is_applied_leaves_a_sound_resource(
        operations in proptest::collection::vec(operation(), 1..5),
    ) {
        match run(&ada(), &Value::from(operations)) {
            Ok(after) => is_sound(&after)?,
            Err(error) => {
                prop_assert_eq!(error.status, 400);
                prop_assert!(error.scim_type.is_some());
                prop_assert!(!error.detail.is_empty());
            }
        }
    }

    #[test]
    fn operations_apply_together_or_not_at_all(
        operations in proptest::collection::vec(operation(), 1..4),
    ) {
        let one_by_one = operations
            .iter()
            .try_fold(ada(), |resource, operation| run(&resource, &json!([operation])));
        let together = run(&ada(), &Value::from(operations));
        match (one_by_one, together) {
            (Ok(left), Ok(right)) => prop_assert_eq!(left, right),
            (left, right) => prop_assert!(left.is_err() && right.is_err()),
        }
    }

    #[test]
    fn a_resource_patched_with_its_own_values_stays_as_it_is(
        given in "[a-zA-Z]{1,8}",
        active in any::<bool>(),
        home in any::<bool>(),
        upper in proptest::collection::vec(any::<bool>(), 16),
        op in proptest::sample::select(vec!["add", "replace"]),
    ) {
        let mut resource = ada();
        resource.insert("name".to_owned(), json!({"givenName": given, "familyName": "Byron"}));
        resource.insert("active".to_owned(), active.into());
        if home {
            let emails = json!([
                {"value": "ada@example.com", "type": "work", "primary": true},
                {"value": given, "type": "home", "primary": false},
            ]);
            resource.insert("emails".to_owned(), emails);
        }
        let whole = run(&resource, &json!([{"op": op, "value": resource.clone()}]));
        prop_assert_eq!(whole.as_ref(), Ok(&resource));
        for (name, value) in &resource {
            if ["id", "meta", "schemas"].contains(&name.as_str()) {
                continue;
            }
            let path = recase(name, &upper);
            let after = run(&resource, &json!([{"op": op, "path": path, "value": value}]));
            prop_assert_eq!(after.as_ref(), Ok(&resource));
        }
    }

    #[test]
    fn the_letter_case_of_names_makes_no_difference(
        path in proptest::sample::select(vec![
            "userName", "name.givenName", "active", "emails[type eq \"work\"].value", "pantherRole",
            "urn:ietf:params:scim:schemas:core:2.0:User:externalId", "roles", "title", "nonsense",
        ]),
        value in json_value(),
        upper in proptest::collection::vec(any::<bool>(), 16),
        with_path in any::<bool>(),
    ) {
        let operation = |path: &str| {
            if with_path {
                json!([{"op": "replace", "path": path, "value": value}])
            } else {
                json!([{"op": "replace", "value": {path: value}}])
            }
        };
        // Only the seed of a new element repeats the letter case of the path.
        let left = run(&ada(), &operation(path));
        let right = run(&ada(), &operation(&recase(path, &upper)));
        match (left, right) {
            (Ok(left), Ok(right)) => prop_assert_eq!(left, right),
            (left, right) => prop_assert_eq!(
                left.map_err(|error| error.scim_type),
                right.map_err(|error| error.scim_type)
            ),
        }
    }
}
