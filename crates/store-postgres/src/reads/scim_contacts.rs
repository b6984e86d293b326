//! Reads of the last request of a tenant's SCIM client.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_application::ports::store::{ScimContact, StoreError};
use roster_domain::id::TenantId;

use crate::errors::store_error;
use crate::rows::scim_contact::ScimContactRow;
use crate::schema::scim_contacts;

pub(crate) async fn last(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
) -> Result<Option<ScimContact>, StoreError> {
    let query = scim_contacts::table
        .filter(scim_contacts::tenant_id.eq(tenant.uuid()))
        .select(ScimContactRow::as_select());
    let row = query
        .first(connection)
        .await
        .optional()
        .map_err(store_error)?;
    row.map(ScimContactRow::contact).transpose()
}
