//! Examples for the OpenAPI document: the bodies that Okta sends, and what it is answered.

use serde_json::{Map, Value, json};

const MEDIA_TYPES: [&str; 2] = [roster_scim::MEDIA_TYPE, "application/json"];

/// One example: its key, what it shows, and the body.
type Example = (&'static str, &'static str, Value);

/// Adds the examples to the operations of the document.
pub(crate) fn add_to(document: &mut Value) {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let operations = paths
        .into_iter()
        .flat_map(Map::values_mut)
        .filter_map(Value::as_object_mut);
    for operation in operations.flat_map(Map::values_mut) {
        let Some(id) = operation
            .get("operationId")
            .and_then(Value::as_str)
            .map(str::to_owned)
        else {
            continue;
        };
        if let Some(body) = operation.get_mut("requestBody") {
            put(body, &requests(&id));
        }
        for (status, answer) in operation
            .get_mut("responses")
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten()
        {
            put(answer, &answers(&id, status));
        }
    }
}

fn put(described: &mut Value, examples: &[Example]) {
    if examples.is_empty() {
        return;
    }
    let all: Map<String, Value> = examples
        .iter()
        .map(|(key, summary, value)| {
            (
                (*key).to_owned(),
                json!({ "summary": summary, "value": value }),
            )
        })
        .collect();
    for media_type in MEDIA_TYPES {
        let content = described
            .get_mut("content")
            .and_then(|content| content.get_mut(media_type));
        if let Some(content) = content.and_then(Value::as_object_mut) {
            content.insert("examples".to_owned(), Value::Object(all.clone()));
        }
    }
}

fn requests(operation: &str) -> Vec<Example> {
    match operation {
        "replaceUser" => vec![
            (
                "profile",
                "Okta, custom app: profile change",
                echoed(true, "King", "Augusta", Some("Analyst")),
            ),
            (
                "deactivate",
                "Okta, custom app: unassigned",
                echoed(false, "Byron", "Ada", None),
            ),
            (
                "reactivate",
                "Okta, custom app: assigned again",
                echoed(true, "Byron", "Ada", None),
            ),
            (
                "unknownRole",
                "Okta, custom app: a mistyped role",
                echoed(true, "Byron", "Ada", Some("ReadOnlyAnalyst")),
            ),
        ],
        "patchUser" => vec![
            (
                "deactivate",
                "Okta, catalogue app: unassigned",
                patch(&json!({ "active": false })),
            ),
            (
                "reactivate",
                "Okta, catalogue app: assigned again",
                patch(&json!({ "active": true })),
            ),
            (
                "role",
                "A role, by its path",
                json!({
                    "schemas": [roster_scim::urn::PATCH_OP],
                    "Operations": [{ "op": "replace", "path": "pantherRole", "value": "Analyst" }],
                }),
            ),
        ],
        "createUser" => vec![(
            "create",
            "Okta, where Create Users is ticked",
            json!({
                "schemas": [roster_scim::urn::USER],
                "userName": "ada@example.com",
                "name": { "givenName": "Ada", "familyName": "Byron" },
                "emails": [{ "primary": true, "value": "ada@example.com", "type": "work" }],
                "displayName": "Ada Byron",
                "locale": "en-US",
                "externalId": "00ujl29u0le5T6Aj10h7",
                "groups": [],
                "password": "1mz050nq",
                "active": true,
            }),
        )],
        _ => Vec::new(),
    }
}

fn answers(operation: &str, status: &str) -> Vec<Example> {
    match (operation, status) {
        ("listUsers", "200") => vec![
            ("found", "Somebody", list(&[user(true, "Byron", "Ada")])),
            ("nobody", "Nobody", list(&[])),
        ],
        ("listUsers", "400") => vec![(
            "operator",
            "A filter that is not offered",
            error(
                "400",
                Some("invalidFilter"),
                "Only the eq operator is supported for SCIM queries.",
            ),
        )],
        ("getUser", "200") => vec![("active", "An active user", user(true, "Byron", "Ada"))],
        ("replaceUser", "200") => vec![(
            "profile",
            "After a profile change",
            user(true, "King", "Augusta"),
        )],
        ("patchUser", "200") => vec![(
            "deactivated",
            "After a deactivation",
            user(false, "Byron", "Ada"),
        )],
        ("replaceUser" | "patchUser", "400") => vec![(
            "unknownRole",
            "A role that does not exist",
            error(
                "400",
                Some("invalidValue"),
                "There is no role \"ReadOnlyAnalyst\". Did you mean \"AnalystReadOnly\"? The valid roles are: Admin, \
             Analyst, AnalystReadOnly. Nothing was changed. Correct the role where it is assigned (for SCIM, in \
             Okta), or create it first.",
            ),
        )],
        ("createUser", "409") => vec![(
            "taken",
            "The user exists",
            error(
                "409",
                Some("uniqueness"),
                "Another user of this tenant already has the userName \"ada@example.com\". userNames are unique without \
             regard to case; correct one of the two.",
            ),
        )],
        _ => Vec::new(),
    }
}

/// A user as the service answers it.
fn user(active: bool, family_name: &str, given_name: &str) -> Value {
    json!({
        "schemas": [roster_scim::urn::USER],
        "id": ID,
        "externalId": "00u6a15d23T9AeHhF5d7",
        "userName": "ada@example.com",
        "name": {
            "givenName": given_name,
            "familyName": family_name,
            "formatted": format!("{given_name} {family_name}"),
        },
        "displayName": format!("{given_name} {family_name}"),
        "emails": [{ "value": "ada@example.com", "type": "work", "primary": true }],
        "active": active,
        "pantherRole": "Analyst",
        "meta": {
            "resourceType": "User",
            "created": "2026-01-05T09:00:00Z",
            "lastModified": "2026-02-17T14:31:07.250318Z",
            "location": LOCATION,
            "version": "W/\"4\"",
        },
    })
}

const ID: &str = "0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60";
const LOCATION: &str =
    "http://localhost:8080/t/default/scim/v2/Users/0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60";

/// The same user as Okta sends it back, with what it maps overwritten.
fn echoed(active: bool, family_name: &str, given_name: &str, role: Option<&str>) -> Value {
    let mut body = json!({
        "active": active,
        "displayName": "Ada Byron",
        "emails": [{ "primary": true, "type": "work", "value": "ada@example.com" }],
        "externalId": "00u6a15d23T9AeHhF5d7",
        "groups": [],
        "id": ID,
        "locale": "en-US",
        "meta": {
            "created": "2026-01-05T09:00:00Z",
            "lastModified": "2026-02-17T14:31:07.250318Z",
            "location": LOCATION,
            "resourceType": "User",
        },
        "name": { "familyName": family_name, "formatted": "Stale Name", "givenName": given_name },
        "schemas": [roster_scim::urn::USER],
        "userName": "ada@example.com",
    });
    if let (Some(role), Some(members)) = (role, body.as_object_mut()) {
        members.insert("pantherRole".to_owned(), role.into());
    }
    body
}

fn patch(value: &Value) -> Value {
    json!({
        "schemas": [roster_scim::urn::PATCH_OP],
        "Operations": [{ "op": "replace", "value": value }],
    })
}

fn list(users: &[Value]) -> Value {
    json!({
        "schemas": [roster_scim::urn::LIST_RESPONSE],
        "totalResults": users.len(),
        "startIndex": 1,
        "itemsPerPage": users.len(),
        "Resources": users,
    })
}

fn error(status: &str, scim_type: Option<&str>, detail: &str) -> Value {
    let mut body =
        json!({ "schemas": [roster_scim::urn::ERROR], "status": status, "detail": detail });
    if let (Some(scim_type), Some(members)) = (scim_type, body.as_object_mut()) {
        members.insert("scimType".to_owned(), scim_type.into());
    }
    body
}
