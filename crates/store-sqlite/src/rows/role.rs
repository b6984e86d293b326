//! Roles as the table `roles` holds them.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use roster_application::ports::store::StoreError;
use roster_domain::id::{RoleId, TenantId, Version};
use roster_domain::role::{Role, RoleRef};
use roster_domain::text::RoleName;
use roster_store_kit::columns::{self, text};
use serde_json::Value;

use super::values::{Id, Micros};
use crate::schema::roles;

/// Id, name and `is_admin`: what other records show of a role.
pub(crate) type RoleColumns = (Id, String, bool);

/// The reference of these columns.
pub(crate) fn role_ref((id, name, is_admin): RoleColumns) -> Result<RoleRef, StoreError> {
    columns::role_ref(id.0, &name, is_admin)
}

/// The columns of a role, as they are read and written.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = roles, check_for_backend(Sqlite))]
pub(crate) struct RoleRow {
    pub(crate) id: Id,
    pub(crate) tenant_id: Id,
    pub(crate) name: String,
    pub(crate) name_key: String,
    pub(crate) permissions: Value,
    pub(crate) is_admin: bool,
    pub(crate) version: i64,
    pub(crate) created_at: Micros,
    pub(crate) updated_at: Micros,
}

impl RoleRow {
    pub(crate) fn new(tenant: TenantId, role: &Role) -> Self {
        Self {
            id: Id(role.id.uuid()),
            tenant_id: Id(tenant.uuid()),
            name: role.name.to_string(),
            name_key: role.name.folded(),
            permissions: columns::permissions_to_json(&role.permissions),
            is_admin: role.is_admin,
            version: role.version.number(),
            created_at: Micros(role.created_at),
            updated_at: Micros(role.updated_at),
        }
    }

    /// The role of this row.
    pub(crate) fn role(self) -> Result<Role, StoreError> {
        Ok(Role {
            id: RoleId::new(self.id.0),
            name: text("roles.name", &self.name, RoleName::new)?,
            permissions: columns::role_permissions_from_json(self.is_admin, &self.permissions)?,
            is_admin: self.is_admin,
            version: Version::new(self.version),
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        })
    }
}
