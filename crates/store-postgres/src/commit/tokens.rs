//! Writes of API tokens. When a token was last used is not among them: see `token_uses`.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::AstPass;
use diesel::sql_types::{BigInt, Bytea, Jsonb, Nullable, Text, Timestamptz, Uuid};

use super::recorded::{WriteSql, push_sql};
use crate::rows::token::TokenRow;

/// A new token.
pub(crate) struct Create(pub(crate) TokenRow);

impl WriteSql for Create {
    type Statement = Self;

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let token = &self.0;
        push_sql!(out,
            "changed AS (INSERT INTO api_tokens (id, tenant_id, name, permissions, \
             allowed_networks, expires_at, hash, previous_hash, previous_valid_until, \
             created_by_kind, created_by_name, created_at, updated_at, revoked_at, last_used_at, \
             last_used_from, version) VALUES (" => Uuid: &token.id,
            ", " => Uuid: &token.tenant_id,
            ", " => Text: &token.name,
            ", " => Jsonb: &token.permissions,
            ", " => Jsonb: &token.allowed_networks,
            ", " => Nullable<Timestamptz>: &token.expires_at,
            ", " => Bytea: &token.hash,
            ", " => Nullable<Bytea>: &token.previous_hash,
            ", " => Nullable<Timestamptz>: &token.previous_valid_until,
            ", " => Text: &token.created_by_kind,
            ", " => Text: &token.created_by_name,
            ", " => Timestamptz: &token.created_at,
            ", " => Timestamptz: &token.updated_at,
            ", " => Nullable<Timestamptz>: &token.revoked_at,
            ", " => Nullable<Timestamptz>: &token.last_used_at,
            ", " => Nullable<Text>: &token.last_used_from,
            ", " => BigInt: &token.version,
            ") RETURNING id)",
        );
        Ok(())
    }
}

/// A changed, rotated or revoked token.
pub(crate) struct Update {
    pub(crate) token: TokenRow,
    pub(crate) decided_on: i64,
}

impl WriteSql for Update {
    type Statement = Self;

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let token = &self.token;
        push_sql!(out,
            "changed AS (UPDATE api_tokens SET name = " => Text: &token.name,
            ", permissions = " => Jsonb: &token.permissions,
            ", allowed_networks = " => Jsonb: &token.allowed_networks,
            ", expires_at = " => Nullable<Timestamptz>: &token.expires_at,
            ", hash = " => Bytea: &token.hash,
            ", previous_hash = " => Nullable<Bytea>: &token.previous_hash,
            ", previous_valid_until = " => Nullable<Timestamptz>: &token.previous_valid_until,
            ", updated_at = " => Timestamptz: &token.updated_at,
            ", revoked_at = " => Nullable<Timestamptz>: &token.revoked_at,
            ", version = " => BigInt: &token.version,
            " WHERE tenant_id = " => Uuid: &token.tenant_id,
            " AND id = " => Uuid: &token.id,
            " AND version = " => BigInt: &self.decided_on,
            " RETURNING id)",
        );
        Ok(())
    }
}
