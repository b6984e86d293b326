//! When sessions were last used: written now and then, neither audited nor counted.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_application::ports::store::StoreError;
use roster_domain::id::{SessionId, TenantId};
use time::OffsetDateTime;

use crate::commit::push_sql;
use crate::errors::store_error;

/// Notes that the session was used at that time.
pub(crate) async fn note(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    id: SessionId,
    at: OffsetDateTime,
) -> Result<(), StoreError> {
    let statement = NoteUse {
        tenant: tenant.uuid(),
        id: id.uuid(),
        at,
    };
    let done = statement.execute(connection).await;
    done.map(|_| ()).map_err(store_error)
}

struct NoteUse {
    tenant: uuid::Uuid,
    id: uuid::Uuid,
    at: OffsetDateTime,
}

impl QueryId for NoteUse {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for NoteUse {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_sql!(out,
            "UPDATE sessions SET last_seen_at = " => Timestamptz: &self.at,
            " WHERE tenant_id = " => Uuid: &self.tenant,
            " AND id = " => Uuid: &self.id,
            " AND last_seen_at < " => Timestamptz: &self.at,
        );
        Ok(())
    }
}
