//! Sessions of browsers: from the secret in a cookie to a caller, and out again.
//!
//! A session is read from the database at each request, together with the person and the role, so
//! losing access, the role or the session holds at once and in every process.

use std::sync::Arc;

use roster_domain::audit::AuditAction;
use roster_domain::context::{Actor, Origin};
use roster_domain::id::UserId;
use roster_domain::permission::{Permission, PermissionSet};
use roster_domain::saml_settings::{IdpTrust, SamlSettings};
use roster_domain::secret::Secret;
use roster_domain::session::{self, Holder, IdpSession, SEEN_INTERVAL, Session};
use roster_domain::user::{self, User};

use crate::Application;
use crate::administration::unseen_user;
use crate::caller::Caller;
use crate::directory::TenantEntry;
use crate::error::{Error, Thing};
use crate::ports::saml::{LogoutSubject, SamlFault};
use crate::ports::store::StoreError;
use crate::settle::{Settled, Subject};

/// Whoever a session belongs to, as they are at this moment.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// The person; `None`: an operator who came by a break-glass link.
    pub person: Option<User>,
    /// The same as a caller of use cases.
    pub caller: Caller,
    /// What every write by this session must bring along (see [`SignedIn::may_write`]).
    pub csrf_token: String,
}

impl SignedIn {
    /// Whether a write comes from a page that this session was shown, and not from another site in
    /// the same browser.
    #[must_use]
    pub fn may_write(&self, csrf_token: &str) -> bool {
        // Of equal length, and compared to the end: how long it takes tells nothing.
        let (sent, expected) = (csrf_token.as_bytes(), self.csrf_token.as_bytes());
        sent.len() == expected.len()
            && sent
                .iter()
                .zip(expected)
                .fold(0, |differ, (a, b)| differ | (a ^ b))
                == 0
    }
}

/// For what the token against cross-site requests is derived from a session's secret.
const CSRF: &str = "csrf";

impl Application {
    /// Whose session has the secret `cookie` in `tenant`. `None`: nobody's, or it is over.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session(
        &self,
        tenant: &TenantEntry,
        cookie: &str,
        origin: Origin,
    ) -> Result<Option<SignedIn>, StoreError> {
        let Some(secret) = Secret::parse(cookie) else {
            return Ok(None);
        };
        let store = self.store(tenant.id());
        let Some(stored) = store.session(&secret.hash()).await? else {
            return Ok(None);
        };
        let now = self.now();
        let session = stored.session;
        if !session.is_alive(now, &self.shared.settings.lifetimes) {
            return Ok(None);
        }
        let (actor, permissions, person) = match (&session.holder, stored.person) {
            (Holder::User { .. }, Some((user, permissions))) if session.holds_for(&user) => {
                let actor = Actor::User {
                    id: user.id,
                    name: user.user_name.to_string(),
                };
                (actor, permissions, Some(user))
            }
            (Holder::Operator { name }, None) => {
                let actor = Actor::Operator { name: name.clone() };
                (actor, PermissionSet::all(), None)
            }
            _ => return Ok(None),
        };
        if now - session.last_seen_at >= SEEN_INTERVAL {
            store.note_session_use(session.id, now).await?;
        }
        let caller = Caller {
            tenant: tenant.clone(),
            actor,
            permissions: Arc::new(permissions),
            superseded: false,
            origin,
        };
        Ok(Some(SignedIn {
            session,
            person,
            caller,
            csrf_token: secret.derived(CSRF),
        }))
    }

    /// Ends a session. Answers where to send the browser so that the identity provider's session
    /// ends too, if it offers that.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn sign_out(&self, signed_in: &SignedIn) -> Result<Option<String>, Error> {
        let caller = &signed_in.caller;
        let store = self.store(caller.tenant.id());
        let context = self.context(&caller.actor, &caller.origin);
        let change = session::end(&signed_in.session, caller.tenant.tenant(), &context);
        let subject = Subject {
            tenant: caller.tenant.id(),
            store: store.as_ref(),
            context: &context,
            action: AuditAction::SignOut,
            target: change.audit.target.clone(),
        };
        // A session that is gone already is as over as it can be.
        self.settle(subject, Ok(Some(change))).await?;
        let settings = store.saml_settings().await?;
        let Some((trusted, idp)) = provider_of(&signed_in.session, &settings) else {
            return Ok(None);
        };
        let mut chance = [0; 16];
        self.shared.adapters.ids.fill(&mut chance);
        let saml = &self.shared.adapters.saml;
        let request = crate::sign_in::provider::service_provider(
            &self.shared.settings.public_url,
            &caller.tenant,
            &settings,
            self.shared.adapters.vault.as_ref(),
        )
        .and_then(|sp| {
            let subject = LogoutSubject {
                name_id: &idp.name_id,
                name_id_format: &idp.name_id_format,
                session_index: idp.session_index.as_deref(),
            };
            let id = saml.message_id(u128::from_be_bytes(chance));
            saml.logout_request(&sp, trusted, subject, &id, context.now)
        });
        Ok(request.unwrap_or_else(|SamlFault(fault)| {
            tracing::warn!(
                fault,
                "no logout request could be made; only our own session ended"
            );
            None
        }))
    }

    /// Where signing out may send the browser: the address for logouts of the identity provider
    /// that began the session.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn logout_destination(
        &self,
        signed_in: &SignedIn,
    ) -> Result<Option<String>, StoreError> {
        let store = self.store(signed_in.caller.tenant.id());
        let settings = store.saml_settings().await?;
        let provider = provider_of(&signed_in.session, &settings);
        Ok(provider.and_then(|(provider, _)| provider.slo_url.clone()))
    }

    /// Ends every session of whoever this session belongs to.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn sign_out_everywhere(&self, signed_in: &SignedIn) -> Result<(), Error> {
        match &signed_in.person {
            Some(person) => {
                let id = person.id.to_string();
                self.end_sessions(&signed_in.caller, &id).await.map(|_| ())
            }
            None => self.sign_out(signed_in).await.map(|_| ()),
        }
    }

    /// The sessions of a user that hold now, the newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `UserRead`; [`Error::NotFound`].
    pub async fn list_sessions(&self, caller: &Caller, id: &str) -> Result<Vec<Session>, Error> {
        caller.require(&Permission::USER_READ)?;
        let user = self.read_user(caller, id).await?;
        let now = self.now();
        let sessions = self.store(caller.tenant.id()).sessions_of(user.id).await?;
        let lifetimes = &self.shared.settings.lifetimes;
        Ok(sessions
            .into_iter()
            .filter(|session| session.is_alive(now, lifetimes) && session.holds_for(&user))
            .collect())
    }

    /// Ends every session of a user, at once and everywhere.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn end_user_sessions(&self, caller: &Caller, id: &str) -> Result<User, Error> {
        let action = AuditAction::SignOut;
        self.require_to_write(caller, &Permission::USER_MODIFY, action, || unseen_user(id))
            .await?;
        let outcome = self.end_sessions(caller, id).await;
        self.audited(caller, action, || unseen_user(id), outcome)
            .await
    }

    /// Frees a user from the identity at the identity provider, so that the next sign-in with the
    /// user's e-mail binds anew. Ends every session.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn unbind_user(&self, caller: &Caller, id: &str) -> Result<User, Error> {
        let action = AuditAction::UpdateUser;
        self.require_to_write(caller, &Permission::USER_MODIFY, action, || unseen_user(id))
            .await?;
        let outcome = self.change_user(caller, id, action, user::unbind).await;
        self.audited(caller, action, || unseen_user(id), outcome)
            .await
    }

    async fn end_sessions(&self, caller: &Caller, id: &str) -> Result<User, Error> {
        self.change_user(caller, id, AuditAction::SignOut, |user, context| {
            Some(user::sign_out_everywhere(user, context))
        })
        .await
    }

    /// Load, decide, commit, for a decision about a user that can't be refused.
    async fn change_user(
        &self,
        caller: &Caller,
        id: &str,
        action: AuditAction,
        decide: impl Fn(
            &User,
            &roster_domain::context::Context,
        ) -> Option<roster_domain::change::Change>,
    ) -> Result<User, Error> {
        let not_found = || Error::not_found(Thing::User, &id);
        let user_id: UserId = id.parse().map_err(|_| not_found())?;
        let store = self.store(caller.tenant.id());
        let mut attempts = self.attempts(user_id.uuid());
        loop {
            let user = store.user(user_id).await?.ok_or_else(not_found)?;
            let context = self.context(&caller.actor, &caller.origin);
            let subject = Subject {
                tenant: caller.tenant.id(),
                store: store.as_ref(),
                context: &context,
                action,
                target: user.target(),
            };
            match self.settle(subject, Ok(decide(&user, &context))).await? {
                Settled::Committed(change) => {
                    return Ok(match change.write {
                        roster_domain::change::Write::UpdateUser { user, .. } => user,
                        _ => user,
                    });
                }
                Settled::Unchanged => return Ok(user),
                Settled::Raced => attempts.again().await?,
            }
        }
    }
}

/// The identity provider that began a session, if the tenant still trusts it; and its own words for
/// the session.
fn provider_of<'a>(
    session: &'a Session,
    settings: &'a SamlSettings,
) -> Option<(&'a IdpTrust, &'a IdpSession)> {
    let Holder::User { idp, .. } = &session.holder else {
        return None;
    };
    let provider = settings.provider.as_ref();
    provider
        .filter(|provider| settings.enabled && provider.entity_id == idp.entity_id)
        .map(|provider| (provider, idp))
}
