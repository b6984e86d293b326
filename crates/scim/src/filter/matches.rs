//! Evaluates a filter against a resource, or against one element of a multi-valued attribute.

use std::cmp::Ordering;

use serde_json::{Number, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{CompareOp, Filter, FilterPath, FilterValue};
use crate::Resource;
use crate::attribute::{AttributePath, get};
use crate::schema::{Attribute, AttributeType, Schema};

pub(super) fn matches_resource(filter: &Filter, resource: &Resource, schema: &Schema) -> bool {
    holds(filter, resource, Scope::Resource(schema))
}

/// Whether an element of the multi-valued attribute `attribute` satisfies the filter in brackets.
/// An element that is no object counts as one with that `value`.
pub(crate) fn matches_element(filter: &Filter, element: &Value, attribute: &Attribute) -> bool {
    match element {
        Value::Object(object) => holds(filter, object, Scope::Element(Some(attribute))),
        simple => {
            let object = Resource::from_iter([("value".to_owned(), simple.clone())]);
            holds(filter, &object, Scope::Element(Some(attribute)))
        }
    }
}

/// Whose attributes the names in a filter are.
#[derive(Clone, Copy)]
enum Scope<'s> {
    Resource(&'s Schema),
    Element(Option<&'s Attribute>),
}

impl<'s> Scope<'s> {
    fn attribute(self, name: &str) -> Option<&'s Attribute> {
        match self {
            Self::Resource(schema) => schema.attribute(name),
            Self::Element(attribute) => attribute?.sub_attribute(name),
        }
    }

    fn has(self, path: &AttributePath) -> bool {
        match self {
            Self::Resource(schema) => path.is_in(&schema.id),
            Self::Element(_) => path.schema.is_none(),
        }
    }
}

fn holds(filter: &Filter, object: &Resource, scope: Scope<'_>) -> bool {
    match filter {
        Filter::And(left, right) => holds(left, object, scope) && holds(right, object, scope),
        Filter::Or(left, right) => holds(left, object, scope) || holds(right, object, scope),
        Filter::Not(inner) => !holds(inner, object, scope),
        Filter::Present(path) => {
            let (values, _) = values(path, object, scope);
            values.iter().any(|value| !is_blank(value))
        }
        Filter::ValuePath { path, filter } => {
            let attribute = scope.attribute(&path.attribute);
            scope.has(path)
                && elements(get(object, &path.attribute))
                    .iter()
                    .any(|element| element_holds(filter, element, attribute))
        }
        Filter::Compare { path, op, value } => {
            let (values, attribute) = values(path, object, scope);
            match (op, value) {
                (CompareOp::Eq, FilterValue::Null) => values.is_empty(),
                (CompareOp::Ne, FilterValue::Null) => !values.is_empty(),
                (CompareOp::Ne, _) if values.is_empty() => true,
                _ => values
                    .iter()
                    .any(|actual| compare(*op, actual, value, attribute)),
            }
        }
    }
}

fn element_holds(filter: &Filter, element: &Value, attribute: Option<&Attribute>) -> bool {
    match attribute {
        Some(attribute) => matches_element(filter, element, attribute),
        None => element
            .as_object()
            .is_some_and(|object| holds(filter, object, Scope::Element(None))),
    }
}

/// The values that a path leads to, and the attribute that describes them. The values of a complex
/// attribute without sub-attribute are its `value`s, and `email` stands for `emails.value`.
fn values<'a, 's>(
    path: &FilterPath,
    object: &'a Resource,
    scope: Scope<'s>,
) -> (Vec<&'a Value>, Option<&'s Attribute>) {
    if !scope.has(&path.attribute) {
        return (Vec::new(), None);
    }
    let name = path.attribute.attribute.as_str();
    let is_alias = matches!(scope, Scope::Resource(_))
        && name.eq_ignore_ascii_case("email")
        && scope.attribute(name).is_none();
    let name = if is_alias { "emails" } else { name };
    let attribute = scope.attribute(name);
    let sub = path.attribute.sub_attribute.as_deref();

    let mut found = Vec::new();
    for element in elements(get(object, name)) {
        let selected = path
            .element
            .as_deref()
            .is_none_or(|filter| element_holds(filter, element, attribute));
        if !selected {
            continue;
        }
        let value = match (element, sub) {
            (Value::Object(parts), sub) => get(parts, sub.unwrap_or("value")),
            (simple, None) => Some(simple),
            (_, Some(_)) => None,
        };
        found.extend(elements(value));
    }
    let described = match attribute {
        Some(complex) if complex.kind == AttributeType::Complex => {
            complex.sub_attribute(sub.unwrap_or("value"))
        }
        simple => simple,
    };
    (found, described)
}

/// The elements of an array, or the one value that is no array; `null` is no value.
fn elements(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(elements)) => elements.iter().filter(|e| !e.is_null()).collect(),
        Some(single) => vec![single],
    }
}

/// `pr` is false for an empty string too (RFC 7644 table 3).
fn is_blank(value: &Value) -> bool {
    value.as_str().is_some_and(str::is_empty)
}

fn compare(
    op: CompareOp,
    actual: &Value,
    expected: &FilterValue,
    attribute: Option<&Attribute>,
) -> bool {
    match (actual, expected) {
        (Value::String(actual), FilterValue::String(expected)) => {
            compare_text(op, actual, expected, attribute)
        }
        (Value::Number(actual), FilterValue::Number(expected)) => {
            compare_numbers(actual, expected).is_some_and(|ordering| accepts(op, ordering))
        }
        (Value::Bool(actual), FilterValue::Boolean(expected)) => equality(op, actual == expected),
        // Identity providers write booleans as strings.
        (Value::Bool(actual), FilterValue::String(expected)) => equality(
            op,
            expected.eq_ignore_ascii_case(if *actual { "true" } else { "false" }),
        ),
        _ => op == CompareOp::Ne,
    }
}

fn compare_text(
    op: CompareOp,
    actual: &str,
    expected: &str,
    attribute: Option<&Attribute>,
) -> bool {
    let is_instant = attribute.is_some_and(|a| a.kind == AttributeType::DateTime);
    if is_instant
        && let (Ok(actual), Ok(expected)) = (
            OffsetDateTime::parse(actual, &Rfc3339),
            OffsetDateTime::parse(expected, &Rfc3339),
        )
    {
        return accepts(op, actual.cmp(&expected));
    }
    if attribute.is_some_and(|attribute| attribute.case_exact) {
        return compare_exact(op, actual, expected);
    }
    compare_exact(op, &actual.to_lowercase(), &expected.to_lowercase())
}

fn compare_exact(op: CompareOp, actual: &str, expected: &str) -> bool {
    match op {
        CompareOp::Co => actual.contains(expected),
        CompareOp::Sw => actual.starts_with(expected),
        CompareOp::Ew => actual.ends_with(expected),
        _ => accepts(op, actual.cmp(expected)),
    }
}

fn compare_numbers(left: &Number, right: &Number) -> Option<Ordering> {
    if let (Some(left), Some(right)) = (left.as_i64(), right.as_i64()) {
        return Some(left.cmp(&right));
    }
    left.as_f64()?.partial_cmp(&right.as_f64()?)
}

fn accepts(op: CompareOp, ordering: Ordering) -> bool {
    match op {
        CompareOp::Eq => ordering.is_eq(),
        CompareOp::Ne => ordering.is_ne(),
        CompareOp::Gt => ordering.is_gt(),
        CompareOp::Ge => ordering.is_ge(),
        CompareOp::Lt => ordering.is_lt(),
        CompareOp::Le => ordering.is_le(),
        CompareOp::Co | CompareOp::Sw | CompareOp::Ew => false,
    }
}

fn equality(op: CompareOp, equal: bool) -> bool {
    match op {
        CompareOp::Eq => equal,
        CompareOp::Ne => !equal,
        _ => false,
    }
}
