//! Writes of the keys that sign the tokens of sessions. They belong to no tenant.

use diesel::prelude::*;
use roster_domain::signing_key::SigningKey;

use crate::rows::signing_key::SigningKeyRow;
use crate::schema::signing_keys;

/// Inserts a key if `after` is the newest, and deletes those that are dead.
pub(crate) fn add(
    connection: &mut SqliteConnection,
    key: &SigningKey,
    after: Option<&str>,
    dead: &[String],
) -> QueryResult<usize> {
    let newest = signing_keys::table
        .order((signing_keys::signs_from.desc(), signing_keys::id.desc()))
        .select(signing_keys::id)
        .first::<String>(connection)
        .optional()?;
    if newest.as_deref() != after {
        return Ok(0);
    }
    for id in dead {
        diesel::delete(signing_keys::table.find(id)).execute(connection)?;
    }
    diesel::insert_into(signing_keys::table)
        .values(SigningKeyRow::new(key))
        .execute(connection)
}
