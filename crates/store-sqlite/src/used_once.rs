//! What counts once only: marks that a second one of its kind runs into.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};
use roster_domain::id::TenantId;
use roster_domain::secret::SecretHash;
use time::OffsetDateTime;

use crate::rows::values::{Id, Micros};
use crate::statement::statement;

statement! {
    /// A mark, unless there is one.
    Mark<'a>(tenant: Id, hash: &'a [u8], until: Micros) {
        "INSERT INTO used_once (tenant_id, hash, until) VALUES (" => Binary: tenant,
        ", " => Binary: *hash,
        ", " => BigInt: until,
        ") ON CONFLICT DO NOTHING",
    }
}

/// Marks `keys`. How many were not marked before.
pub(crate) fn mark(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    keys: &[SecretHash],
    until: OffsetDateTime,
) -> QueryResult<usize> {
    let mut marked = 0;
    for key in keys {
        let mark = Mark {
            tenant: Id(tenant.uuid()),
            hash: key.as_bytes(),
            until: Micros(until),
        };
        marked += mark.execute(connection)?;
    }
    Ok(marked)
}
