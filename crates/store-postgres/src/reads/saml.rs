//! Reads of SAML settings and of the checks of the provider's metadata.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_application::ports::store::{MetadataCheck, StoreError};
use roster_domain::id::TenantId;
use roster_domain::saml_settings::SamlSettings;

use crate::errors::store_error;
use crate::rows::saml::{MetadataCheckRow, SamlSettingsRow};
use crate::schema::{saml_metadata_checks, saml_settings};

pub(crate) async fn settings(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
) -> Result<SamlSettings, StoreError> {
    let query = saml_settings::table
        .filter(saml_settings::tenant_id.eq(tenant.uuid()))
        .select(SamlSettingsRow::as_select());
    let row = query
        .first(connection)
        .await
        .optional()
        .map_err(store_error)?;
    row.map_or_else(|| Ok(SamlSettings::unwritten()), SamlSettingsRow::settings)
}

pub(crate) async fn metadata_check(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
) -> Result<Option<MetadataCheck>, StoreError> {
    let query = saml_metadata_checks::table
        .filter(saml_metadata_checks::tenant_id.eq(tenant.uuid()))
        .select(MetadataCheckRow::as_select());
    let row = query
        .first(connection)
        .await
        .optional()
        .map_err(store_error)?;
    Ok(row.map(MetadataCheckRow::check))
}
