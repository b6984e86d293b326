//! Deletes what has expired, of all tenants: neither audited nor counted.
//!
//! In batches, so that no statement takes long, and past the rows that somebody else holds: of
//! several processes that delete at once each takes some.

use diesel::pg::Pg;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_application::ports::store::{Expired, StoreError};

use crate::errors::store_error;

/// The most rows that one statement deletes.
const BATCH: u32 = 10_000;

const SESSIONS: &str = "DELETE FROM sessions WHERE ctid = ANY(ARRAY(\
    SELECT ctid FROM sessions WHERE expires_at <= $1 OR last_seen_at < $2 \
    LIMIT $3 FOR UPDATE SKIP LOCKED))";

const MARKS: &str = "DELETE FROM used_once WHERE ctid = ANY(ARRAY(\
    SELECT ctid FROM used_once WHERE until <= $1 \
    LIMIT $2 FOR UPDATE SKIP LOCKED))";

const LINKS: &str = "DELETE FROM admin_links WHERE ctid = ANY(ARRAY(\
    SELECT ctid FROM admin_links WHERE expires_at < $1 \
    LIMIT $2 FOR UPDATE SKIP LOCKED))";

/// Deletes what has expired by those times. How many rows went.
pub(crate) async fn delete(
    connection: &mut AsyncPgConnection,
    before: &Expired,
) -> Result<u64, StoreError> {
    let statements = [
        (SESSIONS, vec![before.now, before.seen_before]),
        (MARKS, vec![before.now]),
        (LINKS, vec![before.links_before]),
    ];
    let mut deleted: u64 = 0;
    for (text, times) in statements {
        loop {
            let mut statement = diesel::sql_query(text).into_boxed::<Pg>();
            for time in &times {
                statement = statement.bind::<Timestamptz, _>(*time);
            }
            let statement = statement.bind::<BigInt, _>(i64::from(BATCH));
            let gone = statement.execute(connection).await.map_err(store_error)?;
            let gone = u64::try_from(gone).unwrap_or(u64::MAX);
            deleted = deleted.saturating_add(gone);
            if gone < u64::from(BATCH) {
                break;
            }
        }
    }
    Ok(deleted)
}
