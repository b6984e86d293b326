//! Administrators and the tenant's general settings.

use roster_domain::audit::AuditAction;
use roster_domain::change::Write;
use roster_domain::id::Version;
use roster_domain::permission::Permission;
use roster_domain::role::named;
use roster_domain::settings::{self, Settings};
use roster_domain::text::AttributeName;

use crate::Application;
use crate::caller::Caller;
use crate::error::{Error, Thing};
use crate::settle::{Settled, Subject, require_version};

/// What shall change about the settings. `None` keeps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SettingsWish {
    /// Another name for the SCIM attribute that carries the role.
    pub scim_role_attribute: Option<AttributeName>,
    /// Another default role, by name.
    pub default_role: Option<String>,
}

impl Application {
    /// The settings, as they are now.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `GeneralSettingsRead`.
    pub async fn read_settings(&self, caller: &Caller) -> Result<Settings, Error> {
        caller.require(&Permission::SETTINGS_READ)?;
        let tenant = caller.tenant.id();
        self.store(tenant)
            .settings()
            .await?
            .ok_or_else(|| Error::not_found(Thing::Tenant, &tenant))
    }

    /// Changes the settings; effective on the next request. `expected`: only if that is their
    /// present version.
    ///
    /// # Errors
    /// Any [`Error`]; nothing is changed then.
    pub async fn update_settings(
        &self,
        caller: &Caller,
        wish: &SettingsWish,
        expected: Option<Version>,
    ) -> Result<Settings, Error> {
        let action = AuditAction::UpdateGeneralSettings;
        let target = || caller.tenant.tenant().target();
        self.require_to_write(caller, &Permission::SETTINGS_MODIFY, action, target)
            .await?;
        let outcome: Result<Settings, Error> = async {
            let tenant = caller.tenant.id();
            let store = self.store(tenant);
            let mut attempts = self.attempts(tenant.uuid());
            loop {
                let settings = store
                    .settings()
                    .await?
                    .ok_or_else(|| Error::not_found(Thing::Tenant, &tenant))?;
                require_version(expected, settings.version)?;
                let roles = if wish.default_role.is_some() {
                    store.roles().await?
                } else {
                    Vec::new()
                };
                let context = self.context(&caller.actor, &caller.origin);
                let default_role = wish
                    .default_role
                    .as_deref()
                    .map(|name| named(&roles, name))
                    .transpose();
                let decision = default_role.map(|role| {
                    settings::update(
                        caller.tenant.tenant(),
                        &settings,
                        wish.scim_role_attribute.clone(),
                        role.map(roster_domain::role::Role::to_ref),
                        &context,
                    )
                });
                let subject = Subject {
                    tenant,
                    store: store.as_ref(),
                    context: &context,
                    action,
                    target: target(),
                };
                match self.settle(subject, decision).await? {
                    Settled::Committed(change) => {
                        return Ok(match change.write {
                            Write::UpdateSettings { settings, .. } => settings,
                            _ => settings,
                        });
                    }
                    Settled::Unchanged => return Ok(settings),
                    Settled::Raced => attempts.again().await?,
                }
            }
        }
        .await;
        self.audited(caller, action, target, outcome).await
    }
}
