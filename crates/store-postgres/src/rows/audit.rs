//! Audit records as the table `audit_log` holds them.

use std::borrow::Cow;

use diesel::pg::Pg;
use diesel::prelude::*;
use roster_application::ports::store::StoreError;
use roster_domain::audit::AuditRecord;
use roster_domain::id::{AuditId, TenantId};
use roster_store_kit::columns;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::storable::{make_json_storable, storable};
use crate::schema::audit_log;

/// The columns of an audit record, as they are read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_log, check_for_backend(Pg))]
pub(crate) struct AuditRow {
    id: Uuid,
    at: OffsetDateTime,
    action: String,
    result: String,
    description: String,
    actor_kind: String,
    actor_id: Option<Uuid>,
    actor_name: String,
    target_kind: String,
    target_id: Option<Uuid>,
    target_name: String,
    changes: Value,
    source_ip: Option<String>,
    user_agent: Option<String>,
    request_id: Option<String>,
}

impl AuditRow {
    /// The record of this row.
    pub(crate) fn record(self) -> Result<AuditRecord, StoreError> {
        let (actor, target) = (self.actor_name, self.target_name);
        Ok(AuditRecord {
            id: AuditId::new(self.id),
            at: self.at,
            action: columns::action_from_column(&self.action)?,
            result: columns::result_from_column(&self.result)?,
            description: self.description,
            actor: columns::actor_from_columns(&self.actor_kind, self.actor_id, actor)?,
            target: columns::target_from_columns(&self.target_kind, self.target_id, target)?,
            changes: columns::changes_from_json(&self.changes)?,
            origin: columns::origin_from_columns(
                self.source_ip.as_deref(),
                self.user_agent,
                self.request_id,
            )?,
        })
    }
}

/// The columns of an audit record, as they are written.
pub(crate) struct AuditColumns<'a> {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) at: OffsetDateTime,
    pub(crate) action: &'static str,
    pub(crate) result: &'static str,
    pub(crate) description: Cow<'a, str>,
    pub(crate) actor_kind: &'static str,
    pub(crate) actor_id: Option<Uuid>,
    pub(crate) actor_name: Cow<'a, str>,
    pub(crate) target_kind: &'static str,
    pub(crate) target_id: Option<Uuid>,
    pub(crate) target_name: Cow<'a, str>,
    pub(crate) changes: Value,
    pub(crate) source_ip: Option<String>,
    pub(crate) user_agent: Option<Cow<'a, str>>,
    pub(crate) request_id: Option<Cow<'a, str>>,
}

impl<'a> AuditColumns<'a> {
    pub(crate) fn new(tenant: TenantId, record: &'a AuditRecord) -> Self {
        let mut changes = columns::changes_to_json(&record.changes);
        make_json_storable(&mut changes);
        Self {
            id: record.id.uuid(),
            tenant_id: tenant.uuid(),
            at: record.at,
            action: record.action.as_str(),
            result: record.result.as_str(),
            description: storable(&record.description),
            actor_kind: record.actor.kind().as_str(),
            actor_id: record.actor.id(),
            actor_name: storable(record.actor.name()),
            target_kind: record.target.kind.as_str(),
            target_id: record.target.id,
            target_name: storable(&record.target.name),
            changes,
            source_ip: record.origin.source_ip.map(|address| address.to_string()),
            user_agent: record.origin.user_agent.as_deref().map(storable),
            request_id: record.origin.request_id.as_deref().map(storable),
        }
    }
}
