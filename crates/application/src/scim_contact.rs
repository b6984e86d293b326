//! When a tenant's SCIM client was last heard of, which tells whoever sets it up that it has got
//! through. Remembered here at each request, and written down every few seconds, so that every
//! process knows of it and a restart forgets nothing.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use roster_domain::context::Actor;
use roster_domain::id::TenantId;
use roster_domain::permission::Permission;

use crate::Application;
use crate::caller::Caller;
use crate::error::Error;
use crate::ports::store::{ScimContact, StoreError};

/// The last contact of each tenant's client with this process.
#[derive(Default)]
pub(crate) struct ScimContacts(Mutex<HashMap<TenantId, Noted>>);

struct Noted {
    contact: ScimContact,
    written: bool,
}

impl ScimContacts {
    fn notes(&self) -> MutexGuard<'_, HashMap<TenantId, Noted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, tenant: TenantId) -> Option<ScimContact> {
        self.notes().get(&tenant).map(|noted| noted.contact.clone())
    }

    fn unwritten(&self) -> Vec<(TenantId, ScimContact)> {
        let notes = self.notes();
        let unwritten = notes.iter().filter(|(_, noted)| !noted.written);
        unwritten
            .map(|(tenant, noted)| (*tenant, noted.contact.clone()))
            .collect()
    }

    /// Takes note that `contact` was written, unless there has been a later one.
    fn wrote(&self, tenant: TenantId, contact: &ScimContact) {
        if let Some(noted) = self.notes().get_mut(&tenant) {
            noted.written = noted.contact == *contact;
        }
    }
}

impl Application {
    /// Takes note of a request of the tenant's SCIM client.
    pub fn note_scim_request(&self, caller: &Caller) {
        let Actor::Token { id, name } = &caller.actor else {
            return;
        };
        let (at, origin) = (self.now(), &caller.origin);
        let mut notes = self.shared.scim_contacts.notes();
        // The next request is nearly always like the one before: then there is nothing to copy.
        match notes.get_mut(&caller.tenant.id()) {
            Some(Noted { contact, written })
                if contact.token == *id
                    && contact.token_name == *name
                    && contact.from == origin.source_ip
                    && contact.user_agent == origin.user_agent =>
            {
                contact.at = at;
                *written = false;
            }
            _ => {
                let contact = ScimContact {
                    at,
                    from: origin.source_ip,
                    user_agent: origin.user_agent.clone(),
                    token: *id,
                    token_name: name.clone(),
                };
                let written = false;
                notes.insert(caller.tenant.id(), Noted { contact, written });
            }
        }
    }

    /// The last request of the tenant's SCIM client; `None`: there has not been one.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `GeneralSettingsRead`.
    pub async fn scim_contact(&self, caller: &Caller) -> Result<Option<ScimContact>, Error> {
        caller.require(&Permission::SETTINGS_READ)?;
        let tenant = caller.tenant.id();
        // Another process may have heard of it later than this one.
        let stored = self.store(tenant).scim_contact().await?;
        let remembered = self.shared.scim_contacts.of(tenant);
        Ok(stored
            .into_iter()
            .chain(remembered)
            .max_by_key(|contact| contact.at))
    }

    /// Whether a client that was heard of may do what Okta has to: manage users, with the token that it
    /// sent.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `GeneralSettingsRead`.
    pub async fn scim_client_may_write(
        &self,
        caller: &Caller,
        contact: &ScimContact,
    ) -> Result<bool, Error> {
        caller.require(&Permission::SETTINGS_READ)?;
        let token = self.store(caller.tenant.id()).token(contact.token).await?;
        Ok(token.is_some_and(|token| token.permissions.contains(&Permission::USER_MODIFY)))
    }

    /// Writes down the last contacts since the last call. To be called every few seconds and at the
    /// end; what can't be written is tried again at the next call.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer.
    pub async fn write_scim_contacts(&self) -> Result<(), StoreError> {
        let contacts = &self.shared.scim_contacts;
        for (tenant, contact) in contacts.unwritten() {
            self.store(tenant).note_scim_contact(&contact).await?;
            contacts.wrote(tenant, &contact);
        }
        Ok(())
    }
}
