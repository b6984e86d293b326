//! Audit records as the table `audit_log` holds them.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use roster_application::ports::store::StoreError;
use roster_domain::audit::AuditRecord;
use roster_domain::id::{AuditId, TenantId};
use roster_store_kit::columns;
use serde_json::Value;

use super::values::{Id, Micros};
use crate::schema::audit_log;

/// The columns of an audit record, as they are read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_log, check_for_backend(Sqlite))]
pub(crate) struct AuditRow {
    id: Id,
    at: Micros,
    action: String,
    result: String,
    description: String,
    actor_kind: String,
    actor_id: Option<Id>,
    actor_name: String,
    target_kind: String,
    target_id: Option<Id>,
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
            id: AuditId::new(self.id.0),
            at: self.at.0,
            action: columns::action_from_column(&self.action)?,
            result: columns::result_from_column(&self.result)?,
            description: self.description,
            actor: columns::actor_from_columns(
                &self.actor_kind,
                self.actor_id.map(|id| id.0),
                actor,
            )?,
            target: columns::target_from_columns(
                &self.target_kind,
                self.target_id.map(|id| id.0),
                target,
            )?,
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
    pub(crate) id: Id,
    pub(crate) tenant_id: Id,
    pub(crate) at: Micros,
    pub(crate) action: &'static str,
    pub(crate) result: &'static str,
    pub(crate) description: &'a str,
    pub(crate) actor_kind: &'static str,
    pub(crate) actor_id: Option<Id>,
    pub(crate) actor_name: &'a str,
    pub(crate) target_kind: &'static str,
    pub(crate) target_id: Option<Id>,
    pub(crate) target_name: &'a str,
    pub(crate) changes: Value,
    pub(crate) source_ip: Option<String>,
    pub(crate) user_agent: Option<&'a str>,
    pub(crate) request_id: Option<&'a str>,
}

impl<'a> AuditColumns<'a> {
    pub(crate) fn new(tenant: TenantId, record: &'a AuditRecord) -> Self {
        Self {
            id: Id(record.id.uuid()),
            tenant_id: Id(tenant.uuid()),
            at: Micros(record.at),
            action: record.action.as_str(),
            result: record.result.as_str(),
            description: &record.description,
            actor_kind: record.actor.kind().as_str(),
            actor_id: record.actor.id().map(Id),
            actor_name: record.actor.name(),
            target_kind: record.target.kind.as_str(),
            target_id: record.target.id.map(Id),
            target_name: &record.target.name,
            changes: columns::changes_to_json(&record.changes),
            source_ip: record.origin.source_ip.map(|address| address.to_string()),
            user_agent: record.origin.user_agent.as_deref(),
            request_id: record.origin.request_id.as_deref(),
        }
    }
}
