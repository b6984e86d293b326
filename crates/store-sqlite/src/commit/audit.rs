//! Writes of audit records. There is one kind: they are appended.

use diesel::sql_types::{BigInt, Binary, Json, Nullable, Text};

use crate::rows::audit::AuditColumns;
use crate::statement::statement;

statement! {
    /// A new record.
    Append<'a>(record: AuditColumns<'a>) {
        "INSERT INTO audit_log (id, tenant_id, at, action, result, description, actor_kind, \
         actor_id, actor_name, target_kind, target_id, target_name, changes, source_ip, \
         user_agent, request_id) VALUES (" => Binary: &record.id,
        ", " => Binary: &record.tenant_id,
        ", " => BigInt: &record.at,
        ", " => Text: record.action,
        ", " => Text: record.result,
        ", " => Text: record.description,
        ", " => Text: record.actor_kind,
        ", " => Nullable<Binary>: &record.actor_id,
        ", " => Text: record.actor_name,
        ", " => Text: record.target_kind,
        ", " => Nullable<Binary>: &record.target_id,
        ", " => Text: record.target_name,
        ", " => Json: &record.changes,
        ", " => Nullable<Text>: &record.source_ip,
        ", " => Nullable<Text>: &record.user_agent,
        ", " => Nullable<Text>: &record.request_id,
        ")",
    }
}
