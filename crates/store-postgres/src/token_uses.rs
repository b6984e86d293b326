//! When tokens were last used: written behind, many at once, neither audited nor counted.

use std::collections::BTreeMap;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_application::ports::store::StoreError;
use roster_domain::id::{TenantId, TokenId};
use roster_domain::token::LastUse;
use time::OffsetDateTime;

use crate::commit::push_sql;
use crate::errors::store_error;

/// Notes `uses` in one statement, whatever their number.
pub(crate) async fn note(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    uses: &[(TokenId, LastUse)],
) -> Result<(), StoreError> {
    // An UPDATE … FROM takes any one of several rows for a token: leave it the last use only.
    let mut last: BTreeMap<TokenId, LastUse> = BTreeMap::new();
    for (token, used) in uses {
        let noted = last.entry(*token).or_insert(*used);
        if noted.at < used.at {
            *noted = *used;
        }
    }
    if last.is_empty() {
        return Ok(());
    }
    let statement = NoteUses {
        tenant: tenant.uuid(),
        tokens: last.keys().map(|token| token.uuid()).collect(),
        at: last.values().map(|used| used.at).collect(),
        from: last
            .values()
            .map(|used| used.from.map(|from| from.to_string()))
            .collect(),
    };
    statement
        .execute(connection)
        .await
        .map(|_| ())
        .map_err(store_error)
}

struct NoteUses {
    tenant: uuid::Uuid,
    tokens: Vec<uuid::Uuid>,
    at: Vec<OffsetDateTime>,
    from: Vec<Option<String>>,
}

impl QueryId for NoteUses {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for NoteUses {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_sql!(out,
            "UPDATE api_tokens SET last_used_at = used.at, last_used_from = used.origin \
             FROM unnest(" => Array<Uuid>: &self.tokens,
            ", " => Array<Timestamptz>: &self.at,
            ", " => Array<Nullable<Text>>: &self.from,
            ") AS used (token, at, origin) WHERE id = used.token AND tenant_id = " => Uuid: &self.tenant,
            " AND (last_used_at IS NULL OR last_used_at < used.at)",
        );
        Ok(())
    }
}
