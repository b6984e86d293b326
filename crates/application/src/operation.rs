//! What whoever runs Roster does from the command line, against the running server's database:
//! tenants, first tokens, pre-provisioned users.

use std::sync::Arc;

use roster_domain::audit::{AuditAction, TargetKind};
use roster_domain::change::{Change, Write};
use roster_domain::context::{Actor, Origin};
use roster_domain::id::{RoleId, TenantId, UserId};
use roster_domain::permission::PermissionSet;
use roster_domain::role::named;
use roster_domain::tenant::{self, Tenant};
use roster_domain::text::{EmailAddress, PersonName, TenantSlug, UserName};
use roster_domain::user::User;
use roster_domain::user::create::{NewUser, create};

use crate::Application;
use crate::caller::Caller;
use crate::directory::TenantEntry;
use crate::error::Error;
use crate::ports::store::{CommitError, StoreError};
use crate::settle::{Settled, Subject};

/// A user whom the operator makes before the first sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRequest {
    /// The userName, as the identity provider sends it.
    pub user_name: UserName,
    /// The e-mail address.
    pub email: EmailAddress,
    /// The given name; may be empty.
    pub given_name: PersonName,
    /// The family name; may be empty.
    pub family_name: PersonName,
    /// The role's name; `None`: the tenant's default role.
    pub role: Option<String>,
}

impl Application {
    /// The operator as a caller: every permission, and audited under `name`.
    #[must_use]
    pub fn operator(&self, tenant: TenantEntry, name: &str) -> Caller {
        Caller {
            tenant,
            actor: Actor::Operator {
                name: name.to_owned(),
            },
            permissions: Arc::new(PermissionSet::all()),
            superseded: false,
            origin: Origin::default(),
        }
    }

    /// Every tenant.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        self.shared.adapters.store.tenants().await
    }

    /// A new tenant with its first roles.
    ///
    /// # Errors
    /// [`Error::Refused`] when the slug is taken.
    pub async fn create_tenant(&self, slug: &TenantSlug, actor: &Actor) -> Result<Tenant, Error> {
        let id = TenantId::new(self.shared.adapters.ids.id());
        let role_ids = std::array::from_fn(|_| RoleId::new(self.shared.adapters.ids.id()));
        let context = self.context(actor, &Origin::default());
        let change = tenant::create(id, slug.clone(), role_ids, &context)
            .map_err(|problem| Error::invalid("tenant", &problem))?;
        match self.commit(id, self.store(id).as_ref(), &change).await {
            Ok(()) => {}
            // There is no tenant whose audit log could hold the refusal.
            Err(CommitError::Taken(name)) => {
                return Err(roster_domain::refusal::Refusal::Taken {
                    name,
                    value: slug.to_string(),
                }
                .into());
            }
            Err(CommitError::Store(error)) => return Err(error.into()),
            Err(CommitError::Conflict | CommitError::Broken(_)) => return Err(Error::Contended),
        }
        match change.write {
            Write::CreateTenant { tenant, .. } => Ok(tenant),
            _ => Err(Error::Contended),
        }
    }

    /// Makes the tenant `default`, unless it exists; several processes may do so at once.
    ///
    /// # Errors
    /// [`Error`] when the database does not answer.
    pub async fn ensure_default_tenant(&self) -> Result<(), Error> {
        let slug = TenantSlug::new(Tenant::DEFAULT_SLUG)
            .map_err(|problem| Error::invalid("tenant", &problem))?;
        if self
            .shared
            .adapters
            .store
            .tenant_by_slug(&slug)
            .await?
            .is_some()
        {
            return Ok(());
        }
        match self.create_tenant(&slug, &Actor::System).await {
            Ok(_) | Err(Error::Refused(roster_domain::refusal::Refusal::Taken { .. })) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Makes a user before the first sign-in.
    ///
    /// # Errors
    /// [`Error::Refused`] when a name is taken or the role unknown.
    pub async fn add_user(&self, caller: &Caller, request: &UserRequest) -> Result<User, Error> {
        let tenant = caller.tenant.id();
        let store = self.store(tenant);
        let id = UserId::new(self.shared.adapters.ids.id());
        let mut attempts = self.attempts(id.uuid());
        loop {
            let context = self.context(&caller.actor, &caller.origin);
            let roles = store.roles().await?;
            let settings = store.settings().await?.ok_or(Error::Contended)?;
            let role = match &request.role {
                Some(name) => named(&roles, name).map(roster_domain::role::Role::to_ref),
                None => Ok(settings.default_role),
            };
            let decision = role.map(|role| {
                let new = NewUser {
                    id,
                    user_name: request.user_name.clone(),
                    email: request.email.clone(),
                    given_name: request.given_name.clone(),
                    family_name: request.family_name.clone(),
                    role,
                    identity: None,
                };
                Some(create(new, &context))
            });
            let target =
                crate::administration::unseen(TargetKind::User, None, request.user_name.as_str());
            let action = AuditAction::CreateUser;
            let subject = Subject {
                tenant,
                store: store.as_ref(),
                context: &context,
                action,
                target,
            };
            match self.settle(subject, decision).await? {
                Settled::Committed(Change {
                    write: Write::CreateUser(user),
                    ..
                }) => return Ok(user),
                _ => attempts.again().await?,
            }
        }
    }
}
