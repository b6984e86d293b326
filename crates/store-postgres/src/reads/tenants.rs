//! Reads of tenants and their settings.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_application::ports::store::StoreError;
use roster_domain::id::TenantId;
use roster_domain::settings::Settings;
use roster_domain::tenant::Tenant;
use roster_domain::text::TenantSlug;

use crate::errors::store_error;
use crate::rows::role::RoleColumns;
use crate::rows::tenant::{SettingsRow, TenantRow};
use crate::schema::{roles, settings, tenants};

pub(crate) async fn by_slug(
    connection: &mut AsyncPgConnection,
    slug: &TenantSlug,
) -> Result<Option<Tenant>, StoreError> {
    let query = tenants::table
        .filter(tenants::slug.eq(slug.as_str()))
        .select(TenantRow::as_select());
    let row = query
        .first(connection)
        .await
        .optional()
        .map_err(store_error)?;
    row.map(TenantRow::tenant).transpose()
}

pub(crate) async fn all(connection: &mut AsyncPgConnection) -> Result<Vec<Tenant>, StoreError> {
    let query = tenants::table
        .order(tenants::slug)
        .select(TenantRow::as_select());
    let rows = query.load(connection).await.map_err(store_error)?;
    rows.into_iter().map(TenantRow::tenant).collect()
}

pub(crate) async fn settings(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
) -> Result<Option<Settings>, StoreError> {
    let query = settings::table
        .inner_join(roles::table.on(roles::id.eq(settings::default_role_id)))
        .filter(settings::tenant_id.eq(tenant.uuid()))
        .select((
            SettingsRow::as_select(),
            (roles::id, roles::name, roles::is_admin),
        ));
    let row = query
        .first::<(SettingsRow, RoleColumns)>(connection)
        .await
        .optional();
    row.map_err(store_error)?
        .map(|(row, role)| row.settings(role))
        .transpose()
}
