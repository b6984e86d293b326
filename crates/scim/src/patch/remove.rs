//! Remove (RFC 7644 section 3.5.2.2). Removing what is not there changes nothing.

use std::collections::HashSet;

use serde_json::Value;

use super::elements::{discard, identity, put, selected, set_part, take};
use super::target::Location;
use crate::Resource;
use crate::attribute::{get, key_of};
use crate::error::ScimError;
use crate::schema::Attribute;
use crate::value::{coerce, is_empty};

/// Takes the value of a place away. Where a multi-valued attribute is named with a value, as some
/// clients do, only the elements with that value go.
pub(super) fn remove(
    resource: &mut Resource,
    location: &Location<'_>,
    value: &Value,
) -> Result<(), ScimError> {
    let attribute = location.attribute;
    if attribute.required && location.sub.is_none() {
        return Err(ScimError::mutability(format!(
            "{} is required, so it can't be removed. Replace its value instead.",
            attribute.name
        )));
    }
    match (location.sub, location.element) {
        (None, None) if attribute.multi_valued && !is_empty(value) => {
            remove_values(resource, attribute, value)?;
        }
        (None, None) => {
            resource.remove(&key_of(resource, &attribute.name));
        }
        (None, Some(_)) => remove_elements(resource, location)?,
        (Some(sub), _) if attribute.multi_valued => {
            remove_part_of_elements(resource, location, sub)?;
        }
        (Some(sub), _) => remove_part(resource, attribute, sub),
    }
    Ok(())
}

fn remove_values(
    resource: &mut Resource,
    attribute: &Attribute,
    value: &Value,
) -> Result<(), ScimError> {
    let Value::Array(unwanted) = coerce(attribute, &attribute.name, value)? else {
        return Ok(());
    };
    let unwanted: HashSet<String> = unwanted
        .iter()
        .map(|element| identity(element, attribute))
        .collect();
    let mut elements = take(resource, attribute);
    // A client that names no type means the value, whatever it is for.
    elements.retain(|element| {
        !unwanted.contains(&identity(element, attribute))
            && !unwanted.contains(&identity(&without_type(element), attribute))
    });
    put(resource, attribute, elements)
}

fn without_type(element: &Value) -> Value {
    let value = element.as_object().and_then(|parts| get(parts, "value"));
    value.map_or(Value::Null, |value| {
        Value::Object(Resource::from_iter([("value".to_owned(), value.clone())]))
    })
}

fn remove_elements(resource: &mut Resource, location: &Location<'_>) -> Result<(), ScimError> {
    let mut elements = take(resource, location.attribute);
    let chosen = selected(&elements, location);
    discard(&mut elements, &chosen);
    put(resource, location.attribute, elements)
}

/// An element without its value says nothing, so it goes with it.
fn remove_part_of_elements(
    resource: &mut Resource,
    location: &Location<'_>,
    sub: &Attribute,
) -> Result<(), ScimError> {
    if sub.name == "value" {
        return remove_elements(resource, location);
    }
    let mut elements = take(resource, location.attribute);
    for index in selected(&elements, location) {
        if let Some(Value::Object(element)) = elements.get_mut(index) {
            set_part(element, &sub.name, Value::Null);
        }
    }
    put(resource, location.attribute, elements)
}

fn remove_part(resource: &mut Resource, attribute: &Attribute, sub: &Attribute) {
    let key = key_of(resource, &attribute.name);
    let emptied = match resource.get_mut(&key) {
        Some(Value::Object(parts)) => {
            set_part(parts, &sub.name, Value::Null);
            parts.is_empty()
        }
        _ => false,
    };
    if emptied {
        resource.remove(&key);
    }
}
