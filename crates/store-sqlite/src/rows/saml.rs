//! SAML settings and the checks of the provider's metadata, as the tables `saml_settings` and
//! `saml_metadata_checks` hold them.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use roster_application::ports::store::{MetadataCheck, StoreError};
use roster_domain::id::{TenantId, Version};
use roster_domain::saml_settings::SamlSettings;
use roster_store_kit::columns;
use serde_json::Value;

use super::values::{Id, Micros};
use crate::schema::{saml_metadata_checks, saml_settings};

/// The columns of a tenant's SAML settings, as they are read and written.
#[derive(Queryable, Selectable)]
#[diesel(table_name = saml_settings, check_for_backend(Sqlite))]
pub(crate) struct SamlSettingsRow {
    pub(crate) tenant_id: Id,
    pub(crate) document: Value,
    pub(crate) version: i64,
    pub(crate) updated_at: Micros,
}

impl SamlSettingsRow {
    pub(crate) fn new(tenant: TenantId, settings: &SamlSettings) -> Self {
        Self {
            tenant_id: Id(tenant.uuid()),
            document: columns::saml_settings_to_json(settings),
            version: settings.version.number(),
            updated_at: Micros(settings.updated_at),
        }
    }

    /// The settings of this row.
    pub(crate) fn settings(self) -> Result<SamlSettings, StoreError> {
        let version = Version::new(self.version);
        columns::saml_settings_from_json(&self.document, version, self.updated_at.0)
    }
}

/// The columns of the last check of the provider's metadata.
#[derive(Queryable, Selectable)]
#[diesel(table_name = saml_metadata_checks, check_for_backend(Sqlite))]
pub(crate) struct MetadataCheckRow {
    checked_at: Micros,
    problem: Option<String>,
}

impl MetadataCheckRow {
    /// The check of this row.
    pub(crate) fn check(self) -> MetadataCheck {
        MetadataCheck {
            at: self.checked_at.0,
            problem: self.problem,
        }
    }
}
