//! Values brought to the type of their attribute. PUT, POST and PATCH accept what identity
//! providers really send: booleans as strings, a singular value in an array of one, one element
//! instead of an array.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::Resource;
use crate::error::{ScimError, quote};
use crate::schema::{Attribute, AttributeType};

/// The most elements of a multi-valued attribute. It bounds the work that one request can cause.
pub(crate) const MAX_ELEMENTS: usize = 1000;

/// Refuses a multi-valued attribute with too many elements.
pub(crate) fn check_count(attribute: &Attribute, count: usize) -> Result<(), ScimError> {
    if count > MAX_ELEMENTS {
        return Err(ScimError::invalid_value(format!(
            "{} has {count} values; at most {MAX_ELEMENTS} are allowed.",
            attribute.name
        )));
    }
    Ok(())
}

/// Brings a value to the type of `attribute`, called `label` in errors. `null` stays, and so does
/// `""` for text; for every other type, and for an array of none where one value belongs, `""`
/// becomes `null`. Sub-attributes get their canonical names; unknown and read-only ones are
/// dropped.
pub(crate) fn coerce(
    attribute: &Attribute,
    label: &str,
    value: &Value,
) -> Result<Value, ScimError> {
    if attribute.multi_valued {
        array(attribute, label, value)
    } else {
        single(attribute, label, value)
    }
}

/// Brings one element of a multi-valued attribute, or the value of a singular one, to its type.
pub(crate) fn single(
    attribute: &Attribute,
    label: &str,
    value: &Value,
) -> Result<Value, ScimError> {
    let wrong = || Err(wrong_type(attribute, label, value));
    match (attribute.kind, value) {
        (_, Value::Null) => Ok(Value::Null),
        (_, Value::Array(elements)) => match elements.as_slice() {
            [] => Ok(Value::Null),
            // One level only: an array in the array is of the wrong type.
            [only] if !only.is_array() => single(attribute, label, only),
            _ => wrong(),
        },
        (AttributeType::String, Value::String(_)) => Ok(value.clone()),
        (_, Value::String(text)) if text.is_empty() => Ok(Value::Null),
        (AttributeType::Binary | AttributeType::Reference, Value::String(_))
        | (AttributeType::Boolean, Value::Bool(_))
        | (AttributeType::Decimal, Value::Number(_)) => Ok(value.clone()),
        (AttributeType::Boolean, Value::String(text)) => match boolean(text) {
            Some(boolean) => Ok(boolean.into()),
            None => wrong(),
        },
        (AttributeType::Integer, Value::Number(number)) if !number.is_f64() => Ok(value.clone()),
        (AttributeType::DateTime, Value::String(text))
            if OffsetDateTime::parse(text, &Rfc3339).is_ok() =>
        {
            Ok(value.clone())
        }
        (AttributeType::Complex, Value::Object(parts)) => complex(attribute, label, parts),
        (AttributeType::Complex, Value::String(text))
            if attribute.multi_valued && attribute.sub_attribute("value").is_some() =>
        {
            Ok(Resource::from_iter([("value".to_owned(), text.as_str().into())]).into())
        }
        _ => wrong(),
    }
}

/// `true` or `false` in any letter case.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// Whether a value means "unassigned" (RFC 7643 section 2.5), an empty text included.
pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        _ => false,
    }
}

fn array(attribute: &Attribute, label: &str, value: &Value) -> Result<Value, ScimError> {
    let elements = match value {
        Value::Null => return Ok(Value::Null),
        Value::String(text) if text.is_empty() => return Ok(Value::Null),
        Value::Array(elements) => elements.as_slice(),
        one => std::slice::from_ref(one),
    };
    check_count(attribute, elements.len())?;
    let mut coerced = Vec::with_capacity(elements.len());
    for element in elements {
        if element.is_array() {
            return Err(wrong_type(attribute, label, element));
        }
        let element = single(attribute, label, element)?;
        let says_nothing = element.as_object().is_some_and(Resource::is_empty);
        if !element.is_null() && !says_nothing {
            coerced.push(element);
        }
    }
    Ok(Value::Array(coerced))
}

fn complex(attribute: &Attribute, label: &str, parts: &Resource) -> Result<Value, ScimError> {
    let mut coerced = Resource::new();
    for (key, value) in parts {
        let Some(sub) = attribute.sub_attribute(key) else {
            continue;
        };
        if sub.is_read_only() {
            continue;
        }
        let label = format!("{label}.{}", sub.name);
        let value = coerce(sub, &label, value)?;
        if coerced.insert(sub.name.clone(), value).is_some() {
            return Err(twice(&label));
        }
    }
    Ok(Value::Object(coerced))
}

/// The error for an attribute that a message has twice, in spellings that mean the same.
pub(crate) fn twice(label: &str) -> ScimError {
    ScimError::invalid_syntax(format!(
        "{label} is there twice, in different spellings. Attribute names match in any letter case; \
         send each attribute once."
    ))
}

fn wrong_type(attribute: &Attribute, label: &str, value: &Value) -> ScimError {
    let expected = match attribute.kind {
        AttributeType::String => "a string",
        AttributeType::Boolean => {
            "a boolean: true or false, or one of the strings \"true\" and \"false\" in any letter \
             case"
        }
        AttributeType::Decimal => "a number",
        AttributeType::Integer => "a whole number",
        AttributeType::DateTime => "a date and time such as \"2026-01-31T12:00:00Z\"",
        AttributeType::Binary => "a string in base64",
        AttributeType::Reference => "a string that holds a URI",
        AttributeType::Complex if attribute.multi_valued => "an array of objects",
        AttributeType::Complex => "an object",
    };
    ScimError::invalid_value(format!(
        "{label} must be {expected}; the request has {}.",
        describe(attribute.kind, value)
    ))
}

fn describe(expected: AttributeType, value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Number(number) => format!("the number {number}"),
        // Text is repeated only where it was meant for a few known words.
        Value::String(text) if expected == AttributeType::Boolean => {
            format!("the string {}", quote(text))
        }
        Value::String(_) => "a string".to_owned(),
        Value::Array(elements) => format!("an array of {}", elements.len()),
        Value::Object(_) => "an object".to_owned(),
    }
}
