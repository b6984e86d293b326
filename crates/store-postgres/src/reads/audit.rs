//! Reads of the audit log.

use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_application::ports::store::{AuditQuery, StoreError};
use roster_domain::audit::{AuditRecord, AuditResult};
use roster_domain::id::{AuditId, TenantId};
use roster_domain::retention::Stretch;
use roster_store_kit::columns;
use time::OffsetDateTime;

use crate::errors::store_error;
use crate::rows::audit::AuditRow;
use crate::schema::audit_log;

pub(crate) async fn matching(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    query: &AuditQuery,
) -> Result<Vec<AuditRecord>, StoreError> {
    let mut found = audit_log::table
        .filter(audit_log::tenant_id.eq(tenant.uuid()))
        .order(audit_log::id.desc())
        .limit(i64::from(query.limit))
        .select(AuditRow::as_select())
        .into_boxed::<Pg>();
    // The log is in the order of ids: they bound how much of it is walked.
    let (at_least, below) = columns::audit_id_bounds(query);
    if let Some(at_least) = at_least {
        found = found.filter(audit_log::id.ge(at_least));
    }
    if let Some(below) = below {
        found = found.filter(audit_log::id.lt(below));
    }
    if let Some(action) = query.action {
        found = found.filter(audit_log::action.eq(action.as_str()));
    }
    match query.result {
        // Word for word as the partial index has it: a parameter would not be seen to match it.
        Some(AuditResult::Failed) => {
            found = found.filter(sql::<Bool>("audit_log.result = 'FAILED'"));
        }
        Some(result) => found = found.filter(audit_log::result.eq(result.as_str())),
        None => {}
    }
    if let Some(kind) = query.actor_kind {
        found = found.filter(audit_log::actor_kind.eq(kind.as_str()));
    }
    // The records of one are in the order of the log; those of several have to be sorted.
    found = match query.actors.as_slice() {
        [] => found,
        [actor] => found.filter(audit_log::actor_id.eq(*actor)),
        actors => found.filter(audit_log::actor_id.eq_any(actors.iter().copied())),
    };
    found = match query.targets.as_slice() {
        [] => found,
        [target] => found.filter(audit_log::target_id.eq(*target)),
        targets => found.filter(audit_log::target_id.eq_any(targets.iter().copied())),
    };
    if let Some(from) = query.from {
        found = found.filter(audit_log::at.ge(from));
    }
    if let Some(until) = query.until {
        found = found.filter(audit_log::at.lt(until));
    }
    let rows = found.load(connection).await.map_err(store_error)?;
    rows.into_iter().map(AuditRow::record).collect()
}

/// The oldest records from before a time: where they end, and how many they are.
pub(crate) async fn oldest(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    before: OffsetDateTime,
    after: Option<AuditId>,
    most: u32,
) -> Result<Option<Stretch>, StoreError> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        records: i64,
        #[diesel(sql_type = Nullable<Uuid>)]
        through: Option<uuid::Uuid>,
    }
    // The bound on the id says no more than the time does, but ends the walk over the index.
    let found: Found = diesel::sql_query(
        "SELECT count(*) AS records, (array_agg(id ORDER BY id DESC))[1] AS through FROM (\
         SELECT id FROM audit_log WHERE tenant_id = $1 AND at < $2 AND id < $3 \
         AND id > coalesce($4, '00000000-0000-0000-0000-000000000000') ORDER BY id LIMIT $5) AS oldest",
    )
    .bind::<Uuid, _>(tenant.uuid())
    .bind::<Timestamptz, _>(before)
    .bind::<Uuid, _>(columns::audit_id_limit(before))
    .bind::<Nullable<Uuid>, _>(after.map(AuditId::uuid))
    .bind::<BigInt, _>(i64::from(most))
    .get_result(connection)
    .await
    .map_err(store_error)?;
    Ok(found.through.map(|through| Stretch {
        before,
        after,
        through: AuditId::new(through),
        records: u64::try_from(found.records).unwrap_or_default(),
    }))
}

/// How many records there are from before a time.
pub(crate) async fn count(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    before: OffsetDateTime,
) -> Result<u64, StoreError> {
    let counted: i64 = audit_log::table
        .filter(audit_log::tenant_id.eq(tenant.uuid()))
        .filter(audit_log::id.lt(columns::audit_id_limit(before)))
        .filter(audit_log::at.lt(before))
        .count()
        .get_result(connection)
        .await
        .map_err(store_error)?;
    Ok(u64::try_from(counted).unwrap_or_default())
}
