//! The elements of multi-valued attributes.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::Value;

use super::target::Location;
use crate::Resource;
use crate::attribute::{get, key_of};
use crate::error::{ScimError, quote};
use crate::filter::{CompareOp, Filter, FilterValue, matches_element};
use crate::schema::Attribute;
use crate::value::{check_count, coerce, is_empty};

/// Takes the elements of an attribute out of a resource, to be changed and put back.
pub(super) fn take(resource: &mut Resource, attribute: &Attribute) -> Vec<Value> {
    match resource.remove(&key_of(resource, &attribute.name)) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(elements)) => elements,
        Some(single) => vec![single],
    }
}

/// Puts the elements of an attribute back; of none, nothing is left. Elements that have become the
/// same are one.
///
/// # Errors
/// 400 `invalidValue` when there are more than `MAX_ELEMENTS`.
pub(super) fn put(
    resource: &mut Resource,
    attribute: &Attribute,
    elements: Vec<Value>,
) -> Result<(), ScimError> {
    check_count(attribute, elements.len())?;
    let mut distinct: Vec<Value> = Vec::with_capacity(elements.len());
    let mut known = HashMap::new();
    for element in elements.into_iter().filter(says_something) {
        match known.entry(identity(&element, attribute)) {
            Entry::Vacant(vacant) => {
                vacant.insert(distinct.len());
                distinct.push(element);
            }
            Entry::Occupied(first) if is_primary(&element) => {
                if let Some(Value::Object(first)) = distinct.get_mut(*first.get()) {
                    set_part(first, "primary", Value::Bool(true));
                }
            }
            Entry::Occupied(_) => {}
        }
    }
    if !distinct.is_empty() {
        resource.insert(attribute.name.clone(), Value::Array(distinct));
    }
    Ok(())
}

fn says_something(element: &Value) -> bool {
    !element.is_null() && !element.as_object().is_some_and(Resource::is_empty)
}

/// Which elements a place addresses; all, when it has no brackets.
pub(super) fn selected(elements: &[Value], location: &Location<'_>) -> Vec<usize> {
    let holds = |element: &Value| {
        location
            .element
            .is_none_or(|filter| matches_element(filter, element, location.attribute))
    };
    elements
        .iter()
        .enumerate()
        .filter(|(_, element)| holds(element))
        .map(|(index, _)| index)
        .collect()
}

/// Drops the elements with these indexes, which ascend.
pub(super) fn discard(elements: &mut Vec<Value>, indexes: &[usize]) {
    let mut index = 0;
    let mut dropped = indexes.iter().peekable();
    elements.retain(|_| {
        let keep = dropped.next_if_eq(&&index).is_none();
        index += 1;
        keep
    });
}

/// Whether an element is marked as the primary one.
pub(super) fn is_primary(element: &Value) -> bool {
    element.as_object().and_then(|parts| get(parts, "primary")) == Some(&Value::Bool(true))
}

/// Leaves one primary element (RFC 7643 section 2.4: no more than one): `keep`, if that is primary,
/// else the first.
pub(super) fn keep_one_primary(elements: &mut [Value], keep: Option<usize>) {
    let keep = keep
        .filter(|index| elements.get(*index).is_some_and(is_primary))
        .or_else(|| elements.iter().position(is_primary));
    for (index, element) in elements.iter_mut().enumerate() {
        if Some(index) != keep
            && is_primary(element)
            && let Value::Object(parts) = element
        {
            parts.insert(key_of(parts, "primary"), Value::Bool(false));
        }
    }
}

/// What makes an element the one that it is: its value and what that is for. Two elements with the
/// same identity are the same.
pub(super) fn identity(element: &Value, attribute: &Attribute) -> String {
    let part = |name: &str| {
        let value = get(element.as_object()?, name)?;
        let exact = attribute
            .sub_attribute(name)
            .is_some_and(|sub| sub.case_exact);
        let text = value.to_string();
        Some(if exact { text } else { text.to_lowercase() })
    };
    match part("value") {
        Some(value) => format!("{value} {}", part("type").unwrap_or_default()),
        None => element.to_string(),
    }
}

/// Sets parts of an object; an empty part is removed.
pub(super) fn merge(into: &mut Resource, parts: Resource) {
    for (name, value) in parts {
        set_part(into, &name, value);
    }
}

/// Sets one part of an object, or removes it when the value is empty.
pub(super) fn set_part(parts: &mut Resource, name: &str, value: Value) {
    let key = key_of(parts, name);
    if is_empty(&value) {
        parts.remove(&key);
    } else {
        parts.insert(key, value);
    }
}

/// The element that would satisfy the brackets of a place: for `emails[type eq "work"]`, one of
/// type work.
///
/// # Errors
/// 400 `noTarget` when the brackets hold anything else than `eq` terms joined by `and`, so that
/// there is no one such element.
pub(super) fn seed(location: &Location<'_>) -> Result<Resource, ScimError> {
    let mut seed = Resource::new();
    if let Some(filter) = location.element
        && !grow(&mut seed, filter, location.attribute)?
    {
        return Err(ScimError::no_target(format!(
            "No value of {} matches {}, and a new one can be made only from eq comparisons of its \
             parts joined by and, such as type eq \"work\". Send the attribute as a whole instead.",
            location.attribute.name,
            quote(&filter.to_string())
        )));
    }
    Ok(seed)
}

fn grow(seed: &mut Resource, filter: &Filter, attribute: &Attribute) -> Result<bool, ScimError> {
    let (path, value) = match filter {
        Filter::And(left, right) => {
            return Ok(grow(seed, left, attribute)? && grow(seed, right, attribute)?);
        }
        Filter::Compare {
            path,
            op: CompareOp::Eq,
            value,
        } => (path, value),
        _ => return Ok(false),
    };
    let Some(sub) = attribute.sub_attribute(&path.attribute.attribute) else {
        return Ok(false);
    };
    let value = match value {
        FilterValue::String(text) => Value::from(text.as_str()),
        FilterValue::Number(number) => Value::Number(number.clone()),
        FilterValue::Boolean(boolean) => Value::from(*boolean),
        FilterValue::Null => return Ok(true),
    };
    let label = format!("{}.{}", attribute.name, sub.name);
    set_part(seed, &sub.name, coerce(sub, &label, &value)?);
    Ok(true)
}
