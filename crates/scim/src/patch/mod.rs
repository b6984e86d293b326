//! PATCH (RFC 7644 section 3.5.2), as identity providers really write it.
//!
//! [`PatchRequest::parse`] reads the message, [`apply`] gives the resource that it makes of
//! another one. Both are pure, so a request with one bad operation changes nothing.
//! `target.rs` says what a path leads to, `assign.rs` does add and replace, `remove.rs` remove,
//! `elements.rs` holds what they share about the elements of multi-valued attributes.

mod assign;
mod elements;
mod engine;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod refusals;
mod remove;
mod target;
#[cfg(test)]
mod tests;

pub use engine::apply;

use std::fmt;

use serde_json::Value;

use crate::Resource;
use crate::attribute::get;
use crate::error::{ScimError, quote};
use crate::filter::{FilterError, FilterPath};
use crate::urn;

/// The most operations in a request.
pub const MAX_OPERATIONS: usize = 100;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchOp {
    /// Adds elements to a multi-valued attribute; sets any other.
    Add,
    /// Takes a value away.
    Remove,
    /// Sets a value.
    Replace,
}

impl PatchOp {
    /// The operation as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Replace => "replace",
        }
    }
}

/// One operation. Its `Debug` leaves the value out, which may be a password.
#[derive(Clone, PartialEq)]
pub struct PatchOperation {
    /// What it does.
    pub op: PatchOp,
    /// Where; `None` when the value is an object of attributes.
    pub path: Option<FilterPath>,
    /// The value; always there for add and replace.
    pub value: Option<Value>,
}

impl fmt::Debug for PatchOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PatchOperation")
            .field("op", &self.op)
            .field("path", &self.path.as_ref().map(ToString::to_string))
            .finish_non_exhaustive()
    }
}

/// A PATCH message: 1 to [`MAX_OPERATIONS`] operations, applied in this order.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchRequest {
    /// The operations.
    pub operations: Vec<PatchOperation>,
}

impl PatchRequest {
    /// Reads a PATCH message. Member names and `op` may be in any letter case, and `schemas` may be
    /// absent.
    ///
    /// # Errors
    /// 400: `invalidSyntax` when the body is no PatchOp message, `invalidValue` when there is no
    /// operation or too many, or add or replace without value, `invalidPath` when a path is
    /// malformed, `noTarget` for a remove without path.
    pub fn parse(body: &Value) -> Result<Self, ScimError> {
        let Value::Object(message) = body else {
            return Err(ScimError::invalid_syntax(
                "The body must be a JSON object with \"schemas\" and \"Operations\".",
            ));
        };
        check_schemas(get(message, "schemas"))?;
        let Some(Value::Array(operations)) = get(message, "Operations") else {
            return Err(ScimError::invalid_syntax(
                "\"Operations\" is missing or no array. Send an array of objects with \"op\", \
                 \"path\" and \"value\".",
            ));
        };
        if operations.is_empty() || operations.len() > MAX_OPERATIONS {
            return Err(ScimError::invalid_value(format!(
                "A PATCH has 1 to {MAX_OPERATIONS} operations; this one has {}.",
                operations.len()
            )));
        }
        let parse = |(index, operation): (usize, &Value)| {
            parse_operation(operation).map_err(|error| at(error, index, operations.len()))
        };
        let operations = operations
            .iter()
            .enumerate()
            .map(parse)
            .collect::<Result<_, _>>()?;
        Ok(Self { operations })
    }
}

/// Says which operation of several an error is about.
fn at(error: ScimError, index: usize, of: usize) -> ScimError {
    if of == 1 {
        return error;
    }
    let detail = format!("Operation {} of {of}: {}", index + 1, error.detail);
    ScimError { detail, ..error }
}

fn check_schemas(schemas: Option<&Value>) -> Result<(), ScimError> {
    let is_patch = |schema: &Value| {
        schema
            .as_str()
            .is_some_and(|schema| schema.eq_ignore_ascii_case(urn::PATCH_OP))
    };
    match schemas {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Array(schemas)) if schemas.iter().any(is_patch) => Ok(()),
        Some(_) => Err(ScimError::invalid_syntax(format!(
            "\"schemas\" of a PATCH must be an array that contains \"{}\".",
            urn::PATCH_OP
        ))),
    }
}

fn parse_operation(operation: &Value) -> Result<PatchOperation, ScimError> {
    let Value::Object(operation) = operation else {
        return Err(ScimError::invalid_syntax(
            "An operation must be an object with \"op\", \"path\" and \"value\".",
        ));
    };
    let op = parse_op(get(operation, "op"))?;
    let path = parse_path(operation)?;
    let value = get(operation, "value").cloned();
    if op == PatchOp::Remove && path.is_none() {
        return Err(ScimError::no_target(
            "A remove operation needs a \"path\" that says what to remove.",
        ));
    }
    if op != PatchOp::Remove && value.is_none() {
        return Err(ScimError::invalid_value(format!(
            "The {} operation has no \"value\"; send the new value, or use remove.",
            op.as_str()
        )));
    }
    Ok(PatchOperation { op, path, value })
}

fn parse_op(op: Option<&Value>) -> Result<PatchOp, ScimError> {
    let found = op.and_then(Value::as_str);
    [PatchOp::Add, PatchOp::Remove, PatchOp::Replace]
        .into_iter()
        .find(|op| found.is_some_and(|found| found.eq_ignore_ascii_case(op.as_str())))
        .ok_or_else(|| {
            let found = found.map_or_else(|| "absent or no string".to_owned(), quote);
            ScimError::invalid_syntax(format!(
                "\"op\" must be \"add\", \"remove\" or \"replace\"; it is {found}."
            ))
        })
}

fn parse_path(operation: &Resource) -> Result<Option<FilterPath>, ScimError> {
    match get(operation, "path") {
        None | Some(Value::Null) => Ok(None),
        // Both mean the resource itself.
        Some(Value::String(path)) if path.is_empty() => Ok(None),
        Some(Value::String(path)) if path.eq_ignore_ascii_case(urn::USER) => Ok(None),
        Some(Value::String(path)) => FilterPath::parse(path)
            .map(Some)
            .map_err(|error| malformed_path(path, &error)),
        Some(_) => Err(ScimError::invalid_path("\"path\" must be a string.")),
    }
}

fn malformed_path(path: &str, error: &FilterError) -> ScimError {
    let reason = match error {
        FilterError::Syntax { .. } if quote(path).starts_with('(') => {
            "Its text is withheld.".to_owned()
        }
        FilterError::Syntax {
            position,
            found,
            expected,
        } => {
            format!("At character {position}: found {found}, expected {expected}.")
        }
        FilterError::TooLong { actual, limit } => {
            format!("It has {actual} bytes; at most {limit} are allowed.")
        }
        other => other.to_string(),
    };
    ScimError::invalid_path(format!(
        "The path {} is malformed. {reason} Paths look like userName, name.givenName or \
         emails[type eq \"work\"].value.",
        quote(path)
    ))
}
