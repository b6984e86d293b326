//! From a token's value to a caller. A token works the moment its creation is answered and stops
//! the moment its revocation is, at this process; at others when they hear of it (see
//! [`crate::replicas`]), and within a second if they don't.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::sync::Cache;
use roster_domain::audit::AuditAction;
use roster_domain::context::Origin;
use roster_domain::id::{TenantId, TokenId};
use roster_domain::permission::PermissionSet;
use roster_domain::token::value::{TokenHash, TokenValue};
use roster_domain::token::{ApiToken, LastUse};

use crate::Application;
use crate::cache::FreshCache;
use crate::caller::Caller;
use crate::directory::TenantEntry;
use crate::ports::store::StoreError;
use crate::statistics::Lookups;

/// A misuse of one token is written to the audit log this often at most, so that it can't flood it.
const MISUSE_INTERVAL: Duration = Duration::from_secs(60);

/// Why a credential opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticationError {
    /// No credential was sent.
    #[error("No API token was sent. Send it in the Authorization header, as: Bearer <token>.")]
    Missing,
    /// Unknown in this tenant, expired or revoked; which of these is nobody's business.
    #[error(
        "The API token is unknown, expired or revoked, or belongs to another tenant. Check the token and the Tenant URL, or create a new token."
    )]
    Unknown,
    /// A good token, used from elsewhere.
    #[error(
        "This API token may not be used from this address. Add the address to the token's allowed networks, or call from one of them."
    )]
    OutsideNetworks,
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A token with what every request by it needs, shared by those requests.
#[derive(Clone)]
struct KnownToken {
    token: Arc<ApiToken>,
    permissions: Arc<PermissionSet>,
}

/// What is remembered of tokens.
pub(crate) struct Authentication {
    tokens: FreshCache<(TenantId, TokenHash), KnownToken>,
    uses: Mutex<HashMap<(TenantId, TokenId), LastUse>>,
    misuses: Cache<TokenId, ()>,
}

impl Default for Authentication {
    fn default() -> Self {
        let misuses = Cache::builder()
            .max_capacity(10_000)
            .time_to_live(MISUSE_INTERVAL)
            .build();
        Self {
            tokens: FreshCache::default(),
            uses: Mutex::default(),
            misuses,
        }
    }
}

impl Authentication {
    pub(crate) fn lookups(&self) -> Lookups {
        self.tokens.lookups()
    }

    pub(crate) fn forget(&self, tenant: TenantId, token: TokenId) {
        self.tokens
            .forget(|(of, _), known| *of == tenant && known.token.id == token);
    }

    pub(crate) fn forget_all(&self) {
        self.tokens.forget(|_, _| true);
    }

    fn note_use(&self, tenant: TenantId, token: TokenId, last: LastUse) {
        self.uses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert((tenant, token), last);
    }

    fn take_uses(&self) -> HashMap<TenantId, Vec<(TokenId, LastUse)>> {
        let uses = std::mem::take(&mut *self.uses.lock().unwrap_or_else(PoisonError::into_inner));
        let mut by_tenant: HashMap<TenantId, Vec<(TokenId, LastUse)>> = HashMap::new();
        for ((tenant, token), last) in uses {
            by_tenant.entry(tenant).or_default().push((token, last));
        }
        by_tenant
    }
}

impl Application {
    /// Who holds the API token `value` in `tenant`.
    ///
    /// # Errors
    /// [`AuthenticationError`] says why it is nobody.
    pub async fn authenticate(
        &self,
        tenant: &TenantEntry,
        value: &str,
        origin: Origin,
    ) -> Result<Caller, AuthenticationError> {
        let value = TokenValue::parse(value.trim()).ok_or(AuthenticationError::Unknown)?;
        let hash = value.hash();
        let known = self.token_by_hash(tenant.id(), hash).await?;
        let KnownToken { token, permissions } = known.ok_or(AuthenticationError::Unknown)?;
        let now = self.shared.adapters.clock.now();
        if !token.accepts(&hash, now) {
            return Err(AuthenticationError::Unknown);
        }
        if !token.allows_address(origin.source_ip) {
            self.record_misuse(tenant, &token, &origin).await;
            return Err(AuthenticationError::OutsideNetworks);
        }
        self.shared.authentication.note_use(
            tenant.id(),
            token.id,
            LastUse {
                at: now,
                from: origin.source_ip,
            },
        );
        Ok(Caller {
            tenant: tenant.clone(),
            actor: token.actor(),
            permissions,
            superseded: token.has_superseded(&hash),
            origin,
        })
    }

    async fn token_by_hash(
        &self,
        tenant: TenantId,
        hash: TokenHash,
    ) -> Result<Option<KnownToken>, StoreError> {
        let tokens = &self.shared.authentication.tokens;
        if let Some(known) = tokens.get(&(tenant, hash)) {
            return Ok(Some(known));
        }
        let ticket = tokens.ticket();
        let Some(token) = self.store(tenant).token_by_hash(&hash).await? else {
            return Ok(None);
        };
        let permissions = Arc::new(token.permissions.clone());
        let known = KnownToken {
            token: Arc::new(token),
            permissions,
        };
        tokens.keep(ticket, (tenant, hash), known.clone());
        Ok(Some(known))
    }

    async fn record_misuse(&self, tenant: &TenantEntry, token: &ApiToken, origin: &Origin) {
        let misuses = &self.shared.authentication.misuses;
        if !misuses.entry(token.id).or_insert(()).is_fresh() {
            return;
        }
        let context = self.context(&token.actor(), origin);
        let reason = "API token refused: it was used from an address outside its allowed networks.";
        let store = self.store(tenant.id());
        let action = AuditAction::UseApiToken;
        self.record_refusal(
            store.as_ref(),
            &context,
            action,
            token.target(),
            reason,
            Vec::new(),
        )
        .await;
    }

    /// Writes down when and from where tokens were last used since the last call. To be called
    /// every few seconds and at the end; what a killed process did not write is lost, knowingly.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer; the notes of this round are dropped then.
    pub async fn write_token_uses(&self) -> Result<(), StoreError> {
        for (tenant, uses) in self.shared.authentication.take_uses() {
            self.store(tenant).note_token_uses(&uses).await?;
        }
        Ok(())
    }
}
