//! The last request of a tenant's SCIM client, as the table `scim_contacts` holds it.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use roster_application::ports::store::{ScimContact, StoreError};
use roster_domain::id::TokenId;
use roster_store_kit::columns::address_from_column;

use super::values::{Id, Micros};
use crate::schema::scim_contacts;

/// The columns of a contact, as they are read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = scim_contacts, check_for_backend(Sqlite))]
pub(crate) struct ScimContactRow {
    at: Micros,
    source_ip: Option<String>,
    user_agent: Option<String>,
    token_id: Id,
    token_name: String,
}

impl ScimContactRow {
    /// The contact of this row.
    pub(crate) fn contact(self) -> Result<ScimContact, StoreError> {
        let from = self.source_ip.as_deref();
        Ok(ScimContact {
            at: self.at.0,
            from: address_from_column("scim_contacts.source_ip", from)?,
            user_agent: self.user_agent,
            token: TokenId::new(self.token_id.0),
            token_name: self.token_name,
        })
    }
}
