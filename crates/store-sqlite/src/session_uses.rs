//! When sessions were last used: written now and then, neither audited nor counted.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};
use roster_domain::id::{SessionId, TenantId};
use time::OffsetDateTime;

use crate::rows::values::{Id, Micros};
use crate::statement::statement;

statement! {
    /// Notes one use, unless a later one is noted already.
    NoteUse<'a>(tenant: &'a Id, session: &'a Id, at: &'a Micros) {
        "UPDATE sessions SET last_seen_at = " => BigInt: *at,
        " WHERE tenant_id = " => Binary: *tenant,
        " AND id = " => Binary: *session,
        " AND last_seen_at < " => BigInt: *at,
    }
}

/// Notes that the session was used at that time. How many were.
pub(crate) fn note(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    session: SessionId,
    at: OffsetDateTime,
) -> QueryResult<usize> {
    let note = NoteUse {
        tenant: &Id(tenant.uuid()),
        session: &Id(session.uuid()),
        at: &Micros(at),
    };
    note.execute(connection)
}
