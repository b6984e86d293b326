//! The use cases of Roster, and the ports they need of the world.
//!
//! Every write goes one way: *load* domain values through a port, *decide* with a pure function
//! of `roster-domain`, *commit* the change with its audit record (see [`settle`]). This crate
//! knows neither HTTP nor SQL.
//!
//! Where to go next:
//! - [`ports`]: what an adapter must offer;
//! - [`authentication`]: from a token's value to a [`caller::Caller`];
//! - [`provisioning`]: what SCIM does to users;
//! - [`administration`]: users, roles, tokens, settings and the audit log for administrators;
//! - [`operation`]: what the command line does: tenants, first tokens, pre-provisioned users.

pub mod administration;
pub mod authentication;
mod cache;
pub mod caller;
pub mod directory;
pub mod error;
pub mod operation;
pub mod ports;
pub mod provisioning;
mod settle;

use std::sync::Arc;

use authentication::Authentication;
use directory::Directory;
use ports::store::{Store, TenantStore};
use ports::world::{Clock, Ids};
use roster_domain::audit::{AttributeChange, AuditAction, AuditRecord, Target};
use roster_domain::change::{Change, Event};
use roster_domain::context::{Actor, Context, Origin};
use roster_domain::id::{AuditId, TenantId};
use settle::Turns;

/// The application: all use cases over one store. Cheap to clone; clones share their caches.
#[derive(Clone)]
pub struct Application {
    shared: Arc<Shared>,
}

struct Shared {
    store: Box<dyn Store>,
    clock: Box<dyn Clock>,
    ids: Box<dyn Ids>,
    directory: Directory,
    authentication: Authentication,
    turns: Turns,
}

impl Application {
    /// Puts the application on top of its adapters.
    #[must_use]
    pub fn new(store: Box<dyn Store>, clock: Box<dyn Clock>, ids: Box<dyn Ids>) -> Self {
        let (directory, authentication) = (Directory::default(), Authentication::default());
        let turns = Turns::default();
        Self {
            shared: Arc::new(Shared {
                store,
                clock,
                ids,
                directory,
                authentication,
                turns,
            }),
        }
    }

    /// Whether the database answers and its schema is the one this program knows.
    ///
    /// # Errors
    /// [`ports::store::StoreError`] when it does not.
    pub async fn ready(&self) -> Result<(), ports::store::StoreError> {
        self.shared.store.ready().await
    }

    fn store(&self, tenant: TenantId) -> Box<dyn TenantStore> {
        self.shared.store.tenant(tenant)
    }

    /// What a decision is given: the time, a new audit id, and who asks.
    fn context(&self, actor: &Actor, origin: &Origin) -> Context {
        Context {
            now: self.shared.clock.now(),
            audit_id: AuditId::new(self.shared.ids.id()),
            actor: actor.clone(),
            origin: origin.clone(),
        }
    }

    /// Writes that something was refused. When even that fails the refusal still stands.
    async fn record_refusal(
        &self,
        store: &dyn TenantStore,
        context: &Context,
        action: AuditAction,
        target: Target,
        reason: &str,
        attempted: Vec<AttributeChange>,
    ) {
        let record = AuditRecord {
            changes: attempted,
            ..AuditRecord::failed(context, action, target, reason)
        };
        if let Err(error) = store.commit(&Change::refused(record)).await {
            tracing::error!(%error, action = action.as_str(), "a refusal could not be written to the audit log");
        }
    }

    /// Brings what this process remembers up to date with a committed change.
    fn hear(&self, tenant: TenantId, events: &[Event]) {
        for event in events {
            match event {
                Event::TokenChanged(token) => self.shared.authentication.forget(tenant, *token),
                // A role's name stands in the settings, as the default role.
                Event::SettingsChanged | Event::RolesChanged | Event::TenantCreated => {
                    self.shared.directory.forget(tenant);
                }
                Event::UserChanged(_) | Event::UserDeactivated(_) => {}
            }
        }
    }
}
