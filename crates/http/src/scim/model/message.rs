//! PatchOp (RFC 7644 section 3.5.2) and Error (section 3.12).

use poem_openapi::{Enum, Object};
use serde_json::Value;

/// Changes to a user, all or none (RFC 7644 section 3.5.2).
#[derive(Debug, Object)]
pub(crate) struct PatchOp {
    /// `urn:ietf:params:scim:api:messages:2.0:PatchOp`.
    schemas: Vec<String>,
    /// The operations, in the order in which they apply.
    #[oai(rename = "Operations", validator(min_items = 1, max_items = 100))]
    operations: Vec<PatchOperation>,
}

/// One change.
#[derive(Debug, Object)]
pub(crate) struct PatchOperation {
    /// What to do; any letter case is accepted.
    op: PatchVerb,
    /// Which attribute, such as `active`, `name.givenName` or `emails[type eq "work"].value`.
    /// Without a path, `value` is an object of attributes.
    path: Option<String>,
    /// The new value; not with `remove`.
    value: Option<Value>,
}

/// What a PATCH operation does.
#[derive(Debug, Enum)]
#[oai(rename_all = "camelCase")]
pub(crate) enum PatchVerb {
    /// Sets a value, or adds one to a list.
    Add,
    /// Sets a value.
    Replace,
    /// Clears a value.
    Remove,
}

/// Why a request was not carried out (RFC 7644 section 3.12). Okta shows `detail` to its
/// administrator word for word.
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub(crate) struct ScimError {
    /// `urn:ietf:params:scim:api:messages:2.0:Error`.
    schemas: Vec<String>,
    /// The HTTP status, as text.
    status: String,
    /// Which kind of mistake it was, where RFC 7644 table 9 has a word for it.
    scim_type: Option<ScimType>,
    /// What was wrong, what is allowed, what to do; never empty.
    detail: String,
}

/// The kinds of mistakes of RFC 7644 table 9 that are answered.
#[derive(Debug, Enum)]
#[oai(rename_all = "camelCase")]
pub(crate) enum ScimType {
    /// The filter is malformed, or not one that this profile offers.
    InvalidFilter,
    /// A userName or e-mail is taken.
    Uniqueness,
    /// The attribute can't be changed so.
    Mutability,
    /// The body is not JSON, or not the message that was expected.
    InvalidSyntax,
    /// The path of a PATCH operation names no attribute.
    InvalidPath,
    /// A PATCH operation has nothing to act on.
    NoTarget,
    /// A value is missing, not of the attribute's type, or not allowed.
    InvalidValue,
}
