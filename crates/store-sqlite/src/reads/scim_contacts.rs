//! Reads of the last request of a tenant's SCIM client.

use diesel::prelude::*;
use roster_application::ports::store::{ScimContact, StoreError};
use roster_domain::id::TenantId;

use crate::errors::store_error;
use crate::rows::scim_contact::ScimContactRow;
use crate::rows::values::Id;
use crate::schema::scim_contacts;

pub(crate) fn last(
    connection: &mut SqliteConnection,
    tenant: TenantId,
) -> Result<Option<ScimContact>, StoreError> {
    let query = scim_contacts::table
        .find(Id(tenant.uuid()))
        .select(ScimContactRow::as_select());
    let row = query.first(connection).optional().map_err(store_error)?;
    row.map(ScimContactRow::contact).transpose()
}
