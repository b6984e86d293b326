//! What counts once only: marks that a second one of its kind runs into.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, Bytea, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_application::ports::store::StoreError;
use roster_domain::id::TenantId;
use roster_domain::secret::SecretHash;
use time::OffsetDateTime;

use crate::commit::push_sql;
use crate::errors::store_error;

/// Marks `keys`, in one statement. Whether none of them was marked before.
pub(crate) async fn mark(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    keys: &[SecretHash],
    until: OffsetDateTime,
) -> Result<bool, StoreError> {
    let mut hashes: Vec<&[u8]> = keys.iter().map(|key| key.as_bytes().as_slice()).collect();
    // In one order always: two that mark the same keys must not wait for each other.
    hashes.sort_unstable();
    let statement = Mark {
        tenant: tenant.uuid(),
        hashes,
        until,
    };
    let marked = statement.execute(connection).await.map_err(store_error)?;
    Ok(marked == keys.len())
}

struct Mark<'a> {
    tenant: uuid::Uuid,
    hashes: Vec<&'a [u8]>,
    until: OffsetDateTime,
}

impl QueryId for Mark<'_> {
    type QueryId = Mark<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for Mark<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_sql!(out,
            "INSERT INTO used_once (tenant_id, hash, until) SELECT " => Uuid: &self.tenant,
            ", hash, " => Timestamptz: &self.until,
            " FROM unnest(" => Array<Bytea>: &self.hashes,
            ") AS hash ON CONFLICT DO NOTHING",
        );
        Ok(())
    }
}
