//! What a running server does by the clock: forget what has expired, and keep identity providers'
//! metadata fresh. Any number of servers may do so at once.

use roster_domain::context::Actor;
use roster_domain::session::SEEN_INTERVAL;
use time::Duration;

use crate::Application;
use crate::caller::Caller;
use crate::error::Error;
use crate::ports::store::{Expired, StoreError};

/// How old metadata from a URL may be before it is fetched again.
pub const METADATA_AGE: Duration = Duration::DAY;

/// How long a break-glass link that nobody used is kept after it has expired.
const LINK_MEMORY: Duration = Duration::DAY;

impl Application {
    /// Deletes what has expired; answers how many rows went.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delete_expired(&self) -> Result<u64, StoreError> {
        let now = self.now();
        let expired = Expired {
            now,
            seen_before: now - self.shared.settings.lifetimes.idle - SEEN_INTERVAL,
            links_before: now - LINK_MEMORY,
        };
        self.shared.adapters.store.delete_expired(&expired).await
    }

    /// Fetches the metadata of every tenant whose turn it is. One that fails does not keep the
    /// others from theirs.
    ///
    /// # Errors
    /// [`StoreError`] when the tenants can't be listed.
    pub async fn refresh_all_metadata(&self) -> Result<(), StoreError> {
        for tenant in self.list_tenants().await? {
            let Some(entry) = self.tenant(tenant.slug.as_str()).await? else {
                continue;
            };
            let system = Caller {
                actor: Actor::System,
                ..self.operator(entry, "")
            };
            match self.refresh_metadata(&system, METADATA_AGE).await {
                Ok(()) => {}
                Err(Error::Store(error)) => return Err(error),
                Err(error) => {
                    let tenant = tenant.slug.as_str();
                    tracing::warn!(tenant, %error, "the identity provider's metadata can't be refreshed");
                }
            }
        }
        Ok(())
    }
}
