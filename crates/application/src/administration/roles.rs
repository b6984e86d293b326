//! Administrators and roles: list, create, read, update, delete.

use std::collections::HashMap;

use roster_domain::audit::{AuditAction, Target, TargetKind};
use roster_domain::change::Write;
use roster_domain::id::{RoleId, Version};
use roster_domain::permission::{Permission, PermissionSet};
use roster_domain::role::{self, Role, RoleUsage};
use roster_domain::text::RoleName;

use super::unseen;
use crate::Application;
use crate::caller::Caller;
use crate::error::{Error, Thing};
use crate::settle::{Settled, Subject, require_version};

/// What shall change about a role. `None` keeps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoleWish {
    /// Another name.
    pub name: Option<RoleName>,
    /// Other permissions.
    pub permissions: Option<PermissionSet>,
}

impl Application {
    /// Every role.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `UserRead`.
    pub async fn list_roles(&self, caller: &Caller) -> Result<Vec<Role>, Error> {
        caller.require(&Permission::USER_READ)?;
        Ok(self.store(caller.tenant.id()).roles().await?)
    }

    /// Every role, and how many people it matters to.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `UserRead`.
    pub async fn list_roles_with_usage(
        &self,
        caller: &Caller,
    ) -> Result<Vec<(Role, RoleUsage)>, Error> {
        let roles = self.list_roles(caller).await?;
        let usages = self.store(caller.tenant.id()).role_usages().await?;
        let usages: HashMap<RoleId, RoleUsage> = usages.into_iter().collect();
        let with_usage = |role: Role| {
            let usage = usages.get(&role.id).copied().unwrap_or_default();
            (role, usage)
        };
        Ok(roles.into_iter().map(with_usage).collect())
    }

    /// One role, and how many people it matters to.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `UserRead`; [`Error::NotFound`].
    pub async fn read_role(&self, caller: &Caller, id: &str) -> Result<(Role, RoleUsage), Error> {
        caller.require(&Permission::USER_READ)?;
        let not_found = || Error::not_found(Thing::Role, &id);
        let role_id: RoleId = id.parse().map_err(|_| not_found())?;
        let store = self.store(caller.tenant.id());
        let role = store.role(role_id).await?.ok_or_else(not_found)?;
        let usage = store.role_usage(role_id).await?;
        Ok((role, usage))
    }

    /// A new role.
    ///
    /// # Errors
    /// Any [`Error`]; nothing is changed then.
    pub async fn create_role(
        &self,
        caller: &Caller,
        name: RoleName,
        permissions: PermissionSet,
    ) -> Result<Role, Error> {
        let action = AuditAction::CreateUserRole;
        let target = || unseen(TargetKind::Role, None, name.as_str());
        self.require_to_write(caller, &Permission::USER_MODIFY, action, target)
            .await?;
        let (tenant, id) = (
            caller.tenant.id(),
            RoleId::new(self.shared.adapters.ids.id()),
        );
        let store = self.store(tenant);
        let mut attempts = self.attempts(id.uuid());
        loop {
            let context = self.context(&caller.actor, &caller.origin);
            let decision = role::create(id, name.clone(), permissions.clone(), &context).map(Some);
            let subject = Subject {
                tenant,
                store: store.as_ref(),
                context: &context,
                action,
                target: target(),
            };
            match self.settle(subject, decision).await? {
                Settled::Committed(change) => {
                    if let Write::CreateRole(role) = change.write {
                        return Ok(role);
                    }
                }
                Settled::Unchanged | Settled::Raced => {}
            }
            attempts.again().await?;
        }
    }

    /// Changes a role's name or permissions. `expected`: only if that is its present version.
    ///
    /// # Errors
    /// Any [`Error`]; nothing is changed then.
    pub async fn update_role(
        &self,
        caller: &Caller,
        id: &str,
        wish: &RoleWish,
        expected: Option<Version>,
    ) -> Result<Role, Error> {
        let action = AuditAction::UpdateUserRole;
        self.may_write_role(caller, id, action).await?;
        let outcome: Result<Role, Error> = async {
            let not_found = || Error::not_found(Thing::Role, &id);
            let role_id: RoleId = id.parse().map_err(|_| not_found())?;
            let tenant = caller.tenant.id();
            let store = self.store(tenant);
            let mut attempts = self.attempts(role_id.uuid());
            loop {
                let role = store.role(role_id).await?.ok_or_else(not_found)?;
                require_version(expected, role.version)?;
                let context = self.context(&caller.actor, &caller.origin);
                let decision =
                    role::update(&role, wish.name.clone(), wish.permissions.clone(), &context);
                let subject = Subject {
                    tenant,
                    store: store.as_ref(),
                    context: &context,
                    action,
                    target: role.target(),
                };
                match self.settle(subject, decision).await? {
                    Settled::Committed(change) => {
                        return Ok(match change.write {
                            Write::UpdateRole { role, .. } => role,
                            _ => role,
                        });
                    }
                    Settled::Unchanged => return Ok(role),
                    Settled::Raced => attempts.again().await?,
                }
            }
        }
        .await;
        self.audited(caller, action, || unseen_role(id), outcome)
            .await
    }

    /// Deletes a role that nobody has or waits for.
    ///
    /// # Errors
    /// Any [`Error`]; nothing is changed then.
    pub async fn delete_role(&self, caller: &Caller, id: &str) -> Result<(), Error> {
        let action = AuditAction::DeleteUserRole;
        self.may_write_role(caller, id, action).await?;
        let outcome: Result<(), Error> = async {
            let not_found = || Error::not_found(Thing::Role, &id);
            let role_id: RoleId = id.parse().map_err(|_| not_found())?;
            let tenant = caller.tenant.id();
            let store = self.store(tenant);
            let mut attempts = self.attempts(role_id.uuid());
            loop {
                let role = store.role(role_id).await?.ok_or_else(not_found)?;
                let usage = store.role_usage(role_id).await?;
                let settings = store.settings().await?.ok_or_else(not_found)?;
                let context = self.context(&caller.actor, &caller.origin);
                let decision =
                    role::delete(&role, usage, settings.default_role.id, &context).map(Some);
                let subject = Subject {
                    tenant,
                    store: store.as_ref(),
                    context: &context,
                    action,
                    target: role.target(),
                };
                match self.settle(subject, decision).await? {
                    Settled::Committed(_) | Settled::Unchanged => return Ok(()),
                    Settled::Raced => attempts.again().await?,
                }
            }
        }
        .await;
        self.audited(caller, action, || unseen_role(id), outcome)
            .await
    }

    async fn may_write_role(
        &self,
        caller: &Caller,
        id: &str,
        action: AuditAction,
    ) -> Result<(), Error> {
        let target = || unseen_role(id);
        self.require_to_write(caller, &Permission::USER_MODIFY, action, target)
            .await
    }
}

/// The target of a request about a role that was not looked up.
fn unseen_role(id: &str) -> Target {
    let role = id.parse::<RoleId>().ok();
    unseen(TargetKind::Role, role.map(RoleId::uuid), id)
}
