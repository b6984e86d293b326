//! Reads of break-glass links.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_application::ports::store::StoreError;
use roster_domain::admin_link::AdminLink;
use roster_domain::id::TenantId;
use roster_domain::secret::SecretHash;

use crate::errors::store_error;
use crate::rows::admin_link::AdminLinkRow;
use crate::schema::admin_links;

pub(crate) async fn by_secret(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    secret: &SecretHash,
) -> Result<Option<AdminLink>, StoreError> {
    let query = admin_links::table
        .filter(admin_links::secret_hash.eq(secret.as_bytes().as_slice()))
        .filter(admin_links::tenant_id.eq(tenant.uuid()))
        .select(AdminLinkRow::as_select());
    let row = query
        .first(connection)
        .await
        .optional()
        .map_err(store_error)?;
    row.map(AdminLinkRow::link).transpose()
}
