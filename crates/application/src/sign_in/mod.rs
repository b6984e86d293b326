//! Signing in by SAML: a person is sent to the identity provider, comes back with its answer, and
//! has a session.
//!
//! - [`Application::start_sign_in`] makes the request, and the sealed [`attempt`] that the browser
//!   keeps meanwhile;
//! - [`Application::complete_sign_in`] takes the answer: verify, use up, decide
//!   (`roster_domain::user::sign_in`), commit, begin the session;
//! - `assertion` puts what was verified into the domain's words;
//! - [`failure`] is what happens otherwise;
//! - [`provider`] says who we are to an identity provider.

mod assertion;
pub mod attempt;
pub mod failure;
pub mod provider;

use roster_domain::change::Precondition;
use roster_domain::context::{Actor, Context, Origin};
use roster_domain::id::{SessionId, UserId};
use roster_domain::refusal::{Loss, Refusal};
use roster_domain::return_url::{self, ReturnTarget};
use roster_domain::saml_settings::{IdpTrust, SamlSettings};
use roster_domain::secret::{Secret, mark};
use roster_domain::session::{self, IdpSession, NewSession, Session};
use roster_domain::user::User;
use roster_domain::user::sign_in::{self, Assertion, Known, SignedIn};

use crate::Application;
use crate::directory::TenantEntry;
use crate::error::Error;
use crate::ports::saml::{Expectations, VerifiedIdentity};
use crate::ports::store::{CommitError, StoreError, TenantStore};
use crate::settle::wanted_name;
use assertion::assertion;
use attempt::Attempt;
use failure::{Problem, SignInFailure, Who};
use provider::service_provider;

/// A sign-in that has begun.
#[derive(Debug, Clone)]
pub struct Started {
    /// Where to send the browser.
    pub redirect: String,
    /// In which of its cookies the browser keeps the attempt, below [`attempt::SLOTS`].
    pub slot: u8,
    /// That cookie's value.
    pub attempt: String,
}

/// What a browser posts to the assertion consumer service.
#[derive(Debug, Clone, Copy)]
pub struct Posted<'a> {
    /// The form field `SAMLResponse`.
    pub saml_response: &'a str,
    /// The form field `RelayState`; empty if absent.
    pub relay_state: &'a str,
    /// The values of the browser's cookies that keep attempts.
    pub attempts: &'a [&'a str],
}

/// A sign-in that has succeeded.
#[derive(Debug, Clone)]
pub struct Completed {
    /// The secret for the browser's cookie.
    pub secret: Secret,
    /// The session.
    pub session: Session,
    /// Where to send the browser; `None`: to the tenant's own page.
    pub target: Option<ReturnTarget>,
    /// The cookie of the attempt, which is over.
    pub slot: Option<u8>,
}

/// Why a verified person is not let in.
enum Stop {
    Refused(Refusal),
    Contended,
    Store(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Application {
    /// Begins a sign-in that is to end at `return_to`.
    ///
    /// # Errors
    /// [`SignInFailure`] when SAML is not set up, or the address is not allowed.
    pub async fn start_sign_in(
        &self,
        tenant: &TenantEntry,
        return_to: Option<&str>,
        origin: &Origin,
    ) -> Result<Started, SignInFailure> {
        let context = self.context(&Actor::System, origin);
        let (settings, idp) = self.trusted(tenant, &context, Who::Asking).await?;
        let return_to = match return_to.map(|wanted| return_address(wanted, &settings)) {
            None => None,
            Some(Some(address)) => Some(address),
            Some(None) => {
                let reason = "The address to return to is longer than 512 bytes, or neither a path of Roster nor on the tenant's list of return URLs.";
                let problem = Problem::ReturnAddress;
                return Err(self
                    .refuse_sign_in(tenant, &context, Who::Asking, reason, problem)
                    .await);
            }
        };
        let saml = &self.shared.adapters.saml;
        let mut chance = [0; 16];
        self.shared.adapters.ids.fill(&mut chance);
        let id = saml.message_id(u128::from_be_bytes(chance));
        self.shared.adapters.ids.fill(&mut chance);
        let relay_state = format!("{:032x}", u128::from_be_bytes(chance));
        let request = self
            .service_provider(tenant, &settings)
            .and_then(|sp| saml.authn_request(&sp, &idp, &id, &relay_state, context.now));
        match request {
            Ok(redirect) => {
                let slot = attempt::slot(&relay_state);
                let attempt = Attempt::new(tenant.id(), relay_state, id, return_to, context.now);
                Ok(Started {
                    redirect,
                    slot,
                    attempt: attempt.seal(self.shared.adapters.vault.as_ref()),
                })
            }
            Err(fault) => Err(self
                .refuse_sign_in(
                    tenant,
                    &context,
                    Who::Asking,
                    &format!("No request can be made of the SAML settings: {fault}"),
                    Problem::AskAdministrator,
                )
                .await),
        }
    }

    /// Takes the identity provider's answer.
    ///
    /// # Errors
    /// [`SignInFailure`]; nobody was created or changed then.
    pub async fn complete_sign_in(
        &self,
        tenant: &TenantEntry,
        posted: Posted<'_>,
        origin: &Origin,
    ) -> Result<Completed, SignInFailure> {
        let context = self.context(&Actor::System, origin);
        let (settings, idp) = self.trusted(tenant, &context, Who::Unverified).await?;
        let vault = self.shared.adapters.vault.as_ref();
        let now = context.now;
        let attempt = Attempt::find(vault, tenant.id(), posted.attempts, posted.relay_state, now);
        let refuse = async |reason: String, problem| {
            let who = Who::Unverified;
            self.refuse_sign_in(tenant, &context, who, &reason, problem)
                .await
        };
        let sp = match self.service_provider(tenant, &settings) {
            Ok(sp) => sp,
            Err(fault) => return Err(refuse(fault.0, Problem::AskAdministrator).await),
        };
        let expectations = Expectations {
            now,
            outstanding: attempt.as_ref().map(|attempt| attempt.request_id.as_str()),
            idp_initiated: settings.idp_initiated,
        };
        let verified = self.shared.adapters.saml.verify(
            &sp,
            &idp,
            &settings.attributes,
            &expectations,
            posted.saml_response,
        );
        let identity = match verified {
            Ok(identity) => identity,
            Err(refused) => {
                let problem = if refused.start_again {
                    Problem::StartAgain
                } else {
                    Problem::AskAdministrator
                };
                return Err(refuse(refused.reason, problem).await);
            }
        };

        let store = self.store(tenant.id());
        let once = marks(&identity);
        let until = identity.assertion_expires_at.max(now + attempt::LIFETIME);
        match store.use_once(&once, until).await {
            Ok(true) => {}
            Ok(false) => {
                let reason = "The assertion, or the request that it answers, was used before: the response was posted twice (replayed).";
                return Err(refuse(reason.to_owned(), Problem::StartAgain).await);
            }
            Err(error) => return Err(self.sign_in_unavailable(tenant, &context, &error)),
        }

        match self
            .admit(tenant, store.as_ref(), &identity, &settings, &context)
            .await
        {
            Ok((secret, session)) => Ok(Completed {
                secret,
                session,
                target: target(attempt.as_ref(), posted.relay_state, &settings),
                slot: attempt.map(|attempt| attempt::slot(&attempt.relay_state)),
            }),
            Err(Stop::Store(error)) => Err(self.sign_in_unavailable(tenant, &context, &error)),
            Err(Stop::Contended) => {
                let reason = Error::Contended.to_string();
                let who = Who::Verified(&identity.name_id);
                Err(self
                    .refuse_sign_in(tenant, &context, who, &reason, Problem::StartAgain)
                    .await)
            }
            Err(Stop::Refused(refusal)) => {
                let who = Who::Verified(&identity.name_id);
                let reason = refusal.to_string();
                let problem = Problem::Refused(refusal);
                Err(self
                    .refuse_sign_in(tenant, &context, who, &reason, problem)
                    .await)
            }
        }
    }

    /// The SAML settings of a tenant that has SAML switched on, and whom it trusts. Read anew each
    /// time: a change of trust holds at once, in every process.
    async fn trusted(
        &self,
        tenant: &TenantEntry,
        context: &Context,
        who: Who<'_>,
    ) -> Result<(SamlSettings, IdpTrust), SignInFailure> {
        let settings = self.store(tenant.id()).saml_settings().await;
        let settings =
            settings.map_err(|error| self.sign_in_unavailable(tenant, context, &error))?;
        match settings.provider.clone().filter(|_| settings.enabled) {
            Some(idp) => Ok((settings, idp)),
            None => {
                let reason =
                    "SAML is switched off for this tenant, or has no identity provider yet.";
                let problem = Problem::NotConfigured;
                Err(self
                    .refuse_sign_in(tenant, context, who, reason, problem)
                    .await)
            }
        }
    }

    /// Brings the person up to date and begins the session; again if somebody was faster.
    async fn admit(
        &self,
        tenant: &TenantEntry,
        store: &dyn TenantStore,
        identity: &VerifiedIdentity,
        settings: &SamlSettings,
        context: &Context,
    ) -> Result<(Secret, Session), Stop> {
        let assertion = assertion(identity, settings).map_err(Stop::Refused)?;
        let id = UserId::new(self.shared.adapters.ids.id());
        let mut attempts = self.attempts(id.uuid());
        let mut taken_before = false;
        loop {
            let SignedIn { user, change } = self
                .decide_sign_in(tenant, store, &assertion, id, context)
                .await?;
            if let Some(change) = change {
                match self.commit(tenant.id(), store, &change).await {
                    Ok(()) => {}
                    // Perhaps the same person, in another tab: the next look finds them.
                    Err(CommitError::Taken(_)) if !taken_before => {
                        taken_before = true;
                        attempts.again().await.map_err(|_| Stop::Contended)?;
                        continue;
                    }
                    Err(CommitError::Taken(name)) => {
                        let value = wanted_name(name, &change.write);
                        return Err(Stop::Refused(Refusal::Taken { name, value }));
                    }
                    Err(CommitError::Broken(Precondition::AnotherActiveAdmin { .. })) => {
                        let loss = Loss::AdminRole;
                        return Err(Stop::Refused(Refusal::LastAdmin { loss }));
                    }
                    Err(CommitError::Conflict | CommitError::Broken(_)) => {
                        attempts.again().await.map_err(|_| Stop::Contended)?;
                        continue;
                    }
                    Err(CommitError::Store(error)) => return Err(error.into()),
                }
            }
            match self
                .begin_session(tenant, store, &user, identity, context)
                .await
            {
                Err(CommitError::Store(error)) => return Err(error.into()),
                // Changed since it was decided, by SCIM perhaps: that may be the end of it.
                Err(_) => attempts.again().await.map_err(|_| Stop::Contended)?,
                Ok(begun) => return Ok(begun),
            }
        }
    }

    async fn decide_sign_in(
        &self,
        tenant: &TenantEntry,
        store: &dyn TenantStore,
        assertion: &Assertion,
        id: UserId,
        context: &Context,
    ) -> Result<SignedIn, Stop> {
        let bound = store.user_by_identity(&assertion.identity.key()).await?;
        let same_email = store.user_by_email(&assertion.email.folded()).await?;
        let known = Known {
            same_email: same_email
                .filter(|user| bound.as_ref().is_none_or(|bound| bound.id != user.id)),
            bound,
        };
        let roles = store.roles().await?;
        // What the directory remembers may be a second old, and the role gone since.
        let default_role = match store.settings().await? {
            Some(settings) => settings.default_role,
            None => tenant.settings().default_role.clone(),
        };
        let context = self.context(&Actor::System, &context.origin);
        sign_in::decide(
            assertion.clone(),
            known,
            &roles,
            &default_role,
            id,
            &context,
        )
        .map_err(Stop::Refused)
    }

    async fn begin_session(
        &self,
        tenant: &TenantEntry,
        store: &dyn TenantStore,
        user: &User,
        identity: &VerifiedIdentity,
        context: &Context,
    ) -> Result<(Secret, Session), CommitError> {
        let secret = self.new_secret();
        let new = NewSession {
            id: SessionId::new(self.shared.adapters.ids.id()),
            secret: secret.hash(),
            lifetimes: self.shared.settings.lifetimes,
        };
        let idp = IdpSession {
            entity_id: identity.idp_entity_id.clone(),
            name_id: identity.name_id.clone(),
            name_id_format: identity.name_id_format.clone(),
            session_index: identity.session_index.clone(),
        };
        let context = self.context(&Actor::System, &context.origin);
        let change = session::start(new, user, idp, &context);
        self.commit(tenant.id(), store, &change).await?;
        match change.write {
            roster_domain::change::Write::StartSession { session, .. } => Ok((secret, session)),
            _ => Err(CommitError::Conflict),
        }
    }

    fn service_provider(
        &self,
        tenant: &TenantEntry,
        settings: &SamlSettings,
    ) -> Result<crate::ports::saml::ServiceProvider, crate::ports::saml::SamlFault> {
        service_provider(
            &self.shared.settings.public_url,
            tenant,
            settings,
            self.shared.adapters.vault.as_ref(),
        )
    }
}

/// The longest address that an attempt keeps, in bytes: it travels in a cookie with every request.
const LONGEST_RETURN_ADDRESS: usize = 512;

/// The address to return to, in its normal form, if it is allowed.
fn return_address(wanted: &str, settings: &SamlSettings) -> Option<String> {
    let (ReturnTarget::Path(address) | ReturnTarget::Listed(address)) =
        return_url::allowed(wanted, &settings.return_urls)?;
    (address.len() <= LONGEST_RETURN_ADDRESS).then_some(address)
}

/// What is used up by a sign-in: the assertion, and the request that it answers.
fn marks(identity: &VerifiedIdentity) -> Vec<roster_domain::secret::SecretHash> {
    let idp = identity.idp_entity_id.as_str();
    let assertion = mark("saml assertion", &[idp, &identity.assertion_id]);
    let request = identity.in_response_to.as_deref();
    let request = request.map(|id| mark("saml request", &[id]));
    std::iter::once(assertion).chain(request).collect()
}

/// Where the person goes. RelayState comes back unprotected, so what it says is only believed
/// where any address on the list would do.
fn target(
    attempt: Option<&Attempt>,
    relay_state: &str,
    settings: &SamlSettings,
) -> Option<ReturnTarget> {
    let wanted = match attempt {
        Some(attempt) => attempt.return_to.as_deref()?,
        None => relay_state,
    };
    return_url::allowed(wanted, &settings.return_urls)
}
