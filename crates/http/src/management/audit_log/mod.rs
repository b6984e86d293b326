//! The audit log: list, export. [`record`] is what is shown of a record, [`export`] the whole log as
//! a file.

mod export;
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
use export::Export;
pub(crate) use export::line;
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
        /// Only records of what actors with these ids did. May be given several times.
        #[oai(validator(max_items = "50"))]
        actor: Query<Option<Vec<String>>>,
        /// Only records of what actors of this sort did.
        #[oai(name = "actorType")]
        actor_type: Query<Option<ActorType>>,
        /// Only records of what was done to things with these ids. May be given several times.
        #[oai(validator(max_items = "50"))]
        target: Query<Option<Vec<String>>>,
        /// Only records at or after this time.
        from: Query<Option<OffsetDateTime>>,
        /// Only records before this time.
        until: Query<Option<OffsetDateTime>>,
    ) -> Answer<Shown<AuditLogPage>, WhenListing> {
        caller.require(&Permission::AUDIT_LOG_READ)?;
        let mut parameters = Parameters::default();
        let before = parameters.read("cursor", cursor.0, Cursor::decode);
        let filters = Filters {
            action: action.0,
            result: result.0,
            actor: actor.0.unwrap_or_default(),
            actor_type: actor_type.0,
            target: target.0.unwrap_or_default(),
            from: from.0,
            until: until.0,
        };
        let query = AuditQuery {
            before,
            limit: limit.0.unwrap_or_default(),
            ..filters.read(&mut parameters)
        };
        parameters.finish()?;
        let page = application.audit_log(&caller, query).await?;
        Ok(Shown(AuditLogPage {
            items: page.items.into_iter().map(AuditRecord::from).collect(),
            next_cursor: page.next.map(|position| position.encode()),
        }))
    }

    /// Export the audit log
    ///
    /// Every record that matches, newest first, as a file of JSON lines: each line is a record as the
    /// list of records has it. The file is written while the log is read, so it may be of any length; a
    /// connection that ends early means that it is not complete. Whether the caller may read the log is asked
    /// when it begins. Needs the permission `AuditLogRead`.
    #[oai(
        path = "/audit-log/export",
        method = "get",
        operation_id = "exportAuditRecords"
    )]
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a parameter of the operation"
    )]
    async fn export(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        /// Only records of this action, such as `UPDATE_USER`.
        action: Query<Option<String>>,
        /// Only records that ended so.
        result: Query<Option<AuditResult>>,
        /// Only records of what actors with these ids did. May be given several times.
        #[oai(validator(max_items = "50"))]
        actor: Query<Option<Vec<String>>>,
        /// Only records of what actors of this sort did.
        #[oai(name = "actorType")]
        actor_type: Query<Option<ActorType>>,
        /// Only records of what was done to things with these ids. May be given several times.
        #[oai(validator(max_items = "50"))]
        target: Query<Option<Vec<String>>>,
        /// Only records at or after this time.
        from: Query<Option<OffsetDateTime>>,
        /// Only records before this time.
        until: Query<Option<OffsetDateTime>>,
    ) -> Answer<Export, WhenListing> {
        caller.require(&Permission::AUDIT_LOG_READ)?;
        let mut parameters = Parameters::default();
        let filters = Filters {
            action: action.0,
            result: result.0,
            actor: actor.0.unwrap_or_default(),
            actor_type: actor_type.0,
            target: target.0.unwrap_or_default(),
            from: from.0,
            until: until.0,
        };
        let query = filters.read(&mut parameters);
        parameters.finish()?;
        Ok(Export::begin(application.clone(), caller, query).await?)
    }
}

/// What the log is narrowed down by, as it was sent.
struct Filters {
    action: Option<String>,
    result: Option<AuditResult>,
    actor: Vec<String>,
    actor_type: Option<ActorType>,
    target: Vec<String>,
    from: Option<OffsetDateTime>,
    until: Option<OffsetDateTime>,
}

impl Filters {
    /// The query for what they select; `parameters` takes note of what can't be read.
    fn read(self, parameters: &mut Parameters) -> AuditQuery {
        AuditQuery {
            action: parameters.read("action", self.action, named_action),
            result: self.result.map(AuditResult::to_domain),
            actor_kind: self.actor_type.map(ActorType::to_domain),
            actors: parameters.read_all("actor", self.actor, id),
            targets: parameters.read_all("target", self.target, id),
            from: self.from.and_then(in_utc),
            until: self.until.and_then(in_utc),
            ..AuditQuery::default()
        }
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
