//! SAML settings and the checks of the provider's metadata, as the tables `saml_settings` and
//! `saml_metadata_checks` hold them.

use diesel::pg::Pg;
use diesel::prelude::*;
use roster_application::ports::store::{MetadataCheck, StoreError};
use roster_domain::id::{TenantId, Version};
use roster_domain::saml_settings::SamlSettings;
use roster_store_kit::columns::saml_settings::{saml_settings_from_json, saml_settings_to_json};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::storable::make_json_storable;
use crate::schema::{saml_metadata_checks, saml_settings};

/// The columns of a tenant's SAML settings, as they are read and written.
#[derive(Queryable, Selectable)]
#[diesel(table_name = saml_settings, check_for_backend(Pg))]
pub(crate) struct SamlSettingsRow {
    pub(crate) tenant_id: Uuid,
    pub(crate) document: Value,
    pub(crate) version: i64,
    pub(crate) updated_at: OffsetDateTime,
}

impl SamlSettingsRow {
    pub(crate) fn new(tenant: TenantId, settings: &SamlSettings) -> Self {
        let mut document = saml_settings_to_json(settings);
        // The subject of a certificate may be any text.
        make_json_storable(&mut document);
        Self {
            tenant_id: tenant.uuid(),
            document,
            version: settings.version.number(),
            updated_at: settings.updated_at,
        }
    }

    /// The settings of this row.
    pub(crate) fn settings(self) -> Result<SamlSettings, StoreError> {
        let version = Version::new(self.version);
        saml_settings_from_json(&self.document, version, self.updated_at)
    }
}

/// The columns of the last check of the provider's metadata.
#[derive(Queryable, Selectable)]
#[diesel(table_name = saml_metadata_checks, check_for_backend(Pg))]
pub(crate) struct MetadataCheckRow {
    checked_at: OffsetDateTime,
    problem: Option<String>,
}

impl MetadataCheckRow {
    /// The check of this row.
    pub(crate) fn check(self) -> MetadataCheck {
        MetadataCheck {
            at: self.checked_at,
            problem: self.problem,
        }
    }
}
