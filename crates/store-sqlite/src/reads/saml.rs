//! Reads of SAML settings, and of what came of the last check of the provider's metadata.

use diesel::prelude::*;
use roster_application::ports::store::{MetadataCheck, StoreError};
use roster_domain::id::TenantId;
use roster_domain::saml_settings::SamlSettings;

use crate::errors::store_error;
use crate::rows::saml::{MetadataCheckRow, SamlSettingsRow};
use crate::rows::values::Id;
use crate::schema::{saml_metadata_checks, saml_settings};

pub(crate) fn settings(
    connection: &mut SqliteConnection,
    tenant: TenantId,
) -> Result<SamlSettings, StoreError> {
    let query = saml_settings::table
        .find(Id(tenant.uuid()))
        .select(SamlSettingsRow::as_select());
    let row = query.first(connection).optional().map_err(store_error)?;
    row.map_or_else(|| Ok(SamlSettings::unwritten()), SamlSettingsRow::settings)
}

pub(crate) fn metadata_check(
    connection: &mut SqliteConnection,
    tenant: TenantId,
) -> Result<Option<MetadataCheck>, StoreError> {
    let query = saml_metadata_checks::table
        .find(Id(tenant.uuid()))
        .select(MetadataCheckRow::as_select());
    let row = query.first(connection).optional().map_err(store_error)?;
    Ok(row.map(MetadataCheckRow::check))
}
