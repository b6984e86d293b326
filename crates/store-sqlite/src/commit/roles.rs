//! Writes of roles.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Json, Text};
use roster_domain::id::{RoleId, TenantId, Version};

use crate::rows::role::RoleRow;
use crate::rows::values::Id;
use crate::schema::roles;
use crate::statement::statement;

statement! {
    /// A new role.
    Create<'a>(role: &'a RoleRow) {
        "INSERT INTO roles (id, tenant_id, name, name_key, permissions, is_admin, version, \
         created_at, updated_at) VALUES (" => Binary: &role.id,
        ", " => Binary: &role.tenant_id,
        ", " => Text: &role.name,
        ", " => Text: &role.name_key,
        ", " => Json: &role.permissions,
        ", " => Bool: &role.is_admin,
        ", " => BigInt: &role.version,
        ", " => BigInt: &role.created_at,
        ", " => BigInt: &role.updated_at,
        ")",
    }
}

statement! {
    /// A changed role. Whether it is the Admin role never changes.
    Update<'a>(role: &'a RoleRow, decided_on: i64) {
        "UPDATE roles SET name = " => Text: &role.name,
        ", name_key = " => Text: &role.name_key,
        ", permissions = " => Json: &role.permissions,
        ", version = " => BigInt: &role.version,
        ", updated_at = " => BigInt: &role.updated_at,
        " WHERE tenant_id = " => Binary: &role.tenant_id,
        " AND id = " => Binary: &role.id,
        " AND version = " => BigInt: decided_on,
    }
}

/// Deletes a role.
pub(crate) fn delete(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    role: RoleId,
    decided_on: Version,
) -> QueryResult<usize> {
    let role = roles::table
        .filter(roles::tenant_id.eq(Id(tenant.uuid())))
        .filter(roles::id.eq(Id(role.uuid())))
        .filter(roles::version.eq(decided_on.number()));
    diesel::delete(role).execute(connection)
}
