//! A tenant's general settings.

use time::OffsetDateTime;

use crate::audit::{AuditAction, AuditRecord, Diff};
use crate::change::{Change, Event, Write};
use crate::context::Context;
use crate::id::Version;
use crate::role::RoleRef;
use crate::tenant::Tenant;
use crate::text::AttributeName;

/// The settings of one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The SCIM attribute that carries a person's role, in any letter case.
    pub scim_role_attribute: AttributeName,
    /// The role of people who first sign in without one.
    pub default_role: RoleRef,
    /// Counts the changes.
    pub version: Version,
    /// When they changed last, in UTC.
    pub updated_at: OffsetDateTime,
}

impl Settings {
    /// The name of the role attribute until an administrator chooses another.
    pub const ROLE_ATTRIBUTE: &'static str = "pantherRole";
}

/// Decides on changed settings. `None`: there is nothing to change.
#[must_use]
pub fn update(
    tenant: &Tenant,
    settings: &Settings,
    scim_role_attribute: Option<AttributeName>,
    default_role: Option<RoleRef>,
    context: &Context,
) -> Option<Change> {
    let new = Settings {
        scim_role_attribute: scim_role_attribute
            .unwrap_or_else(|| settings.scim_role_attribute.clone()),
        default_role: default_role.unwrap_or_else(|| settings.default_role.clone()),
        version: settings.version.next(),
        updated_at: context.now,
    };
    let diff = Diff::default()
        .of(
            "scimRoleAttribute",
            Some(settings.scim_role_attribute.as_str()),
            Some(new.scim_role_attribute.as_str()),
        )
        .of(
            "defaultRole",
            Some(settings.default_role.name.as_str()),
            Some(new.default_role.name.as_str()),
        );
    if new.scim_role_attribute == settings.scim_role_attribute
        && new.default_role.id == settings.default_role.id
    {
        return None;
    }
    let audit = AuditRecord::succeeded(
        context,
        AuditAction::UpdateGeneralSettings,
        tenant.target(),
        "General settings updated.",
        diff,
    );
    Some(Change {
        write: Write::UpdateSettings {
            settings: new,
            decided_on: settings.version,
        },
        requires: Vec::new(),
        audit,
        events: vec![Event::SettingsChanged],
    })
}
