//! Writes of tenants and their settings.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use roster_domain::role::Role;
use roster_domain::settings::Settings;
use roster_domain::tenant::Tenant;

use crate::rows::role::RoleRow;
use crate::rows::tenant::{SettingsRow, TenantRow};
use crate::schema::{roles, settings, tenants};
use crate::statement::statement;

/// Inserts a tenant with its first roles and settings.
pub(crate) fn create(
    connection: &mut SqliteConnection,
    tenant: &Tenant,
    first_roles: &[Role],
    first_settings: &Settings,
) -> QueryResult<usize> {
    diesel::insert_into(tenants::table)
        .values(TenantRow::new(tenant))
        .execute(connection)?;
    for role in first_roles {
        diesel::insert_into(roles::table)
            .values(RoleRow::new(tenant.id, role))
            .execute(connection)?;
    }
    diesel::insert_into(settings::table)
        .values(SettingsRow::new(tenant.id, first_settings))
        .execute(connection)
}

statement! {
    /// Changed settings.
    UpdateSettings<'a>(settings: &'a SettingsRow, decided_on: i64) {
        "UPDATE settings SET scim_role_attribute = " => Text: &settings.scim_role_attribute,
        ", default_role_id = " => Binary: &settings.default_role_id,
        ", version = " => BigInt: &settings.version,
        ", updated_at = " => BigInt: &settings.updated_at,
        " WHERE tenant_id = " => Binary: &settings.tenant_id,
        " AND version = " => BigInt: decided_on,
    }
}
