//! The use cases of Roster, and the ports they need of the world.
//!
//! Every write goes one way: *load* domain values through a port, *decide* with a pure function
//! of `roster-domain`, *commit* the change with its audit record (see [`settle`]). This crate
//! knows neither HTTP nor SQL.
//!
//! Where to go next:
//! - [`ports`]: what an adapter must offer;
//! - [`authentication`]: from a token's value to a [`caller::Caller`];
//! - [`sign_in`]: from what an identity provider posts to a session; [`sessions`]: from its cookie to
//!   a caller, and out again; [`session_tokens`]: the signed tokens of sessions and their keys;
//!   [`break_glass`]: the operator's way in;
//! - [`provisioning`]: what SCIM does to users; [`scim_contact`]: when its client was last heard of;
//! - [`administration`]: users, roles, tokens, settings and the audit log for administrators; for the
//!   operator, erasing a person and deleting old audit records;
//! - [`operation`]: what the command line does: tenants, first tokens, pre-provisioned users;
//! - [`upkeep`]: what a running server does by the clock; [`replicas`]: what it hears of others;
//! - [`statistics`], [`expiries`]: what whoever runs it wants to measure.

pub mod administration;
pub mod authentication;
pub mod break_glass;
mod cache;
pub mod caller;
pub mod directory;
pub mod error;
pub mod expiries;
pub mod operation;
pub mod ports;
pub mod provisioning;
pub mod replicas;
pub mod scim_contact;
pub mod session_tokens;
pub mod sessions;
mod settle;
pub mod sign_in;
pub mod statistics;
pub mod upkeep;

use std::sync::Arc;

use authentication::Authentication;
use directory::Directory;
use ports::keys::{TokenSigner, Vault};
use ports::metadata::MetadataSource;
use ports::saml::SamlProtocol;
use ports::store::{Store, TenantStore};
use ports::world::{Clock, Ids};
use roster_domain::audit::{AttributeChange, AuditAction, AuditRecord, Target};
use roster_domain::context::{Actor, Context, Origin};
use roster_domain::id::{AuditId, TenantId};
use roster_domain::secret::{self, Secret};
use roster_domain::session::Lifetimes;
use scim_contact::ScimContacts;
use session_tokens::SessionTokens;
use settle::Turns;
use sign_in::failure::RefusedSignIns;
use statistics::AuditCounters;
use time::{Duration, OffsetDateTime};

/// What the application stands on.
pub struct Adapters {
    /// The state.
    pub store: Box<dyn Store>,
    /// The time.
    pub clock: Box<dyn Clock>,
    /// Ids and chance.
    pub ids: Box<dyn Ids>,
    /// The SAML protocol.
    pub saml: Box<dyn SamlProtocol>,
    /// Where identity providers' metadata comes from.
    pub metadata: Box<dyn MetadataSource>,
    /// Seals secrets.
    pub vault: Box<dyn Vault>,
    /// Signs the tokens of sessions.
    pub signer: Box<dyn TokenSigner>,
}

/// What the application is told by whoever puts it together.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where browsers and clients reach this server: scheme, host, port, perhaps a path; no slash
    /// at the end.
    pub public_url: String,
    /// How long sessions last.
    pub lifetimes: Lifetimes,
    /// How long a session's token is valid; an hour at most.
    pub token_lifetime: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://localhost:8080".to_owned(),
            lifetimes: Lifetimes {
                idle: Duration::hours(8),
                absolute: Duration::hours(24),
                break_glass: Duration::hours(1),
            },
            token_lifetime: Duration::minutes(5),
        }
    }
}

/// The application: all use cases over one store. Cheap to clone; clones share their caches.
#[derive(Clone)]
pub struct Application {
    shared: Arc<Shared>,
}

struct Shared {
    adapters: Adapters,
    settings: Settings,
    directory: Directory,
    authentication: Authentication,
    scim_contacts: ScimContacts,
    session_tokens: SessionTokens,
    refused_sign_ins: RefusedSignIns,
    turns: Turns,
    audited: AuditCounters,
}

impl Application {
    /// Puts the application on top of its adapters.
    #[must_use]
    pub fn new(adapters: Adapters, settings: Settings) -> Self {
        Self {
            shared: Arc::new(Shared {
                adapters,
                settings,
                directory: Directory::default(),
                authentication: Authentication::default(),
                scim_contacts: ScimContacts::default(),
                session_tokens: SessionTokens::default(),
                refused_sign_ins: RefusedSignIns::default(),
                turns: Turns::default(),
                audited: AuditCounters::default(),
            }),
        }
    }

    /// Whether the database answers and its schema is the one this program knows.
    ///
    /// # Errors
    /// [`ports::store::StoreError`] when it does not.
    pub async fn ready(&self) -> Result<(), ports::store::StoreError> {
        self.shared.adapters.store.ready().await
    }

    /// How long sessions last.
    #[must_use]
    pub fn lifetimes(&self) -> &Lifetimes {
        &self.shared.settings.lifetimes
    }

    /// The present time, in UTC.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        self.shared.adapters.clock.now()
    }

    /// A new secret, from the system's source of chance.
    fn new_secret(&self) -> Secret {
        let mut entropy = [0; secret::ENTROPY_LENGTH];
        self.shared.adapters.ids.fill(&mut entropy);
        Secret::from_entropy(&entropy)
    }

    fn store(&self, tenant: TenantId) -> Box<dyn TenantStore> {
        self.shared.adapters.store.tenant(tenant)
    }

    /// What a decision is given: the time, a new audit id, and who asks.
    fn context(&self, actor: &Actor, origin: &Origin) -> Context {
        Context {
            now: self.shared.adapters.clock.now(),
            audit_id: AuditId::new(self.shared.adapters.ids.id()),
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
        if let Err(error) = self.commit_refusal(store, record).await {
            tracing::error!(%error, action = action.as_str(), "a refusal could not be written to the audit log");
        }
    }
}
