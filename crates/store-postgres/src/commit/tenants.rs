//! Writes of tenants and their settings.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::AstPass;
use diesel::sql_types::{BigInt, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_domain::role::Role;
use roster_domain::settings::Settings;
use roster_domain::tenant::Tenant;

use super::recorded::{WriteSql, push_sql};
use crate::rows::role::RoleRow;
use crate::rows::tenant::{SettingsRow, TenantRow};
use crate::schema::{roles, settings, tenants};

/// Inserts a tenant with its first roles and settings. Four statements (the fourth is the audit
/// record's): the caller has begun a transaction.
pub(crate) async fn create(
    connection: &mut AsyncPgConnection,
    tenant: &Tenant,
    first_roles: &[Role],
    first_settings: &Settings,
) -> QueryResult<()> {
    diesel::insert_into(tenants::table)
        .values(TenantRow::new(tenant))
        .execute(connection)
        .await?;
    let rows: Vec<RoleRow> = first_roles
        .iter()
        .map(|role| RoleRow::new(tenant.id, role))
        .collect();
    diesel::insert_into(roles::table)
        .values(rows)
        .execute(connection)
        .await?;
    diesel::insert_into(settings::table)
        .values(SettingsRow::new(tenant.id, first_settings))
        .execute(connection)
        .await?;
    Ok(())
}

/// Changed settings.
pub(crate) struct Update {
    pub(crate) settings: SettingsRow,
    pub(crate) decided_on: i64,
}

impl WriteSql for Update {
    type Statement = Self;

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let settings = &self.settings;
        push_sql!(out,
            "changed AS (UPDATE settings SET scim_role_attribute = " => Text: &settings.scim_role_attribute,
            ", default_role_id = " => Uuid: &settings.default_role_id,
            ", version = " => BigInt: &settings.version,
            ", updated_at = " => Timestamptz: &settings.updated_at,
            " WHERE tenant_id = " => Uuid: &settings.tenant_id,
            " AND version = " => BigInt: &self.decided_on,
            " RETURNING tenant_id)",
        );
        Ok(())
    }
}
