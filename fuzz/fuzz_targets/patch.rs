//! Any JSON, read as a PATCH and as the body of a PUT: no panic; what is applied leaves a resource
//! that has the types of its schema, its read-only attributes untouched, one primary e-mail
//! address at most, and no password; no error repeats the password of the request.
#![no_main]

use libfuzzer_sys::fuzz_target;
use roster_scim::{PatchRequest, Resource, ScimError, apply, get, normalize, user_schema};
use serde_json::{Value, json};

fuzz_target!(|body: &[u8]| {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return;
    };
    let schema = user_schema("pantherRole");
    let check_error = |error| check_error(error, &body);
    check_error(normalize(&body, &schema).err());
    let request = match PatchRequest::parse(&body) {
        Ok(request) => request,
        Err(error) => return check_error(Some(error)),
    };
    let before = ada();
    let after = match apply(&before, &request, &schema) {
        Ok(after) => after,
        Err(error) => return check_error(Some(error)),
    };
    for fixed in ["schemas", "id", "meta"] {
        assert_eq!(after.get(fixed), before.get(fixed));
    }
    assert!(get(&after, "password").is_none());
    assert!(get(&after, "userName").is_some_and(|name| name.as_str() != Some("")));
    let typed = normalize(&Value::Object(after.clone()), &schema);
    let typed = typed.unwrap_or_else(|error| panic!("{error}: {after:?}"));
    for (name, value) in &typed {
        assert_eq!(after.get(name), Some(value));
    }
    let emails = after
        .get("emails")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    assert!(
        emails
            .iter()
            .filter(|email| email["primary"] == json!(true))
            .count()
            <= 1
    );
    // Its own values change nothing.
    let own = json!({"Operations": [{"op": "add", "value": after}]});
    let own = PatchRequest::parse(&own).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(apply(&after, &own, &schema).as_ref(), Ok(&after));
});

/// The password that the seeds send.
const PASSWORD: &str = "1mz050nq";

fn check_error(error: Option<ScimError>, body: &Value) {
    let Some(error) = error else { return };
    assert!((400..500).contains(&error.status));
    assert!(!error.detail.is_empty());
    assert!(
        holds_password_elsewhere(body) || !error.detail.contains(PASSWORD),
        "{error}"
    );
}

/// Whether the password also stands where none belongs, so that an error may well repeat it.
fn holds_password_elsewhere(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(PASSWORD),
        Value::Array(elements) => elements.iter().any(holds_password_elsewhere),
        Value::Object(members) => {
            let path = get(members, "path")
                .and_then(Value::as_str)
                .unwrap_or_default();
            members.iter().any(|(name, value)| {
                let is_password = name.eq_ignore_ascii_case("password")
                    || (name.eq_ignore_ascii_case("value")
                        && path.eq_ignore_ascii_case("password"));
                name.contains(PASSWORD) || (!is_password && holds_password_elsewhere(value))
            })
        }
        _ => false,
    }
}

fn ada() -> Resource {
    Resource::from_iter([
        (
            "schemas".to_owned(),
            json!(["urn:ietf:params:scim:schemas:core:2.0:User"]),
        ),
        ("id".to_owned(), json!("018f")),
        ("userName".to_owned(), json!("ada@example.com")),
        (
            "name".to_owned(),
            json!({"givenName": "Ada", "familyName": "Byron"}),
        ),
        (
            "emails".to_owned(),
            json!([{"value": "ada@example.com", "type": "work", "primary": true}]),
        ),
        ("active".to_owned(), json!(true)),
        ("pantherRole".to_owned(), json!("Analyst")),
        ("meta".to_owned(), json!({"resourceType": "User"})),
    ])
}
