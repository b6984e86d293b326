//! Break-glass links as the table `admin_links` holds them.

use diesel::pg::Pg;
use diesel::prelude::*;
use roster_application::ports::store::StoreError;
use roster_domain::admin_link::AdminLink;
use roster_domain::id::TenantId;
use roster_store_kit::columns::secret_hash_from_column;
use time::OffsetDateTime;
use uuid::Uuid;

use super::storable;
use crate::schema::admin_links;

/// The columns of a link, as they are read and written.
#[derive(Queryable, Selectable)]
#[diesel(table_name = admin_links, check_for_backend(Pg))]
pub(crate) struct AdminLinkRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) secret_hash: Vec<u8>,
    pub(crate) created_by: String,
    pub(crate) expires_at: OffsetDateTime,
    pub(crate) used_at: Option<OffsetDateTime>,
}

impl AdminLinkRow {
    pub(crate) fn new(tenant: TenantId, link: &AdminLink) -> Self {
        Self {
            id: link.id,
            tenant_id: tenant.uuid(),
            secret_hash: link.secret.as_bytes().to_vec(),
            created_by: storable(&link.created_by).into_owned(),
            expires_at: link.expires_at,
            used_at: link.used_at,
        }
    }

    /// The link of this row.
    pub(crate) fn link(self) -> Result<AdminLink, StoreError> {
        let secret = secret_hash_from_column("admin_links.secret_hash", &self.secret_hash)?;
        Ok(AdminLink {
            id: self.id,
            secret,
            created_by: self.created_by,
            expires_at: self.expires_at,
            used_at: self.used_at,
        })
    }
}
