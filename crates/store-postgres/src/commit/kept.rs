//! Writes to what is otherwise only added to: old audit records are deleted, and a person's data taken
//! out of others and out of what else names them. Each is in a transaction that
//! [says so](allow), which the table's trigger asks for.

use std::collections::HashMap;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_domain::context::ActorKind;
use roster_domain::id::{AuditId, TenantId};
use roster_domain::retention::Stretch;
use roster_domain::user::User;
use roster_domain::user::erase::Redaction;

use super::preconditions;
use super::recorded::{self, WriteSql, push_sql};
use crate::rows::audit::{AuditColumns, AuditRow};
use crate::schema::audit_log;

/// Lets records of the audit log be deleted until the transaction ends.
async fn allow(connection: &mut AsyncPgConnection) -> QueryResult<()> {
    diesel::sql_query("SELECT set_config('roster.audit_prune', 'on', true)")
        .execute(connection)
        .await
        .map(|_| ())
}

/// Deletes a stretch of the log. Whether it was as long as it was counted.
pub(crate) async fn prune(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    stretch: &Stretch,
) -> QueryResult<bool> {
    allow(connection).await?;
    let prune = Prune {
        tenant: tenant.uuid(),
        before: stretch.before,
        after: stretch.after.map(AuditId::uuid),
        through: stretch.through.uuid(),
    };
    let gone = prune.execute(connection).await?;
    Ok(u64::try_from(gone) == Ok(stretch.records))
}

struct Prune {
    tenant: uuid::Uuid,
    before: time::OffsetDateTime,
    after: Option<uuid::Uuid>,
    through: uuid::Uuid,
}

impl QueryId for Prune {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for Prune {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_sql!(out,
            "DELETE FROM audit_log WHERE tenant_id = " => Uuid: &self.tenant,
            // There is no id before the nil one.
            " AND id > coalesce(" => Nullable<Uuid>: &self.after,
            ", '00000000-0000-0000-0000-000000000000') AND id <= " => Uuid: &self.through,
            " AND at < " => Timestamptz: &self.before,
        );
        Ok(())
    }
}

/// A record that takes the place of the one with its id, if that is still there: the log knows no
/// change, so it is deleted and added.
struct Replace {
    tenant: uuid::Uuid,
    id: uuid::Uuid,
}

impl WriteSql for Replace {
    type Statement = Self;

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_sql!(out,
            "changed AS (DELETE FROM audit_log WHERE tenant_id = " => Uuid: &self.tenant,
            " AND id = " => Uuid: &self.id,
            " RETURNING id)",
        );
        Ok(())
    }
}

/// Puts each of the records in the place of the one that was read. `false`: one was changed
/// meanwhile. Under the [lock](preconditions::lock), so that no other does it at the same time; what
/// is deleted between the read and the write stays deleted.
pub(crate) async fn redact(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    redactions: &[Redaction],
) -> QueryResult<bool> {
    if redactions.is_empty() {
        return Ok(true);
    }
    allow(connection).await?;
    preconditions::lock(connection, tenant).await?;
    let ids = redactions
        .iter()
        .map(|redaction| redaction.before.id.uuid());
    let rows: Vec<AuditRow> = audit_log::table
        .filter(audit_log::tenant_id.eq(tenant.uuid()))
        .filter(audit_log::id.eq_any(ids))
        .select(AuditRow::as_select())
        .load(connection)
        .await?;
    let mut present = HashMap::new();
    for row in rows {
        let record = row.record();
        let record = record.map_err(|error| Error::DeserializationError(error.into()))?;
        present.insert(record.id.uuid(), record);
    }
    for Redaction { before, after } in redactions {
        match present.get(&before.id.uuid()) {
            None => continue,
            Some(present) if present != before => return Ok(false),
            Some(_) => {}
        }
        let replace = Replace {
            tenant: tenant.uuid(),
            id: before.id.uuid(),
        };
        recorded::execute(connection, replace, &AuditColumns::new(tenant, after)).await?;
    }
    Ok(true)
}

/// Takes a person out of what else names them: sessions are deleted, and the tokens that they have
/// made were made by somebody of the placeholder's name.
pub(crate) async fn forget(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    user: &User,
    called: &[String],
) -> QueryResult<()> {
    diesel::sql_query("DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2")
        .bind::<Uuid, _>(tenant.uuid())
        .bind::<Uuid, _>(user.id.uuid())
        .execute(connection)
        .await?;
    diesel::sql_query(
        "UPDATE api_tokens SET created_by_name = $1 \
         WHERE tenant_id = $2 AND created_by_kind = $3 AND created_by_name = ANY($4)",
    )
    .bind::<Text, _>(user.user_name.as_str())
    .bind::<Uuid, _>(tenant.uuid())
    .bind::<Text, _>(ActorKind::User.as_str())
    .bind::<Array<Text>, _>(called)
    .execute(connection)
    .await
    .map(|_| ())
}
