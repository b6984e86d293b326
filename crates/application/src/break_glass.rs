//! Break-glass access: `roster admin link` makes a link, and whoever has it opens one session with
//! every permission. It works with SAML off, broken or enforced, and is always audited.

use roster_domain::admin_link;
use roster_domain::audit::AuditAction;
use roster_domain::change::Write;
use roster_domain::context::{Actor, Origin};
use roster_domain::id::SessionId;
use roster_domain::refusal::Refusal;
use roster_domain::secret::Secret;
use roster_domain::session::{self, NewSession, Session};

use crate::Application;
use crate::caller::Caller;
use crate::directory::TenantEntry;
use crate::error::Error;
use crate::ports::store::CommitError;
use crate::settle::Subject;
use crate::sign_in::provider::Addresses;

/// The form field, and the parameter of the link, that carry the secret.
pub const LINK_PARAMETER: &str = "link";

impl Application {
    /// A new link. To be shown once, to the operator alone.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn create_admin_link(&self, operator: &Caller) -> Result<String, Error> {
        let context = self.context(&operator.actor, &operator.origin);
        let secret = self.new_secret();
        let id = self.shared.adapters.ids.id();
        let change = admin_link::create(id, secret.hash(), &context);
        let store = self.store(operator.tenant.id());
        let subject = Subject {
            tenant: operator.tenant.id(),
            store: store.as_ref(),
            context: &context,
            action: AuditAction::CreateAdminLink,
            target: change.audit.target.clone(),
        };
        self.settle(subject, Ok(Some(change))).await?;
        let slug = operator.tenant.tenant().slug.as_str();
        let base = Addresses::of(&self.shared.settings.public_url, slug).base;
        Ok(format!(
            "{base}/admin-link?{LINK_PARAMETER}={}",
            secret.reveal()
        ))
    }

    /// Opens a session by a link, and uses the link up.
    ///
    /// # Errors
    /// [`Error::Refused`] with [`Refusal::AdminLinkSpent`] for a link that is used, expired, of
    /// another tenant or no link at all; which of these is nobody's business.
    pub async fn redeem_admin_link(
        &self,
        tenant: &TenantEntry,
        link: &str,
        origin: &Origin,
    ) -> Result<(Secret, Session), Error> {
        let store = self.store(tenant.id());
        let context = self.context(&Actor::System, origin);
        let known = match Secret::parse(link) {
            Some(secret) => store.admin_link(&secret.hash()).await?,
            None => None,
        };
        // Nobody knows an unknown link, so nothing about it is worth an entry in the audit log.
        let Some(known) = known else {
            return Err(Refusal::AdminLinkSpent.into());
        };
        let subject = || Subject {
            tenant: tenant.id(),
            store: store.as_ref(),
            context: &context,
            action: AuditAction::SignIn,
            target: known.target(),
        };
        if !known.is_good(context.now) {
            return Err(self
                .refuse(subject(), Refusal::AdminLinkSpent, Vec::new())
                .await);
        }
        let secret = self.new_secret();
        let new = NewSession {
            id: SessionId::new(self.shared.adapters.ids.id()),
            secret: secret.hash(),
            lifetimes: self.shared.settings.lifetimes,
        };
        let change = session::start_from_link(new, &known, tenant.tenant(), &context);
        match self.commit(tenant.id(), store.as_ref(), &change).await {
            Ok(()) => {}
            Err(CommitError::Store(error)) => return Err(error.into()),
            // Somebody else was faster with the same link.
            Err(_) => {
                return Err(self
                    .refuse(subject(), Refusal::AdminLinkSpent, Vec::new())
                    .await);
            }
        }
        tracing::warn!(
            tenant = tenant.tenant().slug.as_str(),
            created_by = known.created_by,
            "signed in by a break-glass link"
        );
        match change.write {
            Write::StartSession { session, .. } => Ok((secret, session)),
            _ => Err(Refusal::AdminLinkSpent.into()),
        }
    }
}
