//! From the database's errors to those of the port.

use diesel::result::{DatabaseErrorKind, Error};
use roster_application::ports::store::{CommitError, StoreError};
use roster_domain::change::{Precondition, UniqueName, Write};

/// What SQLite says when another connection holds the lock.
const LOCKED: &str = "database is locked";

/// What SQLite says when trying again may help: another process holds the lock for longer than
/// the busy timeout, the disk is full, the file is out of reach.
const PASSING: [&str; 4] = [
    LOCKED,
    "database table is locked",
    "database or disk is full",
    "unable to open database file",
];

/// A [`StoreError`] that ends a transaction of diesel's.
pub(crate) struct Failure(pub(crate) StoreError);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(store_error(error))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self(error)
    }
}

/// Whether another connection is in the way.
pub(crate) fn is_locked(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(_, information) if information.message() == LOCKED)
}

/// The error of a read, or of a commit that was otherwise fine.
pub(crate) fn store_error(error: Error) -> StoreError {
    match error {
        Error::DeserializationError(problem) => StoreError::Corrupt {
            what: "row",
            problem: problem.to_string(),
        },
        Error::DatabaseError(_, information) if PASSING.contains(&information.message()) => {
            let problem = information.message().to_owned();
            StoreError::Unavailable(problem.into())
        }
        error => StoreError::Failed(Box::new(error)),
    }
}

/// The error of a commit of `write`.
pub(crate) fn commit_error(error: Error, write: &Write) -> CommitError {
    match &error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, information) => {
            match taken(information.message()) {
                Some(name) => CommitError::Taken(name),
                None => CommitError::Store(store_error(error)),
            }
        }
        Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => match write {
            Write::DeleteRole { role, .. } => {
                CommitError::Broken(Precondition::RoleUnused { role: *role })
            }
            // What it refers to, such as a role, was deleted after it was loaded.
            _ => CommitError::Conflict,
        },
        _ => CommitError::Store(store_error(error)),
    }
}

/// Which name a unique constraint of `migrations/sqlite` keeps, by the column that SQLite names:
/// `UNIQUE constraint failed: users.tenant_id, users.email_key`.
fn taken(message: &str) -> Option<UniqueName> {
    let (_, column) = message.rsplit_once([' ', ':'])?;
    match column {
        "users.user_name_key" => Some(UniqueName::UserName),
        "users.email_key" => Some(UniqueName::Email),
        "users.identity_key" => Some(UniqueName::Identity),
        "roles.name_key" => Some(UniqueName::RoleName),
        "tenants.slug" => Some(UniqueName::TenantSlug),
        _ => None,
    }
}
