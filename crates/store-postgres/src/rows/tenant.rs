//! Tenants and their settings as the tables `tenants` and `settings` hold them.

use diesel::pg::Pg;
use diesel::prelude::*;
use roster_application::ports::store::StoreError;
use roster_domain::id::{TenantId, Version};
use roster_domain::settings::Settings;
use roster_domain::tenant::Tenant;
use roster_domain::text::{AttributeName, TenantSlug};
use roster_store_kit::columns::text;
use time::OffsetDateTime;
use uuid::Uuid;

use super::role::{RoleColumns, role_ref};
use crate::schema::{settings, tenants};

/// The columns of a tenant. The count of its people is not among them: it starts at 0, and only
/// the database counts.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = tenants, check_for_backend(Pg))]
pub(crate) struct TenantRow {
    id: Uuid,
    slug: String,
    created_at: OffsetDateTime,
}

impl TenantRow {
    pub(crate) fn new(tenant: &Tenant) -> Self {
        let slug = tenant.slug.to_string();
        Self {
            id: tenant.id.uuid(),
            slug,
            created_at: tenant.created_at,
        }
    }

    /// The tenant of this row.
    pub(crate) fn tenant(self) -> Result<Tenant, StoreError> {
        let slug = text("tenants.slug", &self.slug, TenantSlug::new)?;
        Ok(Tenant {
            id: TenantId::new(self.id),
            slug,
            created_at: self.created_at,
        })
    }
}

/// The columns of a tenant's settings.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = settings, check_for_backend(Pg))]
pub(crate) struct SettingsRow {
    pub(crate) tenant_id: Uuid,
    pub(crate) scim_role_attribute: String,
    pub(crate) default_role_id: Uuid,
    pub(crate) version: i64,
    pub(crate) updated_at: OffsetDateTime,
}

impl SettingsRow {
    pub(crate) fn new(tenant: TenantId, settings: &Settings) -> Self {
        Self {
            tenant_id: tenant.uuid(),
            scim_role_attribute: settings.scim_role_attribute.to_string(),
            default_role_id: settings.default_role.id.uuid(),
            version: settings.version.number(),
            updated_at: settings.updated_at,
        }
    }

    /// The settings of this row and that of the default role.
    pub(crate) fn settings(self, default_role: RoleColumns) -> Result<Settings, StoreError> {
        let attribute = &self.scim_role_attribute;
        Ok(Settings {
            scim_role_attribute: text(
                "settings.scim_role_attribute",
                attribute,
                AttributeName::new,
            )?,
            default_role: role_ref(default_role)?,
            version: Version::new(self.version),
            updated_at: self.updated_at,
        })
    }
}
