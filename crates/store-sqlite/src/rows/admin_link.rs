//! Break-glass links as the table `admin_links` holds them.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use roster_application::ports::store::StoreError;
use roster_domain::admin_link::AdminLink;
use roster_domain::id::TenantId;
use roster_store_kit::columns;

use super::values::{Id, Micros};
use crate::schema::admin_links;

/// The columns of a link, as they are read and written.
#[derive(Queryable, Selectable)]
#[diesel(table_name = admin_links, check_for_backend(Sqlite))]
pub(crate) struct AdminLinkRow {
    pub(crate) id: Id,
    pub(crate) tenant_id: Id,
    pub(crate) secret_hash: Vec<u8>,
    pub(crate) created_by: String,
    pub(crate) expires_at: Micros,
    pub(crate) used_at: Option<Micros>,
}

impl AdminLinkRow {
    pub(crate) fn new(tenant: TenantId, link: &AdminLink) -> Self {
        Self {
            id: Id(link.id),
            tenant_id: Id(tenant.uuid()),
            secret_hash: link.secret.as_bytes().to_vec(),
            created_by: link.created_by.clone(),
            expires_at: Micros(link.expires_at),
            used_at: link.used_at.map(Micros),
        }
    }

    /// The link of this row.
    pub(crate) fn link(self) -> Result<AdminLink, StoreError> {
        let secret = &self.secret_hash;
        Ok(AdminLink {
            id: self.id.0,
            secret: columns::secret_hash_from_column("admin_links.secret_hash", secret)?,
            created_by: self.created_by,
            expires_at: self.expires_at.0,
            used_at: self.used_at.map(|at| at.0),
        })
    }
}
