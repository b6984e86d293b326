//! Deletes what has expired, of all tenants: neither audited nor counted.
//!
//! A batch at a time, since whoever else has something to write waits meanwhile.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use roster_application::ports::store::Expired;

use crate::rows::values::Micros;
use crate::statement::statement;

statement! {
    /// Sessions that ended by themselves.
    Sessions<'a>(ended: &'a Micros, seen: &'a Micros) {
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= "
            => BigInt: *ended,
        " OR last_seen_at < " => BigInt: *seen,
        " LIMIT 1000)",
    }
}

statement! {
    /// Marks that nobody needs any more.
    Marks<'a>(ended: &'a Micros) {
        "DELETE FROM used_once WHERE (tenant_id, hash) IN \
         (SELECT tenant_id, hash FROM used_once WHERE until <= " => BigInt: *ended,
        " LIMIT 1000)",
    }
}

statement! {
    /// Old break-glass links.
    Links<'a>(ended: &'a Micros) {
        "DELETE FROM admin_links WHERE id IN (SELECT id FROM admin_links WHERE expires_at < "
            => BigInt: *ended,
        " LIMIT 1000)",
    }
}

/// Deletes a batch of each kind. How many rows went: none if nothing is left.
pub(crate) fn delete_some(
    connection: &mut SqliteConnection,
    before: &Expired,
) -> QueryResult<usize> {
    let (now, seen) = (&Micros(before.now), &Micros(before.seen_before));
    let sessions = Sessions { ended: now, seen }.execute(connection)?;
    let marks = Marks { ended: now }.execute(connection)?;
    let ended = &Micros(before.links_before);
    let links = Links { ended }.execute(connection)?;
    Ok(sessions + marks + links)
}
