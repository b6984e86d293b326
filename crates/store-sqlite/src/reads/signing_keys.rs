//! Reads of the keys that sign the tokens of sessions.

use diesel::prelude::*;
use roster_application::ports::store::StoreError;
use roster_domain::signing_key::SigningKey;

use crate::errors::store_error;
use crate::rows::signing_key::SigningKeyRow;
use crate::schema::signing_keys;

/// Every key, in the order in which they sign.
pub(crate) fn all(connection: &mut SqliteConnection) -> Result<Vec<SigningKey>, StoreError> {
    let query = signing_keys::table
        .order((signing_keys::signs_from, signing_keys::id))
        .select(SigningKeyRow::as_select());
    let rows = query.load(connection).map_err(store_error)?;
    Ok(rows.into_iter().map(SigningKeyRow::key).collect())
}
