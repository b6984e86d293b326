//! The columns of the audit log. Writing needs nothing from here: actions, results, kinds and
//! actors say themselves what is stored of them (`as_str`, `kind`, `id`, `name`).

use roster_application::ports::store::StoreError;
use roster_domain::audit::{AuditAction, AuditResult, Target, TargetKind};
use roster_domain::context::{Actor, ActorKind, Origin};
use roster_domain::id::{TokenId, UserId};
use uuid::Uuid;

use super::{address_from_column, corrupt};

/// What was done, from `action`.
///
/// # Errors
/// [`StoreError::Corrupt`] for a name that this program does not know.
pub fn action_from_column(stored: &str) -> Result<AuditAction, StoreError> {
    AuditAction::from_name(stored).ok_or_else(|| unknown("audit_log.action", stored))
}

/// How it ended, from `result`.
///
/// # Errors
/// [`StoreError::Corrupt`] for a name that this program does not know.
pub fn result_from_column(stored: &str) -> Result<AuditResult, StoreError> {
    AuditResult::from_name(stored).ok_or_else(|| unknown("audit_log.result", stored))
}

/// Who did it, from `actor_kind`, `actor_id` and `actor_name`.
///
/// # Errors
/// [`StoreError::Corrupt`] for an unknown kind, or for a user or token without an id.
pub fn actor_from_columns(kind: &str, id: Option<Uuid>, name: String) -> Result<Actor, StoreError> {
    const WHAT: &str = "audit_log.actor_kind";
    let of_id = || id.ok_or_else(|| corrupt(WHAT, format_args!("{kind} without an id")));
    match ActorKind::from_name(kind).ok_or_else(|| unknown(WHAT, kind))? {
        ActorKind::User => Ok(Actor::User {
            id: UserId::new(of_id()?),
            name,
        }),
        ActorKind::Token => Ok(Actor::Token {
            id: TokenId::new(of_id()?),
            name,
        }),
        ActorKind::System => Ok(Actor::System),
        ActorKind::Operator => Ok(Actor::Operator { name }),
    }
}

/// What was acted on, from `target_kind`, `target_id` and `target_name`.
///
/// # Errors
/// [`StoreError::Corrupt`] for an unknown kind.
pub fn target_from_columns(
    kind: &str,
    id: Option<Uuid>,
    name: String,
) -> Result<Target, StoreError> {
    let kind = TargetKind::from_name(kind).ok_or_else(|| unknown("audit_log.target_kind", kind))?;
    Ok(Target { kind, id, name })
}

/// From where, from `source_ip`, `user_agent` and `request_id`.
///
/// # Errors
/// [`StoreError::Corrupt`] when `source_ip` is not an address.
pub fn origin_from_columns(
    source_ip: Option<&str>,
    user_agent: Option<String>,
    request_id: Option<String>,
) -> Result<Origin, StoreError> {
    let source_ip = address_from_column("audit_log.source_ip", source_ip)?;
    Ok(Origin {
        source_ip,
        user_agent,
        request_id,
    })
}

fn unknown(what: &'static str, stored: &str) -> StoreError {
    corrupt(
        what,
        format_args!("{stored:?} is unknown to this version of Roster"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_actor_reads_back_from_its_three_columns() {
        let id = Uuid::from_u128(7);
        for actor in [
            Actor::User {
                id: UserId::new(id),
                name: "ada".to_owned(),
            },
            Actor::Token {
                id: TokenId::new(id),
                name: "okta".to_owned(),
            },
            Actor::System,
            Actor::Operator {
                name: "root".to_owned(),
            },
        ] {
            let read =
                actor_from_columns(actor.kind().as_str(), actor.id(), actor.name().to_owned());
            assert_eq!(read.unwrap(), actor);
        }
    }

    #[test]
    fn a_name_that_is_unknown_is_corrupt() {
        assert!(action_from_column("DANCE").is_err());
        assert!(result_from_column("succeeded").is_err());
        assert!(actor_from_columns("USER", None, "ada".to_owned()).is_err());
        assert!(actor_from_columns("ROBOT", None, "r".to_owned()).is_err());
        assert!(target_from_columns("PLANET", None, "x".to_owned()).is_err());
        assert!(origin_from_columns(Some("here"), None, None).is_err());
    }
}
