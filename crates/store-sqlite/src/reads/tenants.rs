//! Reads of tenants and their settings.

use diesel::prelude::*;
use roster_application::ports::store::StoreError;
use roster_domain::id::TenantId;
use roster_domain::settings::Settings;
use roster_domain::tenant::Tenant;
use roster_domain::text::TenantSlug;

use crate::errors::store_error;
use crate::rows::role::RoleColumns;
use crate::rows::tenant::{SettingsRow, TenantRow};
use crate::rows::values::Id;
use crate::schema::{roles, settings, tenants};

pub(crate) fn by_slug(
    connection: &mut SqliteConnection,
    slug: &TenantSlug,
) -> Result<Option<Tenant>, StoreError> {
    let query = tenants::table
        .filter(tenants::slug.eq(slug.as_str()))
        .select(TenantRow::as_select());
    let row = query.first(connection).optional().map_err(store_error)?;
    row.map(TenantRow::tenant).transpose()
}

pub(crate) fn all(connection: &mut SqliteConnection) -> Result<Vec<Tenant>, StoreError> {
    let query = tenants::table
        .order(tenants::slug)
        .select(TenantRow::as_select());
    let rows = query.load(connection).map_err(store_error)?;
    rows.into_iter().map(TenantRow::tenant).collect()
}

pub(crate) fn settings(
    connection: &mut SqliteConnection,
    tenant: TenantId,
) -> Result<Option<Settings>, StoreError> {
    let query = settings::table
        .inner_join(roles::table.on(roles::id.eq(settings::default_role_id)))
        .filter(settings::tenant_id.eq(Id(tenant.uuid())))
        .select((
            SettingsRow::as_select(),
            (roles::id, roles::name, roles::is_admin),
        ));
    let row = query
        .first::<(SettingsRow, RoleColumns)>(connection)
        .optional();
    row.map_err(store_error)?
        .map(|(row, role)| row.settings(role))
        .transpose()
}
