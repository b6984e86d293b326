//! The keys that sign the tokens of sessions, as the table `signing_keys` holds them.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use roster_domain::secret::Sealed;
use roster_domain::signing_key::SigningKey;

use super::values::Micros;
use crate::schema::signing_keys;

/// The columns of a key, as they are read and written.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys, check_for_backend(Sqlite))]
pub(crate) struct SigningKeyRow {
    id: String,
    public_jwk: String,
    private_key: Vec<u8>,
    created_at: Micros,
    signs_from: Micros,
}

impl SigningKeyRow {
    pub(crate) fn new(key: &SigningKey) -> Self {
        Self {
            id: key.id.clone(),
            public_jwk: key.public_jwk.clone(),
            private_key: key.private_key.as_bytes().to_vec(),
            created_at: Micros(key.created_at),
            signs_from: Micros(key.signs_from),
        }
    }

    /// The key of this row.
    pub(crate) fn key(self) -> SigningKey {
        SigningKey {
            id: self.id,
            public_jwk: self.public_jwk,
            private_key: Sealed::new(self.private_key),
            created_at: self.created_at.0,
            signs_from: self.signs_from.0,
        }
    }
}
