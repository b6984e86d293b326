//! Add and replace (RFC 7644 sections 3.5.2.1 and 3.5.2.3).

use std::collections::HashMap;

use serde_json::Value;

use super::elements::{
    discard, identity, is_primary, keep_one_primary, merge, put, seed, selected, set_part, take,
};
use super::target::Location;
use crate::Resource;
use crate::attribute::key_of;
use crate::error::ScimError;
use crate::normalize::primary_index;
use crate::schema::{Attribute, AttributeType};
use crate::value::{coerce, is_empty, single};

/// The two differ on multi-valued attributes alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Add,
    Replace,
}

/// Sets the value of a place.
pub(super) fn assign(
    resource: &mut Resource,
    location: &Location<'_>,
    value: &Value,
    mode: Mode,
) -> Result<(), ScimError> {
    let attribute = location.attribute;
    match (location.sub, location.element) {
        (None, None) if attribute.multi_valued => assign_all(resource, attribute, value, mode),
        (None, Some(_)) => assign_elements(resource, location, value, mode),
        (None, None) => assign_singular(resource, attribute, value),
        (Some(sub), _) if attribute.multi_valued => {
            assign_part_of_elements(resource, location, sub, value)
        }
        (Some(sub), _) => {
            let value = coerce(sub, &location.label(), value)?;
            let parts = Resource::from_iter([(sub.name.clone(), value)]);
            merge_complex(resource, attribute, parts);
            Ok(())
        }
    }
}

/// A singular attribute: `userName`, `name`.
fn assign_singular(
    resource: &mut Resource,
    attribute: &Attribute,
    value: &Value,
) -> Result<(), ScimError> {
    let value = coerce(attribute, &attribute.name, value)?;
    if is_empty(&value) {
        refuse_if_required(attribute)?;
        resource.remove(&key_of(resource, &attribute.name));
        return Ok(());
    }
    match value {
        // Parts that are not named stay as they are.
        Value::Object(parts) if attribute.kind == AttributeType::Complex => {
            merge_complex(resource, attribute, parts);
        }
        value => {
            resource.insert(key_of(resource, &attribute.name), value);
        }
    }
    Ok(())
}

fn merge_complex(resource: &mut Resource, attribute: &Attribute, parts: Resource) {
    let key = key_of(resource, &attribute.name);
    let mut merged = match resource.remove(&key) {
        Some(Value::Object(present)) => present,
        _ => Resource::new(),
    };
    merge(&mut merged, parts);
    if !merged.is_empty() {
        resource.insert(key, Value::Object(merged));
    }
}

/// A multi-valued attribute as a whole: `emails`.
fn assign_all(
    resource: &mut Resource,
    attribute: &Attribute,
    value: &Value,
    mode: Mode,
) -> Result<(), ScimError> {
    let new = match coerce(attribute, &attribute.name, value)? {
        Value::Array(new) => new,
        _ => Vec::new(),
    };
    if new.is_empty() && mode == Mode::Replace {
        refuse_if_required(attribute)?;
    }
    let mut elements = take(resource, attribute);
    if mode == Mode::Replace {
        elements.clear();
    }
    let mut known: HashMap<String, usize> = HashMap::new();
    for (index, element) in elements.iter().enumerate() {
        known.entry(identity(element, attribute)).or_insert(index);
    }
    let mut primary = None;
    for element in new {
        let is_new_primary = is_primary(&element);
        let index = *known
            .entry(identity(&element, attribute))
            .or_insert(elements.len());
        add_element(&mut elements, index, element);
        if is_new_primary && primary.is_none() {
            primary = Some(index);
        }
    }
    keep_one_primary(&mut elements, primary);
    put(resource, attribute, elements)
}

/// Lets an element complete the one at `index`, which is the same, or appends it.
fn add_element(elements: &mut Vec<Value>, index: usize, element: Value) {
    match (elements.get_mut(index), element) {
        (Some(Value::Object(present)), Value::Object(parts)) => merge(present, parts),
        (Some(_), _) => {}
        (None, element) => elements.push(without_empty_parts(element)),
    }
}

fn without_empty_parts(element: Value) -> Value {
    match element {
        Value::Object(parts) => Value::Object(
            parts
                .into_iter()
                .filter(|(_, value)| !is_empty(value))
                .collect(),
        ),
        simple => simple,
    }
}

/// Elements that brackets select: `emails[type eq "work"]`. A replaced element keeps what the
/// brackets say of it.
fn assign_elements(
    resource: &mut Resource,
    location: &Location<'_>,
    value: &Value,
    mode: Mode,
) -> Result<(), ScimError> {
    let attribute = location.attribute;
    let value = single(attribute, &attribute.name, value)?;
    let mut elements = take(resource, attribute);
    let chosen = selected(&elements, location);
    match value {
        Value::Object(parts) if chosen.is_empty() => {
            let mut element = seed(location)?;
            merge(&mut element, parts);
            elements.push(Value::Object(element));
            let last = elements.len() - 1;
            keep_one_primary(&mut elements, Some(last));
        }
        Value::Object(parts) => {
            for index in &chosen {
                let Some(Value::Object(element)) = elements.get_mut(*index) else {
                    continue;
                };
                if mode == Mode::Replace {
                    // Where the brackets name no one element, what they matched stays.
                    *element = seed(location).unwrap_or_else(|_| element.clone());
                }
                merge(element, parts.clone());
            }
            keep_one_primary(&mut elements, chosen.first().copied());
        }
        empty if is_empty(&empty) => {
            if mode == Mode::Replace {
                discard(&mut elements, &chosen);
            }
        }
        simple if chosen.is_empty() => elements.push(simple),
        simple => {
            for index in &chosen {
                if let Some(element) = elements.get_mut(*index) {
                    *element = simple.clone();
                }
            }
        }
    }
    put(resource, attribute, elements)
}

/// One part of elements: `emails[type eq "work"].value`; without brackets, of the element that
/// counts.
fn assign_part_of_elements(
    resource: &mut Resource,
    location: &Location<'_>,
    sub: &Attribute,
    value: &Value,
) -> Result<(), ScimError> {
    let attribute = location.attribute;
    let value = coerce(sub, &location.label(), value)?;
    let mut elements = take(resource, attribute);
    let chosen = if location.element.is_some() {
        selected(&elements, location)
    } else {
        primary_index(&elements).into_iter().collect()
    };
    if chosen.is_empty() && !is_empty(&value) {
        let mut element = seed(location)?;
        set_part(&mut element, &sub.name, value);
        elements.push(Value::Object(element));
        let last = elements.len() - 1;
        keep_one_primary(&mut elements, Some(last));
    } else {
        for index in &chosen {
            if let Some(Value::Object(element)) = elements.get_mut(*index) {
                set_part(element, &sub.name, value.clone());
            }
        }
        keep_one_primary(&mut elements, chosen.first().copied());
    }
    put(resource, attribute, elements)
}

fn refuse_if_required(attribute: &Attribute) -> Result<(), ScimError> {
    if attribute.required {
        return Err(ScimError::invalid_value(format!(
            "{} is required, so it can't be empty. Send its value, or leave it out of the request.",
            attribute.name
        )));
    }
    Ok(())
}
