//! Bodies of PUT and POST (RFC 7644 sections 3.3 and 3.5.1), brought to canonical names and types.

use serde_json::Value;

use crate::Resource;
use crate::attribute::{AttributePath, get};
use crate::error::ScimError;
use crate::schema::{Attribute, Schema};
use crate::value::{coerce, twice};

/// Reads a body as a resource of the schema: attributes under their canonical names and with their
/// types, those that the client can't write (`id`, `meta`, `schemas`, `groups`), a password and
/// all that the schema doesn't know dropped. `null` and `""` stay: their meaning is the caller's
/// to decide (only where no text belongs, `""` becomes `null`).
///
/// # Errors
/// 400 `invalidSyntax` when the body is no object or has an attribute twice; 400 `invalidValue`
/// when a value is not of its attribute's type.
pub fn normalize(body: &Value, schema: &Schema) -> Result<Resource, ScimError> {
    let Value::Object(members) = body else {
        return Err(ScimError::invalid_syntax(format!(
            "The body must be a JSON object with the attributes of a {}.",
            schema.name
        )));
    };
    let mut resource = Resource::new();
    for (key, value) in members {
        match value {
            // The attributes of the core schema may stand under its URN, as those of extensions do.
            Value::Object(nested) if key.eq_ignore_ascii_case(&schema.id) => {
                for (key, value) in nested {
                    take(&mut resource, key, value, schema)?;
                }
            }
            _ => take(&mut resource, key, value, schema)?,
        }
    }
    Ok(resource)
}

fn take(
    resource: &mut Resource,
    key: &str,
    value: &Value,
    schema: &Schema,
) -> Result<(), ScimError> {
    let Some(attribute) = writable(key, schema) else {
        return Ok(());
    };
    let value = coerce(attribute, &attribute.name, value)?;
    match resource.insert(attribute.name.clone(), value) {
        Some(_) => Err(twice(&attribute.name)),
        None => Ok(()),
    }
}

fn writable<'s>(key: &str, schema: &'s Schema) -> Option<&'s Attribute> {
    let path = AttributePath::parse(key).ok()?;
    let resolved = schema.resolve(&path)?;
    let whole = resolved.sub_attribute.is_none();
    (whole && !resolved.attribute.is_read_only()).then_some(resolved.attribute)
}

/// The value of a multi-valued attribute that counts where one is kept: that of the element with
/// `primary: true`, else of the one with `type` `work`, else of the first.
#[must_use]
pub fn primary_value(elements: &[Value]) -> Option<&str> {
    let element = elements.get(primary_index(elements)?)?;
    match element {
        Value::Object(parts) => get(parts, "value")?.as_str(),
        simple => simple.as_str(),
    }
}

/// Which element [`primary_value`] reads.
pub(crate) fn primary_index(elements: &[Value]) -> Option<usize> {
    let find = |is: fn(&Resource) -> bool| {
        elements
            .iter()
            .position(|element| element.as_object().is_some_and(is))
    };
    find(|parts| get(parts, "primary") == Some(&Value::Bool(true)))
        .or_else(|| {
            find(|parts| {
                let kind = get(parts, "type").and_then(Value::as_str);
                kind.is_some_and(|kind| kind.eq_ignore_ascii_case("work"))
            })
        })
        .or(if elements.is_empty() { None } else { Some(0) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ScimType;
    use crate::schema::user_schema;

    fn read(body: &Value) -> Result<Value, ScimError> {
        normalize(body, &user_schema("pantherRole")).map(Value::Object)
    }

    #[test]
    fn oktas_echoed_body_keeps_what_can_be_written() {
        let body = json!({
            "active": true,
            "displayName": "Ada Byron",
            "emails": [{"primary": true, "type": "work", "value": "ada@example.com"}],
            "externalId": "00u6a15d23T9AeHhF5d7",
            "groups": [],
            "id": "1",
            "locale": "en-US",
            "meta": {"resourceType": "User"},
            "name": {"familyName": "Byron", "formatted": "Stale", "givenName": "Ada"},
            "password": "1mz050nq",
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "ada@example.com",
            "pantherRole": "Analyst",
        });
        assert_eq!(
            read(&body).unwrap(),
            json!({
                "active": true,
                "displayName": "Ada Byron",
                "emails": [{"primary": true, "type": "work", "value": "ada@example.com"}],
                "externalId": "00u6a15d23T9AeHhF5d7",
                "name": {"familyName": "Byron", "formatted": "Stale", "givenName": "Ada"},
                "userName": "ada@example.com",
                "pantherRole": "Analyst",
            })
        );
    }

    #[test]
    fn names_are_brought_to_their_canonical_letter_case() {
        let body = json!({
            "USERNAME": "ada",
            "Name": {"GIVENNAME": "Ada", "nick": "x"},
            "Emails": {"VALUE": "ada@example.com", "Primary": "True", "display": "x"},
            "urn:ietf:params:scim:schemas:core:2.0:User:PANTHERROLE": "Admin",
            "URN:ietf:params:scim:schemas:core:2.0:User": {"Active": ["False"]},
        });
        assert_eq!(
            read(&body).unwrap(),
            json!({
                "userName": "ada",
                "name": {"givenName": "Ada"},
                "emails": [{"value": "ada@example.com", "primary": true}],
                "pantherRole": "Admin",
                "active": false,
            })
        );
    }

    #[test]
    fn null_and_empty_text_stay_for_the_caller_to_judge() {
        let body = json!({
            "userName": "",
            "pantherRole": null,
            "name": {"givenName": "", "familyName": null},
            "active": "",
            "emails": [{"value": ""}],
            "externalId": [],
        });
        assert_eq!(
            read(&body).unwrap(),
            json!({
                "userName": "",
                "pantherRole": null,
                "name": {"givenName": "", "familyName": null},
                "active": null,
                "emails": [{"value": ""}],
                "externalId": null,
            })
        );
    }

    #[test]
    fn emails_may_be_given_as_plain_strings() {
        assert_eq!(
            read(&json!({"emails": ["a@x.example", "b@x.example"]})).unwrap(),
            json!({"emails": [{"value": "a@x.example"}, {"value": "b@x.example"}]})
        );
    }

    #[test]
    fn an_attribute_given_twice_is_refused() {
        for body in [
            json!({"userName": "a", "username": "b"}),
            json!({"name": {"givenName": "a", "GivenName": "b"}}),
            json!({"userName": "a", "urn:ietf:params:scim:schemas:core:2.0:User:userName": "b"}),
        ] {
            assert_eq!(
                read(&body).unwrap_err().scim_type,
                Some(ScimType::InvalidSyntax)
            );
        }
        assert!(read(&json!({"unknown": 1, "UNKNOWN": 2})).is_ok());
    }

    #[test]
    fn a_wrong_type_names_the_attribute_and_what_is_expected() {
        for (body, detail) in [
            (
                json!({"userName": 7}),
                "userName must be a string; the request has the number 7.",
            ),
            (
                json!({"active": "yes"}),
                "active must be a boolean: true or false, or one of the strings \"true\" and \
                 \"false\" in any letter case; the request has the string \"yes\".",
            ),
            (
                json!({"name": "Ada"}),
                "name must be an object; the request has a string.",
            ),
            (
                json!({"name": {"givenName": ["a", "b"]}}),
                "name.givenName must be a string; the request has an array of 2.",
            ),
            (
                json!({"emails": 7}),
                "emails must be an array of objects; the request has the number 7.",
            ),
            (
                json!({"emails": [[]]}),
                "emails must be an array of objects; the request has an array of 0.",
            ),
        ] {
            let error = read(&body).unwrap_err();
            assert_eq!(error.scim_type, Some(ScimType::InvalidValue));
            assert_eq!(error.detail, detail);
        }
    }

    #[test]
    fn a_body_that_is_no_object_is_refused() {
        for body in [json!([]), json!("x"), Value::Null] {
            assert_eq!(
                read(&body).unwrap_err().scim_type,
                Some(ScimType::InvalidSyntax)
            );
        }
    }

    #[test]
    fn the_primary_value_is_the_primary_one_else_the_work_one_else_the_first() {
        let home = json!({"value": "home", "type": "home"});
        let work = json!({"value": "work", "type": "work"});
        let primary = json!({"value": "primary", "primary": true});
        assert_eq!(
            primary_value(&[home.clone(), work.clone(), primary]),
            Some("primary")
        );
        assert_eq!(primary_value(&[home.clone(), work]), Some("work"));
        assert_eq!(primary_value(&[home]), Some("home"));
        assert_eq!(primary_value(&[]), None);
    }
}
