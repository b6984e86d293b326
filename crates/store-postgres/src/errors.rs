//! From the database's errors to those of the port.

use diesel::result::{DatabaseErrorKind, Error};
use roster_application::ports::store::{CommitError, StoreError};
use roster_domain::change::{Precondition, UniqueName, Write};

use crate::readiness::ReadOnly;
use crate::silence::Silent;

const TERMINATING: &str = "terminating connection";

/// How PgBouncer says that it has lost PostgreSQL.
const CRASHED: &str = "server conn crashed";

/// How the messages of PostgreSQL, and of PgBouncer before it, begin when trying again may help.
/// diesel passes on the message but not the SQLSTATE: 57P01 to 57P03, 57014, 40P01, 53300, 53100; and
/// 08P01 of PgBouncer.
const PASSING: [&str; 11] = [
    TERMINATING,
    "the database system is",
    "canceling statement due to",
    "deadlock detected",
    "sorry, too many clients",
    // The disk is full, most likely.
    "could not extend file",
    CRASHED,
    "pgbouncer cannot connect to server",
    "server login has been failing",
    "query_wait_timeout",
    "no more connections allowed",
];

/// How the operating system's reason reads where a disk is full, whatever was to be written.
const FULL: &str = ": No space left on device";

/// The error of a read, or of a commit that was otherwise fine.
pub(crate) fn store_error(error: Error) -> StoreError {
    match error {
        error if may_pass(&error) => StoreError::Unavailable(Box::new(error)),
        Error::DeserializationError(problem) => StoreError::Corrupt {
            what: "row",
            problem: problem.to_string(),
        },
        error => StoreError::Failed(Box::new(error)),
    }
}

/// Whether trying again may help.
pub(crate) fn may_pass(error: &Error) -> bool {
    match error {
        Error::DatabaseError(
            DatabaseErrorKind::UnableToSendCommand
            | DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::SerializationFailure
            | DatabaseErrorKind::ReadOnlyTransaction,
            _,
        )
        | Error::BrokenTransactionManager => true,
        Error::DatabaseError(_, information) => tells_to_try_again(information.message()),
        _ => false,
    }
}

/// Whether a message of PostgreSQL, or of PgBouncer before it, says that trying again may help.
pub(crate) fn tells_to_try_again(message: &str) -> bool {
    PASSING.iter().any(|start| message.starts_with(start)) || message.ends_with(FULL)
}

/// Whether the connection is of no use any more, and not merely an answer late: it was lost, or leads
/// to a standby, which may have been the primary. Another connection may work.
pub(crate) fn is_cut(error: &StoreError) -> bool {
    let StoreError::Unavailable(error) = error else {
        return false;
    };
    if error.is::<Silent>() || error.is::<ReadOnly>() {
        return true;
    }
    match error.downcast_ref() {
        Some(Error::DatabaseError(
            DatabaseErrorKind::UnableToSendCommand
            | DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::ReadOnlyTransaction,
            _,
        )) => true,
        Some(Error::DatabaseError(_, information)) => {
            let message = information.message();
            message.starts_with(TERMINATING) || message.starts_with(CRASHED)
        }
        _ => false,
    }
}

/// The error of a commit of `write`.
pub(crate) fn commit_error(error: Error, write: &Write) -> CommitError {
    match &error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, information) => {
            match information.constraint_name().and_then(taken) {
                Some(name) => CommitError::Taken(name),
                None => CommitError::Store(store_error(error)),
            }
        }
        // PostgreSQL 18 tells ON DELETE RESTRICT apart; earlier ones don't.
        Error::DatabaseError(
            DatabaseErrorKind::ForeignKeyViolation | DatabaseErrorKind::RestrictViolation,
            _,
        ) => match write {
            // Somebody was given the role after the precondition was found to hold.
            Write::DeleteRole { role, .. } => {
                CommitError::Broken(Precondition::RoleUnused { role: *role })
            }
            // The role that it refers to was deleted after it was loaded.
            _ => CommitError::Conflict,
        },
        _ => CommitError::Store(store_error(error)),
    }
}

/// Which name a unique constraint of `migrations/postgres` keeps.
fn taken(constraint: &str) -> Option<UniqueName> {
    match constraint {
        "users_user_name_taken" => Some(UniqueName::UserName),
        "users_email_taken" => Some(UniqueName::Email),
        "users_identity_taken" => Some(UniqueName::Identity),
        "roles_name_taken" => Some(UniqueName::RoleName),
        "tenants_slug_taken" => Some(UniqueName::TenantSlug),
        _ => None,
    }
}
