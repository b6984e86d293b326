//! Reads of signing keys.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_application::ports::store::StoreError;
use roster_domain::signing_key::SigningKey;

use crate::errors::store_error;
use crate::rows::signing_key::SigningKeyRow;
use crate::schema::signing_keys;

pub(crate) async fn all(connection: &mut AsyncPgConnection) -> Result<Vec<SigningKey>, StoreError> {
    let query = signing_keys::table
        .order((signing_keys::signs_from, signing_keys::id))
        .select(SigningKeyRow::as_select());
    let rows = query.load(connection).await.map_err(store_error)?;
    Ok(rows.into_iter().map(SigningKeyRow::key).collect())
}
