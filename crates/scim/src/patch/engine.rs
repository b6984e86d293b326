//! Applies the operations one after the other to a copy.

use serde_json::Value;

use super::target::{Location, Target, locate};
use super::{PatchOp, PatchOperation, PatchRequest, assign, at, remove};
use crate::Resource;
use crate::error::{ScimError, quote};
use crate::filter::FilterPath;
use crate::schema::Schema;
use crate::value::twice;

/// The resource that a PATCH makes of another one. An attribute that is set to `null`, `""` or an
/// empty array is absent from the result. What the schema marks read-only is left alone, and so
/// are a password and the attributes that RFC 7643 defines and the schema doesn't offer.
///
/// # Errors
/// 400, and then nothing is applied: `invalidPath` for a path that leads nowhere, `mutability` for
/// an explicit path to a read-only attribute and for removing a required one, `invalidValue` for a
/// value of the wrong type, `noTarget` for a selection that matches nothing and can't be created.
pub fn apply(
    resource: &Resource,
    request: &PatchRequest,
    schema: &Schema,
) -> Result<Resource, ScimError> {
    let mut patched = resource.clone();
    let count = request.operations.len();
    for (index, operation) in request.operations.iter().enumerate() {
        apply_one(&mut patched, operation, schema).map_err(|error| at(error, index, count))?;
    }
    Ok(patched)
}

fn apply_one(
    resource: &mut Resource,
    operation: &PatchOperation,
    schema: &Schema,
) -> Result<(), ScimError> {
    let value = operation.value.as_ref().unwrap_or(&Value::Null);
    let Some(path) = &operation.path else {
        let Value::Object(members) = value else {
            return Err(ScimError::invalid_value(format!(
                "A {} operation without \"path\" needs an object of attributes as its \"value\", \
                 such as {{\"active\": false}}.",
                operation.op.as_str()
            )));
        };
        return apply_members(resource, operation.op, members, schema);
    };
    match locate(schema, path)? {
        Target::Attribute(location) => apply_at(resource, operation.op, &location, value),
        Target::Ignored => Ok(()),
        Target::ReadOnly => Err(ScimError::mutability(format!(
            "{} is read-only: the service sets it. Remove the operation on it.",
            quote(&path.to_string())
        ))),
        Target::Unknown => Err(ScimError::invalid_path(format!(
            "{} is not an attribute of {}. These can be changed: {}. Correct the attribute's name \
             or mapping, or remove it.",
            quote(&path.to_string()),
            schema.name,
            schema.offered()
        ))),
    }
}

fn apply_at(
    resource: &mut Resource,
    op: PatchOp,
    location: &Location<'_>,
    value: &Value,
) -> Result<(), ScimError> {
    match op {
        PatchOp::Add => assign::assign(resource, location, value, assign::Mode::Add),
        PatchOp::Replace => assign::assign(resource, location, value, assign::Mode::Replace),
        PatchOp::Remove => remove::remove(resource, location, value),
    }
}

/// An operation without path: each member of the object is an operation on its own, whose path is
/// its name. What can't be written or is not known is skipped, as in PUT.
fn apply_members(
    resource: &mut Resource,
    op: PatchOp,
    members: &Resource,
    schema: &Schema,
) -> Result<(), ScimError> {
    let mut seen = Vec::new();
    for (key, value) in members {
        match value {
            Value::Object(nested) if key.eq_ignore_ascii_case(&schema.id) => {
                for (key, value) in nested {
                    apply_member(resource, op, key, value, schema, &mut seen)?;
                }
            }
            _ => apply_member(resource, op, key, value, schema, &mut seen)?,
        }
    }
    Ok(())
}

fn apply_member(
    resource: &mut Resource,
    op: PatchOp,
    key: &str,
    value: &Value,
    schema: &Schema,
    seen: &mut Vec<String>,
) -> Result<(), ScimError> {
    let path = match FilterPath::parse(key) {
        Ok(path) => path,
        // A name that can't be one is unknown; a selection that went wrong is a mistake to tell.
        Err(error) if key.contains('[') => return Err(super::malformed_path(key, &error)),
        Err(_) => return Ok(()),
    };
    let Target::Attribute(location) = locate(schema, &path)? else {
        return Ok(());
    };
    if path.element.is_none() {
        let label = location.label();
        if seen.contains(&label) {
            return Err(twice(&label));
        }
        seen.push(label);
    }
    apply_at(resource, op, &location, value)
}
