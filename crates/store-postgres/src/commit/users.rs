//! Writes of people.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::AstPass;
use diesel::sql_types::{BigInt, Bool, Bytea, Nullable, Text, Timestamptz, Uuid};
use roster_domain::id::Version;

use super::recorded::{WriteSql, push_sql};
use crate::rows::user::UserColumns;

/// A new person, counted in the tenant.
pub(crate) struct Create<'a>(pub(crate) UserColumns<'a>);

impl WriteSql for Create<'_> {
    type Statement = Create<'static>;

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let user = &self.0;
        push_sql!(out,
            "changed AS (INSERT INTO users (id, tenant_id, user_name, user_name_key, email, \
             email_key, given_name, family_name, external_id, active, role_id, pending_role_id, \
             version, created_at, updated_at, search_key, idp_entity_id, name_id, identity_key, \
             session_epoch) VALUES (" => Uuid: &user.id,
            ", " => Uuid: &user.tenant_id,
            ", " => Text: user.user_name,
            ", " => Text: &user.user_name_key,
            ", " => Text: user.email,
            ", " => Text: &user.email_key,
            ", " => Text: user.given_name,
            ", " => Text: user.family_name,
            ", " => Nullable<Text>: &user.external_id,
            ", " => Bool: &user.active,
            ", " => Uuid: &user.role_id,
            ", " => Nullable<Uuid>: &user.pending_role_id,
            ", " => BigInt: &user.version,
            ", " => Timestamptz: &user.created_at,
            ", " => Timestamptz: &user.updated_at,
            ", " => Text: &user.search_key,
            ", " => Nullable<Text>: &user.idp_entity_id,
            ", " => Nullable<Text>: &user.name_id,
            ", " => Nullable<Bytea>: &user.identity_key,
            ", " => BigInt: &user.session_epoch,
            ") RETURNING tenant_id), \
             counted AS (UPDATE tenants SET user_count = user_count + 1 FROM changed \
             WHERE tenants.id = changed.tenant_id)",
        );
        Ok(())
    }
}

/// A changed person.
pub(crate) struct Update<'a> {
    pub(crate) user: UserColumns<'a>,
    pub(crate) decided_on: i64,
}

impl<'a> Update<'a> {
    pub(crate) const fn new(user: UserColumns<'a>, decided_on: Version) -> Self {
        Self {
            user,
            decided_on: decided_on.number(),
        }
    }
}

impl WriteSql for Update<'_> {
    type Statement = Update<'static>;

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let user = &self.user;
        push_sql!(out,
            "changed AS (UPDATE users SET user_name = " => Text: user.user_name,
            ", user_name_key = " => Text: &user.user_name_key,
            ", email = " => Text: user.email,
            ", email_key = " => Text: &user.email_key,
            ", given_name = " => Text: user.given_name,
            ", family_name = " => Text: user.family_name,
            ", external_id = " => Nullable<Text>: &user.external_id,
            ", active = " => Bool: &user.active,
            ", role_id = " => Uuid: &user.role_id,
            ", pending_role_id = " => Nullable<Uuid>: &user.pending_role_id,
            ", version = " => BigInt: &user.version,
            ", updated_at = " => Timestamptz: &user.updated_at,
            ", search_key = " => Text: &user.search_key,
            ", idp_entity_id = " => Nullable<Text>: &user.idp_entity_id,
            ", name_id = " => Nullable<Text>: &user.name_id,
            ", identity_key = " => Nullable<Bytea>: &user.identity_key,
            ", session_epoch = " => BigInt: &user.session_epoch,
            " WHERE tenant_id = " => Uuid: &user.tenant_id,
            " AND id = " => Uuid: &user.id,
            " AND version = " => BigInt: &self.decided_on,
            " RETURNING id)",
        );
        Ok(())
    }
}
