//! What the management API shows of an audit record.

use poem_openapi::types::{Any, Example};
use poem_openapi::{Enum, Object};
use roster_domain::audit::{self, AttributeChange, AuditValue, TargetKind};
use roster_domain::context::Actor;
use serde_json::Value;
use time::OffsetDateTime;
use time::macros::datetime;

use crate::management::actor::ActorType;

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum AuditResult {
    /// The change was made.
    Succeeded,
    /// The change was refused; the description says why.
    Failed,
}

impl AuditResult {
    /// The domain's word for it.
    pub(crate) const fn to_domain(self) -> audit::AuditResult {
        match self {
            Self::Succeeded => audit::AuditResult::Succeeded,
            Self::Failed => audit::AuditResult::Failed,
        }
    }
}

impl From<audit::AuditResult> for AuditResult {
    fn from(result: audit::AuditResult) -> Self {
        match result {
            audit::AuditResult::Succeeded => Self::Succeeded,
            audit::AuditResult::Failed => Self::Failed,
        }
    }
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct AuditActor {
    /// The actor's id. Absent for Roster itself and for whoever runs it.
    pub(crate) id: Option<String>,
    /// What sort of actor it is.
    #[oai(rename = "type")]
    pub(crate) kind: ActorType,
    /// The actor's name at that time.
    pub(crate) name: String,
}

impl From<&Actor> for AuditActor {
    fn from(actor: &Actor) -> Self {
        Self {
            id: actor.id().map(|id| id.to_string()),
            kind: actor.kind().into(),
            name: actor.name().to_owned(),
        }
    }
}

/// The kinds of things that are acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum TargetType {
    /// The tenant or its settings.
    Tenant,
    /// A user.
    User,
    /// A role.
    Role,
    /// An API token.
    ApiToken,
    /// A break-glass link.
    AdminLink,
    /// A key that signs the tokens of sessions.
    SigningKey,
}

impl From<TargetKind> for TargetType {
    fn from(kind: TargetKind) -> Self {
        match kind {
            TargetKind::Tenant => Self::Tenant,
            TargetKind::User => Self::User,
            TargetKind::Role => Self::Role,
            TargetKind::ApiToken => Self::ApiToken,
            TargetKind::AdminLink => Self::AdminLink,
            TargetKind::SigningKey => Self::SigningKey,
        }
    }
}

/// What was acted on.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct AuditTarget {
    /// Its id. Absent if it never came into being.
    pub(crate) id: Option<String>,
    /// What sort of thing it is.
    #[oai(rename = "type")]
    pub(crate) kind: TargetType,
    /// Its name at that time.
    pub(crate) name: String,
}

/// One attribute that changed; of a refused change, one that would have.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct AuditChange {
    /// The attribute, by its name in this API.
    pub(crate) attribute: String,
    /// Its value before: a text, true or false, or a list of texts. Absent if it had none.
    pub(crate) before: Option<Any<Value>>,
    /// Its value after: a text, true or false, or a list of texts. Absent if it has none.
    pub(crate) after: Option<Any<Value>>,
}

impl From<AttributeChange> for AuditChange {
    fn from(change: AttributeChange) -> Self {
        let json = |value| match value {
            AuditValue::Text(text) => Any(Value::from(text)),
            AuditValue::Flag(flag) => Any(Value::from(flag)),
            AuditValue::List(list) => Any(Value::from(list)),
        };
        Self {
            attribute: change.attribute,
            before: change.before.map(json),
            after: change.after.map(json),
        }
    }
}

/// One entry of the audit log. No API changes or deletes one. Whoever runs Roster can delete old ones, and
/// take the personal data of one person out of others; both leave a record themselves.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none, example)]
pub(crate) struct AuditRecord {
    /// Its id, in the order of time.
    pub(crate) id: String,
    /// When it happened, in UTC.
    pub(crate) time: OffsetDateTime,
    /// What was done or tried, such as `UPDATE_USER`. More names may come with new versions.
    pub(crate) action_name: String,
    /// How it ended.
    pub(crate) action_result: AuditResult,
    /// A sentence for people; of a refused change, the reason.
    pub(crate) description: String,
    /// Who did it.
    pub(crate) actor: AuditActor,
    /// What was acted on.
    pub(crate) target: AuditTarget,
    /// What changed; of a refused change, what would have.
    pub(crate) changes: Vec<AuditChange>,
    /// The address that the request came from.
    pub(crate) source_ip: Option<String>,
    /// What the client called itself.
    pub(crate) user_agent: Option<String>,
    /// The id of the request in the server's log.
    pub(crate) request_id: Option<String>,
}

impl From<audit::AuditRecord> for AuditRecord {
    fn from(record: audit::AuditRecord) -> Self {
        Self {
            id: record.id.to_string(),
            time: record.at,
            action_name: record.action.as_str().to_owned(),
            action_result: record.result.into(),
            description: record.description,
            actor: AuditActor::from(&record.actor),
            target: AuditTarget {
                id: record.target.id.map(|id| id.to_string()),
                kind: record.target.kind.into(),
                name: record.target.name,
            },
            changes: record.changes.into_iter().map(AuditChange::from).collect(),
            source_ip: record.origin.source_ip.map(|address| address.to_string()),
            user_agent: record.origin.user_agent,
            request_id: record.origin.request_id,
        }
    }
}

impl Example for AuditRecord {
    fn example() -> Self {
        Self {
            id: "0190b6c2-7a5e-7c3a-9f60-0000000000ff".to_owned(),
            time: datetime!(2026-07-14 16:05:12 UTC),
            action_name: "UPDATE_USER".to_owned(),
            action_result: AuditResult::Succeeded,
            description: "User deactivated.".to_owned(),
            actor: AuditActor {
                id: Some("0190b6c2-7a5e-7c3a-9f60-00000000000a".to_owned()),
                kind: ActorType::Token,
                name: "okta".to_owned(),
            },
            target: AuditTarget {
                id: Some("0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60".to_owned()),
                kind: TargetType::User,
                name: "ada@example.com".to_owned(),
            },
            changes: vec![AuditChange {
                attribute: "active".to_owned(),
                before: Some(Any(Value::Bool(true))),
                after: Some(Any(Value::Bool(false))),
            }],
            source_ip: Some("192.0.2.17".to_owned()),
            user_agent: Some("Okta SCIM Client 1.0.0".to_owned()),
            request_id: Some("0190b6c2-7a5e-7c3a-9f60-0000000000fe".to_owned()),
        }
    }
}

/// A page of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub(crate) struct AuditLogPage {
    /// The records on this page, newest first.
    pub(crate) items: Vec<AuditRecord>,
    /// Send it as `cursor` to get the next page. Absent on the last page.
    pub(crate) next_cursor: Option<String>,
}

#[cfg(test)]
mod tests {
    use poem_openapi::types::ToJSON;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_shown_as_what_it_is() {
        let change = AttributeChange {
            attribute: "permissions".to_owned(),
            before: None,
            after: Some(AuditValue::List(vec!["UserRead".to_owned()])),
        };
        let json = AuditChange::from(change).to_json().unwrap();
        assert_eq!(
            json,
            json!({"attribute": "permissions", "after": ["UserRead"]})
        );
    }

    #[test]
    fn the_words_are_those_of_the_domain() {
        for result in audit::AuditResult::ALL {
            assert_eq!(
                AuditResult::from(*result).to_json(),
                Some(json!(result.as_str()))
            );
            assert_eq!(AuditResult::from(*result).to_domain(), *result);
        }
        for kind in TargetKind::ALL {
            assert_eq!(
                TargetType::from(*kind).to_json(),
                Some(json!(kind.as_str()))
            );
        }
    }
}
