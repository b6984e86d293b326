//! What stops working by itself: identity providers' certificates and API tokens. Whoever runs the
//! server is warned of it in time.

use time::{Duration, OffsetDateTime};

use crate::Application;
use crate::ports::store::StoreError;

/// How long before its end a token is worth a warning; a token that ends later is not looked at.
const NOTICE: Duration = Duration::days(60);

/// Something with an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiry {
    /// The tenant's slug.
    pub tenant: String,
    /// What ends: an API token by its name, or, of a tenant, the certificate that ends last.
    pub of: Option<String>,
    /// When, in UTC.
    pub at: OffsetDateTime,
}

/// What ends when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expiries {
    /// Of each tenant that signs people in, the last certificate of its identity provider: sign-ins are
    /// at risk when none is good any more.
    pub certificates: Vec<Expiry>,
    /// The API tokens that end within 60 days, or ended not longer ago.
    pub tokens: Vec<Expiry>,
}

impl Application {
    /// What ends when, in all tenants. Reads every tenant: to be asked every few minutes at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn expiries(&self) -> Result<Expiries, StoreError> {
        let now = self.now();
        let mut expiries = Expiries::default();
        for tenant in self.list_tenants().await? {
            let store = self.store(tenant.id);
            let expiry = |of: Option<String>, at| Expiry {
                tenant: tenant.slug.to_string(),
                of,
                at,
            };
            let settings = store.saml_settings().await?;
            let provider = settings.provider.filter(|_| settings.enabled);
            let last = provider
                .iter()
                .flat_map(|provider| &provider.certificates)
                .map(|certificate| certificate.not_after)
                .max();
            expiries
                .certificates
                .extend(last.map(|at| expiry(None, at)));
            for token in store.tokens().await? {
                let near = |at: &OffsetDateTime| (*at - now).abs() <= NOTICE;
                if let Some(at) = token.expires_at.filter(near) {
                    expiries
                        .tokens
                        .push(expiry(Some(token.name.to_string()), at));
                }
            }
        }
        Ok(expiries)
    }
}
