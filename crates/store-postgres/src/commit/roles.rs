//! Writes of roles.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::AstPass;
use diesel::sql_types::{BigInt, Bool, Jsonb, Text, Timestamptz, Uuid};

use super::recorded::{WriteSql, push_sql};
use crate::rows::role::RoleRow;

/// A new role.
pub(crate) struct Create(pub(crate) RoleRow);

impl WriteSql for Create {
    type Statement = Self;

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let role = &self.0;
        push_sql!(out,
            "changed AS (INSERT INTO roles (id, tenant_id, name, name_key, permissions, is_admin, \
             version, created_at, updated_at) VALUES (" => Uuid: &role.id,
            ", " => Uuid: &role.tenant_id,
            ", " => Text: &role.name,
            ", " => Text: &role.name_key,
            ", " => Jsonb: &role.permissions,
            ", " => Bool: &role.is_admin,
            ", " => BigInt: &role.version,
            ", " => Timestamptz: &role.created_at,
            ", " => Timestamptz: &role.updated_at,
            ") RETURNING id)",
        );
        Ok(())
    }
}

/// A changed role. Whether it is the Admin role never changes.
pub(crate) struct Update {
    pub(crate) role: RoleRow,
    pub(crate) decided_on: i64,
}

impl WriteSql for Update {
    type Statement = Self;

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let role = &self.role;
        push_sql!(out,
            "changed AS (UPDATE roles SET name = " => Text: &role.name,
            ", name_key = " => Text: &role.name_key,
            ", permissions = " => Jsonb: &role.permissions,
            ", version = " => BigInt: &role.version,
            ", updated_at = " => Timestamptz: &role.updated_at,
            " WHERE tenant_id = " => Uuid: &role.tenant_id,
            " AND id = " => Uuid: &role.id,
            " AND version = " => BigInt: &self.decided_on,
            " RETURNING id)",
        );
        Ok(())
    }
}

/// A deleted role.
pub(crate) struct Delete {
    pub(crate) tenant_id: uuid::Uuid,
    pub(crate) id: uuid::Uuid,
    pub(crate) decided_on: i64,
}

impl WriteSql for Delete {
    type Statement = Self;

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_sql!(out,
            "changed AS (DELETE FROM roles WHERE tenant_id = " => Uuid: &self.tenant_id,
            " AND id = " => Uuid: &self.id,
            " AND version = " => BigInt: &self.decided_on,
            " RETURNING id)",
        );
        Ok(())
    }
}
