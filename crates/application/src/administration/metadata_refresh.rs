//! The daily look at an identity provider's metadata: what is new is taken over, by nobody's order.

use roster_domain::audit::AuditAction;
use roster_domain::saml_settings::{self, IdpTrust, MetadataUrl};

use crate::Application;
use crate::caller::Caller;
use crate::error::Error;
use crate::settle::{Settled, Subject};

impl Application {
    /// Fetches the metadata of a tenant again, if it has a URL and a day has passed, and takes over
    /// what is new. What went wrong is noted beside the settings; the present trust stays.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn refresh_metadata(
        &self,
        system: &Caller,
        every: time::Duration,
    ) -> Result<(), Error> {
        let store = self.store(system.tenant.id());
        let Some(url) = store.saml_settings().await?.metadata_url else {
            return Ok(());
        };
        let now = self.now();
        if !store.claim_metadata_check(now - every, now).await? {
            return Ok(());
        }
        let problem = match self.fetch_metadata(&url).await {
            Ok(found) => self.take_over(system, &url, found).await?,
            Err(Error::Store(error)) => return Err(error.into()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(problem) = &problem {
            let tenant = system.tenant.tenant().slug.as_str();
            tracing::warn!(
                tenant,
                problem,
                "the identity provider's metadata can't be refreshed"
            );
        }
        store.note_metadata_check(now, problem.as_deref()).await?;
        Ok(())
    }

    /// `Some`: why it was not taken over.
    async fn take_over(
        &self,
        system: &Caller,
        url: &MetadataUrl,
        found: IdpTrust,
    ) -> Result<Option<String>, Error> {
        let store = self.store(system.tenant.id());
        let mut attempts = self.attempts(system.tenant.id().uuid());
        loop {
            let settings = store.saml_settings().await?;
            // Somebody has chosen another source meanwhile.
            if settings.metadata_url.as_ref() != Some(url) {
                return Ok(None);
            }
            let context = self.context(&system.actor, &system.origin);
            let tenant = system.tenant.tenant();
            let decision = saml_settings::refresh(tenant, &settings, found.clone(), &context);
            let subject = Subject {
                tenant: system.tenant.id(),
                store: store.as_ref(),
                context: &context,
                action: AuditAction::UpdateSamlSettings,
                target: tenant.target(),
            };
            match self.settle(subject, decision).await {
                Ok(Settled::Committed(_) | Settled::Unchanged) => return Ok(None),
                Ok(Settled::Raced) => attempts.again().await?,
                Err(Error::Store(error)) => return Err(error.into()),
                Err(refused) => return Ok(Some(refused.to_string())),
            }
        }
    }
}
