//! Which tenant a request is about: from the slug in its path to the tenant and its settings.

use std::sync::Arc;

use roster_domain::id::TenantId;
use roster_domain::settings::Settings;
use roster_domain::tenant::Tenant;
use roster_domain::text::TenantSlug;

use crate::Application;
use crate::cache::FreshCache;
use crate::ports::store::StoreError;
use crate::statistics::Lookups;

/// A tenant with its settings, shared by the requests of a moment.
#[derive(Debug, Clone)]
pub struct TenantEntry(Arc<(Tenant, Settings)>);

impl TenantEntry {
    fn new(tenant: Tenant, settings: Settings) -> Self {
        Self(Arc::new((tenant, settings)))
    }

    /// The tenant.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.0.0
    }

    /// Its settings, a second old at most.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.1
    }

    /// The tenant's id.
    #[must_use]
    pub fn id(&self) -> TenantId {
        self.0.0.id
    }
}

/// Remembers tenants by slug.
#[derive(Default)]
pub(crate) struct Directory {
    known: FreshCache<TenantSlug, TenantEntry>,
}

impl Directory {
    pub(crate) fn lookups(&self) -> Lookups {
        self.known.lookups()
    }

    pub(crate) fn forget(&self, tenant: TenantId) {
        self.known.forget(|_, entry| entry.id() == tenant);
    }

    pub(crate) fn forget_all(&self) {
        self.known.forget(|_, _| true);
    }
}

impl Application {
    /// The tenant of that slug; `None` for a slug that is malformed or that no tenant has.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer.
    pub async fn tenant(&self, slug: &str) -> Result<Option<TenantEntry>, StoreError> {
        let Some(slug) = TenantSlug::new(slug)
            .ok()
            .filter(|parsed| parsed.as_str() == slug)
        else {
            return Ok(None);
        };
        let known = &self.shared.directory.known;
        if let Some(entry) = known.get(&slug) {
            return Ok(Some(entry));
        }
        let ticket = known.ticket();
        let Some(tenant) = self.shared.adapters.store.tenant_by_slug(&slug).await? else {
            return Ok(None);
        };
        let Some(settings) = self.store(tenant.id).settings().await? else {
            return Ok(None);
        };
        let entry = TenantEntry::new(tenant, settings);
        known.keep(ticket, slug, entry.clone());
        Ok(Some(entry))
    }
}
