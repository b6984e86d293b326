//! The audit log: list. [`record`] is what is shown of a record.

mod record;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Query;
use roster_application::Application;
use roster_application::ports::store::AuditQuery;
use roster_domain::audit::AuditAction;
use roster_domain::permission::Permission;
use time::OffsetDateTime;

use super::Tag;
use super::actor::ActorType;
use super::wire::answer::{Answer, Shown};
use super::wire::cursor::Cursor;
use super::wire::failure::WhenListing;
use super::wire::fields::in_utc;
use super::wire::query::{Parameters, id};
use crate::authenticated::Authenticated;
use record::{AuditLogPage, AuditRecord, AuditResult};

/// The operations on the audit log.
pub(crate) struct AuditLog;

#[OpenApi(tag = "Tag::AuditLog")]
impl AuditLog {
    /// List audit records
    ///
    /// Newest first: every change, and every change that was refused. Needs the permission
    /// `AuditLogRead`.
    #[oai(path = "/audit-log", method = "get", operation_id = "listAuditRecords")]
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a parameter of the operation"
    )]
    async fn list(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        /// Where to go on: the `nextCursor` of the last page. Left out: at the newest.
        cursor: Query<Option<String>>,
        /// How many records to answer at most; 50 if left out.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Only records of this action, such as `UPDATE_USER`.
        action: Query<Option<String>>,
        /// Only records that ended so.
        result: Query<Option<AuditResult>>,
        /// Only records of what the actor with this id did.
        actor: Query<Option<String>>,
        /// Only records of what actors of this sort did.
        #[oai(name = "actorType")]
        actor_type: Query<Option<ActorType>>,
        /// Only records of what was done to the thing with this id.
        target: Query<Option<String>>,
        /// Only records at or after this time.
        from: Query<Option<OffsetDateTime>>,
        /// Only records before this time.
        until: Query<Option<OffsetDateTime>>,
    ) -> Answer<Shown<AuditLogPage>, WhenListing> {
        caller.require(&Permission::AUDIT_LOG_READ)?;
        let mut parameters = Parameters::default();
        let query = AuditQuery {
            before: parameters.read("cursor", cursor.0, Cursor::decode),
            limit: limit.0.unwrap_or_default(),
            action: parameters.read("action", action.0, named_action),
            result: result.0.map(AuditResult::to_domain),
            actor_kind: actor_type.0.map(ActorType::to_domain),
            actors: Vec::from_iter(parameters.read("actor", actor.0, id)),
            targets: Vec::from_iter(parameters.read("target", target.0, id)),
            from: from.0.and_then(in_utc),
            until: until.0.and_then(in_utc),
        };
        parameters.finish()?;
        let page = application.audit_log(&caller, query).await?;
        Ok(Shown(AuditLogPage {
            items: page.items.into_iter().map(AuditRecord::from).collect(),
            next_cursor: page.next.map(|position| position.encode()),
        }))
    }
}

fn named_action(name: &str) -> Result<AuditAction, String> {
    AuditAction::from_name(name).ok_or_else(|| {
        let names: Vec<_> = AuditAction::ALL
            .iter()
            .map(|action| action.as_str())
            .collect();
        format!(
            "is not the name of an action; there are {}",
            names.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_action_is_answered_with_those_there_are() {
        assert_eq!(named_action("UPDATE_USER"), Ok(AuditAction::UpdateUser));
        let problem = named_action("UPDATE_USERS").unwrap_err();
        assert!(
            AuditAction::ALL
                .iter()
                .all(|action| problem.contains(action.as_str())),
            "{problem}"
        );
    }
}
