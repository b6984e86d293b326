//! Reads of API tokens.

use diesel::prelude::*;
use roster_application::ports::store::StoreError;
use roster_domain::id::{TenantId, TokenId};
use roster_domain::token::ApiToken;
use roster_domain::token::value::TokenHash;
use roster_store_kit::columns;

use crate::errors::store_error;
use crate::rows::token::TokenRow;
use crate::rows::values::Id;
use crate::schema::api_tokens;

pub(crate) fn all(
    connection: &mut SqliteConnection,
    tenant: TenantId,
) -> Result<Vec<ApiToken>, StoreError> {
    let query = api_tokens::table
        .filter(api_tokens::tenant_id.eq(Id(tenant.uuid())))
        .filter(api_tokens::revoked_at.is_null())
        .order((api_tokens::created_at, api_tokens::id))
        .select(TokenRow::as_select());
    let rows = query.load(connection).map_err(store_error)?;
    rows.into_iter().map(TokenRow::token).collect()
}

/// The tokens of that folded name, revoked ones too.
pub(crate) fn named(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    folded: &str,
) -> Result<Vec<TokenId>, StoreError> {
    let query = api_tokens::table
        .filter(api_tokens::tenant_id.eq(Id(tenant.uuid())))
        .order((api_tokens::created_at, api_tokens::id))
        .select((api_tokens::id, api_tokens::name));
    let rows = query.load::<(Id, String)>(connection);
    let rows = rows.map_err(store_error)?.into_iter();
    let tokens = rows.map(|(Id(token), name)| (token, name));
    Ok(columns::tokens_named(tokens, folded))
}

pub(crate) fn by_id(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    id: TokenId,
) -> Result<Option<ApiToken>, StoreError> {
    let query = api_tokens::table
        .filter(api_tokens::tenant_id.eq(Id(tenant.uuid())))
        .filter(api_tokens::id.eq(Id(id.uuid())))
        .select(TokenRow::as_select());
    let row = query.first(connection).optional().map_err(store_error)?;
    row.map(TokenRow::token).transpose()
}

pub(crate) fn by_hash(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    hash: &TokenHash,
) -> Result<Option<ApiToken>, StoreError> {
    let hash = hash.as_bytes().as_slice();
    // The tenant is asked for on both sides of the OR: beside it, it would tempt SQLite to walk
    // all tokens of the tenant.
    let here = api_tokens::tenant_id.eq(Id(tenant.uuid()));
    let present = api_tokens::hash.eq(hash).and(here);
    let previous = api_tokens::previous_hash.eq(hash).and(here.nullable());
    let query = api_tokens::table
        .filter(present.nullable().or(previous))
        .select(TokenRow::as_select());
    let row = query.first(connection).optional().map_err(store_error)?;
    row.map(TokenRow::token).transpose()
}
