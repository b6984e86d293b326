//! When tokens were last used: written behind, many at once, neither audited nor counted.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use roster_domain::id::{TenantId, TokenId};
use roster_domain::token::LastUse;

use crate::rows::values::{Id, Micros};
use crate::statement::statement;

statement! {
    /// Notes one use, unless a later one is noted already.
    NoteUse<'a>(tenant: Id, token: Id, at: Micros, from: Option<&'a str>) {
        "UPDATE api_tokens SET last_used_at = " => BigInt: at,
        ", last_used_from = " => Nullable<Text>: from,
        " WHERE tenant_id = " => Binary: tenant,
        " AND id = " => Binary: token,
        " AND (last_used_at IS NULL OR last_used_at < " => BigInt: at,
        ")",
    }
}

/// Notes `uses`. How many were. The caller has begun a transaction.
pub(crate) fn note(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    uses: &[(TokenId, LastUse)],
) -> QueryResult<usize> {
    let mut noted = 0;
    for (token, last) in uses {
        let from = last.from.map(|from| from.to_string());
        let note = NoteUse {
            tenant: Id(tenant.uuid()),
            token: Id(token.uuid()),
            at: Micros(last.at),
            from: from.as_deref(),
        };
        noted += note.execute(connection)?;
    }
    Ok(noted)
}
