//! Signing keys as the table `signing_keys` holds them.

use diesel::pg::Pg;
use diesel::prelude::*;
use roster_domain::secret::Sealed;
use roster_domain::signing_key::SigningKey;
use time::OffsetDateTime;

use crate::schema::signing_keys;

/// The columns of a signing key.
#[derive(Queryable, Selectable)]
#[diesel(table_name = signing_keys, check_for_backend(Pg))]
pub(crate) struct SigningKeyRow {
    id: String,
    public_jwk: String,
    private_key: Vec<u8>,
    created_at: OffsetDateTime,
    signs_from: OffsetDateTime,
}

impl SigningKeyRow {
    /// The key of this row.
    pub(crate) fn key(self) -> SigningKey {
        SigningKey {
            id: self.id,
            public_jwk: self.public_jwk,
            private_key: Sealed::new(self.private_key),
            created_at: self.created_at,
            signs_from: self.signs_from,
        }
    }
}
