//! The signed tokens of sessions (JWT, RFC 7519), by which the application that uses Roster knows
//! who somebody is and what they may do, without asking; and the keys that sign them.

use std::sync::Arc;

use roster_domain::audit::AuditAction;
use roster_domain::change::Write;
use roster_domain::context::Actor;
use roster_domain::signing_key::{self, NewKey, SigningKey};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::Application;
use crate::cache::FreshCache;
use crate::caller::Caller;
use crate::error::Error;
use crate::ports::keys::KeyError;
use crate::ports::store::StoreError;
use crate::sessions::SignedIn;
use crate::settle::{Settled, Subject};

const PURPOSE: &str = "session token key";

/// The keys as the database had them a moment ago.
#[derive(Default)]
pub(crate) struct SessionTokens {
    keys: FreshCache<(), Arc<Vec<SigningKey>>>,
}

impl SessionTokens {
    pub(crate) fn forget(&self) {
        self.keys.forget(|(), _| true);
    }
}

/// A token and how long it holds.
#[derive(Clone)]
pub struct SessionToken {
    /// The token in its compact form (RFC 7515 section 7.1).
    pub token: String,
    /// When it expires, in UTC.
    pub expires_at: OffsetDateTime,
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The session is an operator's.
    #[error(
        "A break-glass session belongs to no user, so the application can't be told who it is. Sign in with SSO to get a token."
    )]
    NoUser,
    /// There is no key that signs, or it can't be used.
    #[error("No session token can be signed: {0}")]
    Key(String),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<KeyError> for TokenError {
    fn from(error: KeyError) -> Self {
        Self::Key(error.to_string())
    }
}

/// Why the server can't start with its keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The stored keys were sealed under another secret key.
    #[error(
        "The signing key {0} in the database was sealed under another secret key. Give this server the secret key of the others; if it is lost, delete the rows of the table signing_keys: everybody's session tokens end, and private keys in SAML settings must be configured again."
    )]
    OtherSecret(String),
    /// The use case failed.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl Application {
    /// A token for the session's user, signed by the present key.
    ///
    /// # Errors
    /// [`TokenError`].
    pub async fn session_token(&self, signed_in: &SignedIn) -> Result<SessionToken, TokenError> {
        let user = signed_in.person.as_ref().ok_or(TokenError::NoUser)?;
        let now = self.now();
        let settings = &self.shared.settings;
        let session = &signed_in.session;
        let expires_at = (now + settings.token_lifetime).min(session.expires_at);
        let slug = signed_in.caller.tenant.tenant().slug.as_str();
        let claims = json!({
            "iss": settings.public_url,
            "sub": user.id.to_string(),
            "aud": format!("{}/t/{slug}", settings.public_url),
            "exp": expires_at.unix_timestamp(),
            "iat": now.unix_timestamp(),
            "jti": self.shared.adapters.ids.id().to_string(),
            "sid": session.id.to_string(),
            "tenant": slug,
            "email": user.email.as_str(),
            "name": user.display_name(),
            "role": user.role.name.as_str(),
            "permissions": signed_in.caller.permissions.names(),
            "auth_time": session.started_at.unix_timestamp(),
        });
        let token = self.sign(&claims, now).await?;
        Ok(SessionToken { token, expires_at })
    }

    async fn sign(&self, claims: &Value, now: OffsetDateTime) -> Result<String, TokenError> {
        let signer = &self.shared.adapters.signer;
        if let Some(given) = signer.given().first() {
            return Ok(signer.sign(&given.id, &given.private_key, claims)?);
        }
        let keys = self.signing_keys().await?;
        let key = signing_key::signer(&keys, now).ok_or_else(|| {
            TokenError::Key("there is no key; run: roster keys rotate".to_owned())
        })?;
        let private = self.shared.adapters.vault.open(PURPOSE, &key.private_key);
        let private = private.ok_or_else(|| {
            TokenError::Key(format!(
                "the key {} can't be opened with this server's secret key",
                key.id
            ))
        })?;
        Ok(signer.sign(&key.id, &private, claims)?)
    }

    /// The public keys as a JSON Web Key Set (RFC 7517 section 5).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn key_set(&self) -> Result<Value, StoreError> {
        let given = self.shared.adapters.signer.given();
        let keys: Vec<Value> = if given.is_empty() {
            let keys = self.signing_keys().await?;
            let published = signing_key::published(&keys, self.now());
            let keys = published.iter().map(|key| key.public_jwk.as_str());
            keys.filter_map(|key| serde_json::from_str(key).ok())
                .collect()
        } else {
            let keys = given.iter().map(|key| key.public_jwk.as_str());
            keys.filter_map(|key| serde_json::from_str(key).ok())
                .collect()
        };
        Ok(json!({ "keys": keys }))
    }

    /// The stored keys, for `roster keys list`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        self.shared.adapters.store.signing_keys().await
    }

    async fn signing_keys(&self) -> Result<Arc<Vec<SigningKey>>, StoreError> {
        let known = &self.shared.session_tokens.keys;
        if let Some(keys) = known.get(&()) {
            return Ok(keys);
        }
        let ticket = known.ticket();
        let keys = Arc::new(self.shared.adapters.store.signing_keys().await?);
        known.keep(ticket, (), keys.clone());
        Ok(keys)
    }

    /// Makes a new key, which is published at once and signs ten minutes later.
    ///
    /// # Errors
    /// [`Error::Contended`] when another was made at the same moment; [`Error::Store`].
    pub async fn rotate_signing_key(&self, operator: &Caller) -> Result<SigningKey, Error> {
        let keys = self.shared.adapters.store.signing_keys().await?;
        match self.add_signing_key(operator, &keys).await? {
            Some(key) => Ok(key),
            None => Err(Error::Contended),
        }
    }

    /// Adds a key to those that were seen. `None`: somebody else has added one since.
    async fn add_signing_key(
        &self,
        operator: &Caller,
        seen: &[SigningKey],
    ) -> Result<Option<SigningKey>, Error> {
        let adapters = &self.shared.adapters;
        let made = adapters.signer.generate();
        let new = NewKey {
            private_key: adapters.vault.seal(PURPOSE, &made.private_key),
            id: made.id,
            public_jwk: made.public_jwk,
        };
        let context = self.context(&operator.actor, &operator.origin);
        let change = signing_key::rotate(seen, new, &context);
        let tenant = operator.tenant.id();
        let store = self.store(tenant);
        let subject = Subject {
            tenant,
            store: store.as_ref(),
            context: &context,
            action: AuditAction::RotateSigningKey,
            target: change.audit.target.clone(),
        };
        match self.settle(subject, Ok(Some(change))).await? {
            Settled::Committed(change) => Ok(match change.write {
                Write::AddSigningKey { key, .. } => Some(key),
                _ => None,
            }),
            Settled::Unchanged | Settled::Raced => Ok(None),
        }
    }

    /// Sees to it that there is a key to sign with, and that this server can open it. Any number
    /// of servers may do so at once.
    ///
    /// # Errors
    /// [`KeysError`].
    pub async fn ensure_signing_key(&self) -> Result<(), KeysError> {
        let adapters = &self.shared.adapters;
        if !adapters.signer.given().is_empty() {
            return Ok(());
        }
        let seen = adapters.store.signing_keys().await.map_err(Error::from)?;
        if seen.is_empty() {
            let slug = roster_domain::tenant::Tenant::DEFAULT_SLUG;
            if let Some(tenant) = self.tenant(slug).await.map_err(Error::from)? {
                let system = Caller {
                    actor: Actor::System,
                    ..self.operator(tenant, "")
                };
                // Whoever was faster has made it.
                self.add_signing_key(&system, &seen).await?;
            }
        }
        let keys = adapters.store.signing_keys().await.map_err(Error::from)?;
        for key in signing_key::published(&keys, self.now()) {
            if adapters.vault.open(PURPOSE, &key.private_key).is_none() {
                return Err(KeysError::OtherSecret(key.id.clone()));
            }
        }
        Ok(())
    }
}
