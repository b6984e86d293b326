//! API tokens as the table `api_tokens` holds them.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use roster_application::ports::store::StoreError;
use roster_domain::id::{TenantId, TokenId, Version};
use roster_domain::text::TokenName;
use roster_domain::token::{ApiToken, Creator};
use roster_store_kit::columns::{self, text};
use serde_json::Value;

use super::values::{Id, Micros};
use crate::schema::api_tokens;

/// The columns of a token, as they are read and written.
#[derive(Queryable, Selectable)]
#[diesel(table_name = api_tokens, check_for_backend(Sqlite))]
pub(crate) struct TokenRow {
    pub(crate) id: Id,
    pub(crate) tenant_id: Id,
    pub(crate) name: String,
    pub(crate) permissions: Value,
    pub(crate) allowed_networks: Value,
    pub(crate) expires_at: Option<Micros>,
    pub(crate) hash: Vec<u8>,
    pub(crate) previous_hash: Option<Vec<u8>>,
    pub(crate) previous_valid_until: Option<Micros>,
    pub(crate) created_by_kind: String,
    pub(crate) created_by_name: String,
    pub(crate) created_at: Micros,
    pub(crate) updated_at: Micros,
    pub(crate) revoked_at: Option<Micros>,
    pub(crate) last_used_at: Option<Micros>,
    pub(crate) last_used_from: Option<String>,
    pub(crate) version: i64,
}

impl TokenRow {
    pub(crate) fn new(tenant: TenantId, token: &ApiToken) -> Self {
        let (previous, last_used) = (token.previous.as_ref(), token.last_used.as_ref());
        Self {
            id: Id(token.id.uuid()),
            tenant_id: Id(tenant.uuid()),
            name: token.name.to_string(),
            permissions: columns::permissions_to_json(&token.permissions),
            allowed_networks: columns::networks_to_json(&token.allowed_networks),
            expires_at: token.expires_at.map(Micros),
            hash: token.hash.as_bytes().to_vec(),
            previous_hash: previous.map(|value| value.hash.as_bytes().to_vec()),
            previous_valid_until: previous.map(|value| Micros(value.valid_until)),
            created_by_kind: token.created_by.kind.clone(),
            created_by_name: token.created_by.name.clone(),
            created_at: Micros(token.created_at),
            updated_at: Micros(token.updated_at),
            revoked_at: token.revoked_at.map(Micros),
            last_used_at: last_used.map(|last| Micros(last.at)),
            last_used_from: last_used
                .and_then(|last| last.from)
                .map(|from| from.to_string()),
            version: token.version.number(),
        }
    }

    /// The token of this row.
    pub(crate) fn token(self) -> Result<ApiToken, StoreError> {
        let (hash, until) = (
            self.previous_hash.as_deref(),
            self.previous_valid_until.map(|at| at.0),
        );
        let (used_at, used_from) = (
            self.last_used_at.map(|at| at.0),
            self.last_used_from.as_deref(),
        );
        Ok(ApiToken {
            id: TokenId::new(self.id.0),
            name: text("api_tokens.name", &self.name, TokenName::new)?,
            permissions: columns::permissions_from_json(&self.permissions)?,
            allowed_networks: columns::networks_from_json(&self.allowed_networks)?,
            expires_at: self.expires_at.map(|at| at.0),
            hash: columns::hash_from_column("api_tokens.hash", &self.hash)?,
            previous: columns::previous_from_columns(hash, until)?,
            created_by: Creator {
                kind: self.created_by_kind,
                name: self.created_by_name,
            },
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
            revoked_at: self.revoked_at.map(|at| at.0),
            last_used: columns::last_use_from_columns(used_at, used_from)?,
            version: Version::new(self.version),
        })
    }
}
