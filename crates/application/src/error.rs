//! Why a use case did not do what was asked. The HTTP adapter turns each into its wire shape, in
//! one place.

use roster_domain::permission::Permission;
use roster_domain::refusal::Refusal;
use roster_scim::ScimError;

use crate::ports::store::StoreError;

/// What was looked for and not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A tenant.
    Tenant,
    /// A user.
    User,
    /// A role.
    Role,
    /// An API token.
    ApiToken,
    /// A session.
    Session,
}

impl Thing {
    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::User => "user",
            Self::Role => "role",
            Self::ApiToken => "API token",
            Self::Session => "session",
        }
    }
}

/// One field of a request that can't be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidField {
    /// The field, as the request names it.
    pub field: String,
    /// What is wrong and what is allowed; continues a sentence that starts with the field.
    pub problem: String,
}

/// A use case's failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller lacks a permission.
    #[error("This needs the permission {permission} ({}). Give it to the API token or role, or use another one.", permission.label())]
    Forbidden {
        /// The missing permission.
        permission: Permission,
    },
    /// There is no such thing in this tenant.
    #[error("There is no {} with the id \"{}\" in this tenant.", thing.name(), roster_domain::refusal::excerpt(id))]
    NotFound {
        /// What was looked for.
        thing: Thing,
        /// The id as it was sent.
        id: String,
    },
    /// Values that can't be accepted.
    #[error("{}", describe(.0))]
    Invalid(Vec<InvalidField>),
    /// The rules refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The SCIM protocol refused.
    #[error(transparent)]
    Scim(#[from] ScimError),
    /// The record has another version than the one that the caller has seen and named: in
    /// `If-Match`, or by the form that it was edited in.
    #[error(
        "The record was changed since it was read: its version is not the expected one (over SCIM, that of If-Match). Nothing was changed. Read it again and repeat the change."
    )]
    VersionMismatch,
    /// Others changed the record again and again.
    #[error(
        "The record is being changed by too many requests at once. Nothing was changed; try again."
    )]
    Contended,
    /// The database did not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Error {
    /// One invalid field.
    #[must_use]
    pub fn invalid(field: &str, problem: &impl ToString) -> Self {
        Self::Invalid(vec![InvalidField {
            field: field.to_owned(),
            problem: problem.to_string(),
        }])
    }

    /// Nothing of that id.
    #[must_use]
    pub fn not_found(thing: Thing, id: &impl ToString) -> Self {
        Self::NotFound {
            thing,
            id: id.to_string(),
        }
    }
}

fn describe(fields: &[InvalidField]) -> String {
    fields
        .iter()
        .map(|f| format!("{} {}.", f.field, f.problem.trim_end_matches('.')))
        .collect::<Vec<_>>()
        .join(" ")
}
