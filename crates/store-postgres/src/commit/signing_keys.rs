//! Writes of signing keys.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::AstPass;
use diesel::sql_types::{Array, Bytea, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use roster_domain::signing_key::SigningKey;

use super::recorded::{WriteSql, push_sql};

/// Lets one at a time add a key, until its transaction ends. Must come first in it: at any level
/// of isolation, what the transaction then sees is newer than the lock.
pub(crate) async fn lock(connection: &mut AsyncPgConnection) -> QueryResult<()> {
    connection
        .batch_execute("LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE")
        .await
}

/// A new key after the one that was the newest, instead of those that are dead. Goes under the
/// [`lock`].
pub(crate) struct Add<'a> {
    pub(crate) key: &'a SigningKey,
    pub(crate) after: &'a Option<String>,
    pub(crate) dead: &'a [String],
}

impl WriteSql for Add<'_> {
    type Statement = Add<'static>;

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let key = self.key;
        push_sql!(out,
            "changed AS (INSERT INTO signing_keys (id, public_jwk, private_key, created_at, \
             signs_from) SELECT " => Text: &key.id,
            ", " => Text: &key.public_jwk,
            ", " => Bytea: key.private_key.as_bytes(),
            ", " => Timestamptz: &key.created_at,
            ", " => Timestamptz: &key.signs_from,
            " WHERE (SELECT id FROM signing_keys ORDER BY signs_from DESC, id DESC LIMIT 1) \
             IS NOT DISTINCT FROM " => Nullable<Text>: self.after,
            " RETURNING id), \
             gone AS (DELETE FROM signing_keys USING changed WHERE signing_keys.id = ANY(" => Array<Text>: self.dead,
            "))",
        );
        Ok(())
    }
}
