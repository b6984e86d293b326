//! `attributes` and `excludedAttributes` (RFC 7644 section 3.9): which part of a resource a
//! response holds.

use serde_json::Value;

use crate::Resource;
use crate::attribute::AttributePath;
use crate::error::ScimError;
use crate::schema::{Attribute, Returned, Schema};

/// What of a resource a client asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Projection {
    /// What `attributes` names; `None` asks for the default.
    include: Option<Vec<AttributePath>>,
    /// What `excludedAttributes` names.
    exclude: Vec<AttributePath>,
}

impl Projection {
    /// Reads the two query parameters, each a list of names with commas between them. An empty
    /// parameter counts as absent. Names that no schema knows select nothing.
    ///
    /// # Errors
    /// 400 `invalidValue` when both are given (RFC 7644 section 3.9: they exclude each other), or
    /// when one of the names can't be a name.
    pub fn parse(attributes: Option<&str>, excluded: Option<&str>) -> Result<Self, ScimError> {
        let include = names("attributes", attributes)?;
        let exclude = names("excludedAttributes", excluded)?;
        if !include.is_empty() && !exclude.is_empty() {
            return Err(ScimError::invalid_value(
                "attributes and excludedAttributes exclude each other; send one of them.",
            ));
        }
        Ok(Self {
            include: (!include.is_empty()).then_some(include),
            exclude,
        })
    }
}

fn names(parameter: &str, list: Option<&str>) -> Result<Vec<AttributePath>, ScimError> {
    let names = list
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    names
        .map(|name| {
            AttributePath::parse(name)
                .map_err(|error| ScimError::invalid_value(format!("In {parameter}: {error}")))
        })
        .collect()
}

/// Removes from a resource what the client did not ask for. What the schema returns always (`id`,
/// `schemas`) stays; what it returns never goes in any case.
pub fn project(resource: &mut Resource, projection: &Projection, schema: &Schema) {
    resource.retain(|key, value| {
        let attribute = schema.attribute(key);
        match attribute.map_or(Returned::Default, |attribute| attribute.returned) {
            Returned::Always => true,
            Returned::Never => false,
            returned => keep(key, value, projection, schema, returned),
        }
    });
}

fn keep(
    key: &str,
    value: &mut Value,
    projection: &Projection,
    schema: &Schema,
    returned: Returned,
) -> bool {
    match &projection.include {
        Some(paths) => match select(key, paths, schema) {
            Selection::Nothing => false,
            Selection::Whole => true,
            Selection::Parts(parts) => {
                let attribute = schema.attribute(key);
                retain_parts(value, |part| {
                    has(&parts, part) || is_always_returned(attribute, part)
                })
            }
        },
        None if returned == Returned::Request => false,
        None => match select(key, &projection.exclude, schema) {
            Selection::Nothing => true,
            Selection::Whole => false,
            Selection::Parts(parts) => {
                let attribute = schema.attribute(key);
                retain_parts(value, |part| {
                    !has(&parts, part) || is_always_returned(attribute, part)
                })
            }
        },
    }
}

/// What a list of paths selects of one attribute.
enum Selection<'a> {
    Nothing,
    Whole,
    Parts(Vec<&'a str>),
}

fn select<'a>(key: &str, paths: &'a [AttributePath], schema: &Schema) -> Selection<'a> {
    let mut parts = Vec::new();
    for path in paths {
        // A bare schema URN stands for all of its attributes.
        if path.to_string().eq_ignore_ascii_case(&schema.id) {
            return Selection::Whole;
        }
        if !path.is_in(&schema.id) || !path.names(key) {
            continue;
        }
        match &path.sub_attribute {
            Some(sub) => parts.push(sub.as_str()),
            None => return Selection::Whole,
        }
    }
    if parts.is_empty() {
        Selection::Nothing
    } else {
        Selection::Parts(parts)
    }
}

/// Keeps some parts of a complex value, of each element if there are several. Answers whether
/// anything is left.
fn retain_parts(value: &mut Value, keep: impl Fn(&str) -> bool + Copy) -> bool {
    match value {
        Value::Object(parts) => {
            parts.retain(|part, _| keep(part));
            !parts.is_empty()
        }
        Value::Array(elements) => {
            elements.retain_mut(|element| retain_parts(element, keep));
            !elements.is_empty()
        }
        // A simple value is its own `value`.
        _ => keep("value"),
    }
}

fn is_always_returned(attribute: Option<&Attribute>, part: &str) -> bool {
    attribute
        .and_then(|attribute| attribute.sub_attribute(part))
        .is_some_and(|sub| sub.returned == Returned::Always)
}

fn has(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::user_schema;

    fn projected(attributes: Option<&str>, excluded: Option<&str>) -> Value {
        let Value::Object(mut resource) = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "id": "1",
            "userName": "ada",
            "name": {"givenName": "Ada", "familyName": "Byron"},
            "emails": [{"value": "ada@example.com", "type": "work", "primary": true}],
            "roles": [{"value": "Admin"}],
            "active": true,
        }) else {
            unreachable!()
        };
        let projection = Projection::parse(attributes, excluded).unwrap();
        project(&mut resource, &projection, &user_schema("pantherRole"));
        for always in ["schemas", "id"] {
            assert!(resource.remove(always).is_some(), "{always}");
        }
        Value::Object(resource)
    }

    #[test]
    fn attributes_select_in_any_letter_case_with_or_without_urn() {
        assert_eq!(
            projected(
                Some("USERNAME, urn:ietf:params:scim:schemas:core:2.0:user:active,unknown"),
                None
            ),
            json!({"userName": "ada", "active": true})
        );
    }

    #[test]
    fn sub_attributes_select_parts_of_every_element() {
        assert_eq!(
            projected(Some("emails.Value,name.givenName,emails.type"), None),
            json!({
                "name": {"givenName": "Ada"},
                "emails": [{"value": "ada@example.com", "type": "work"}],
            })
        );
        assert_eq!(
            projected(Some("name.givenName,name"), None),
            json!({"name": {"givenName": "Ada", "familyName": "Byron"}})
        );
    }

    #[test]
    fn excluded_attributes_are_left_out_but_never_the_id() {
        assert_eq!(
            projected(None, Some("id,schemas,EMAILS,name.familyName,active")),
            json!({"userName": "ada", "name": {"givenName": "Ada"}})
        );
    }

    #[test]
    fn what_is_never_returned_stays_out_even_when_asked_for() {
        assert_eq!(projected(Some("roles"), None), json!({}));
        assert_eq!(projected(None, None).get("roles"), None);
    }

    #[test]
    fn a_bare_urn_selects_all_of_its_schema() {
        let all = projected(None, None);
        assert_eq!(
            projected(Some("urn:ietf:params:scim:schemas:core:2.0:User"), None),
            all
        );
    }

    #[test]
    fn empty_parameters_count_as_absent_and_both_together_are_refused() {
        assert_eq!(
            Projection::parse(Some(""), Some(" , ")),
            Ok(Projection::default())
        );
        assert_eq!(
            Projection::parse(Some("id"), Some("name"))
                .unwrap_err()
                .status,
            400
        );
        let error = Projection::parse(Some("user name"), None).unwrap_err();
        assert!(
            error.detail.contains("In attributes: \"user name\""),
            "{}",
            error.detail
        );
    }
}
