//! Writes of API tokens. When a token was last used is not among them: see `token_uses`.

use diesel::sql_types::{BigInt, Binary, Json, Nullable, Text};

use crate::rows::token::TokenRow;
use crate::statement::statement;

statement! {
    /// A new token.
    Create<'a>(token: &'a TokenRow) {
        "INSERT INTO api_tokens (id, tenant_id, name, permissions, allowed_networks, expires_at, \
         hash, previous_hash, previous_valid_until, created_by_kind, created_by_name, created_at, \
         updated_at, revoked_at, last_used_at, last_used_from, version) VALUES (" => Binary: &token.id,
        ", " => Binary: &token.tenant_id,
        ", " => Text: &token.name,
        ", " => Json: &token.permissions,
        ", " => Json: &token.allowed_networks,
        ", " => Nullable<BigInt>: &token.expires_at,
        ", " => Binary: &token.hash,
        ", " => Nullable<Binary>: &token.previous_hash,
        ", " => Nullable<BigInt>: &token.previous_valid_until,
        ", " => Text: &token.created_by_kind,
        ", " => Text: &token.created_by_name,
        ", " => BigInt: &token.created_at,
        ", " => BigInt: &token.updated_at,
        ", " => Nullable<BigInt>: &token.revoked_at,
        ", " => Nullable<BigInt>: &token.last_used_at,
        ", " => Nullable<Text>: &token.last_used_from,
        ", " => BigInt: &token.version,
        ")",
    }
}

statement! {
    /// A changed, rotated or revoked token.
    Update<'a>(token: &'a TokenRow, decided_on: i64) {
        "UPDATE api_tokens SET name = " => Text: &token.name,
        ", permissions = " => Json: &token.permissions,
        ", allowed_networks = " => Json: &token.allowed_networks,
        ", expires_at = " => Nullable<BigInt>: &token.expires_at,
        ", hash = " => Binary: &token.hash,
        ", previous_hash = " => Nullable<Binary>: &token.previous_hash,
        ", previous_valid_until = " => Nullable<BigInt>: &token.previous_valid_until,
        ", updated_at = " => BigInt: &token.updated_at,
        ", revoked_at = " => Nullable<BigInt>: &token.revoked_at,
        ", version = " => BigInt: &token.version,
        " WHERE tenant_id = " => Binary: &token.tenant_id,
        " AND id = " => Binary: &token.id,
        " AND version = " => BigInt: decided_on,
    }
}
