//! Reads of API tokens.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_application::ports::store::StoreError;
use roster_domain::id::{TenantId, TokenId};
use roster_domain::token::ApiToken;
use roster_domain::token::value::TokenHash;
use roster_store_kit::columns;
use uuid::Uuid;

use crate::errors::store_error;
use crate::rows::token::TokenRow;
use crate::schema::api_tokens;

pub(crate) async fn all(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
) -> Result<Vec<ApiToken>, StoreError> {
    let query = api_tokens::table
        .filter(api_tokens::tenant_id.eq(tenant.uuid()))
        .filter(api_tokens::revoked_at.is_null())
        .order((api_tokens::created_at, api_tokens::id))
        .select(TokenRow::as_select());
    let rows = query.load(connection).await.map_err(store_error)?;
    rows.into_iter().map(TokenRow::token).collect()
}

/// The tokens of that folded name, revoked ones too.
pub(crate) async fn named(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    folded: &str,
) -> Result<Vec<TokenId>, StoreError> {
    let query = api_tokens::table
        .filter(api_tokens::tenant_id.eq(tenant.uuid()))
        .order((api_tokens::created_at, api_tokens::id))
        .select((api_tokens::id, api_tokens::name));
    let rows = query.load::<(Uuid, String)>(connection).await;
    Ok(columns::tokens_named(rows.map_err(store_error)?, folded))
}

pub(crate) async fn by_id(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    id: TokenId,
) -> Result<Option<ApiToken>, StoreError> {
    let query = api_tokens::table
        .filter(api_tokens::tenant_id.eq(tenant.uuid()))
        .filter(api_tokens::id.eq(id.uuid()))
        .select(TokenRow::as_select());
    let row = query
        .first(connection)
        .await
        .optional()
        .map_err(store_error)?;
    row.map(TokenRow::token).transpose()
}

pub(crate) async fn by_hash(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    hash: &TokenHash,
) -> Result<Option<ApiToken>, StoreError> {
    let hash = hash.as_bytes().as_slice();
    let query = api_tokens::table
        .filter(
            api_tokens::hash
                .eq(hash)
                .or(api_tokens::previous_hash.eq(hash)),
        )
        .filter(api_tokens::tenant_id.eq(tenant.uuid()))
        .select(TokenRow::as_select());
    let row = query
        .first(connection)
        .await
        .optional()
        .map_err(store_error)?;
    row.map(TokenRow::token).transpose()
}
