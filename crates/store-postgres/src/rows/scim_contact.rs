//! The last request of a tenant's SCIM client, as the table `scim_contacts` holds it.

use diesel::pg::Pg;
use diesel::prelude::*;
use roster_application::ports::store::{ScimContact, StoreError};
use roster_domain::id::TokenId;
use roster_store_kit::columns::address_from_column;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::schema::scim_contacts;

/// The columns of a contact, as they are read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = scim_contacts, check_for_backend(Pg))]
pub(crate) struct ScimContactRow {
    at: OffsetDateTime,
    source_ip: Option<String>,
    user_agent: Option<String>,
    token_id: Uuid,
    token_name: String,
}

impl ScimContactRow {
    /// The contact of this row.
    pub(crate) fn contact(self) -> Result<ScimContact, StoreError> {
        let from = self.source_ip.as_deref();
        Ok(ScimContact {
            at: self.at,
            from: address_from_column("scim_contacts.source_ip", from)?,
            user_agent: self.user_agent,
            token: TokenId::new(self.token_id),
            token_name: self.token_name,
        })
    }
}
