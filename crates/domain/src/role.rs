//! Roles: named sets of permissions, looked up by trimmed, case-insensitive name.

use time::OffsetDateTime;

use crate::audit::{AuditAction, AuditRecord, Diff, Target, TargetKind};
use crate::change::{Change, Event, Precondition, Write};
use crate::context::Context;
use crate::id::{RoleId, Version};
use crate::permission::PermissionSet;
use crate::refusal::Refusal;
use crate::text::{RoleName, fold};

/// A role of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: RoleName,
    /// What people who have it may do; may be nothing.
    pub permissions: PermissionSet,
    /// Whether it is the one role that keeps every permission.
    pub is_admin: bool,
    /// Counts its changes.
    pub version: Version,
    /// When it was created, in UTC.
    pub created_at: OffsetDateTime,
    /// When it changed last, in UTC.
    pub updated_at: OffsetDateTime,
}

/// A role as a person's record refers to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRef {
    /// The role's id.
    pub id: RoleId,
    /// The role's present name.
    pub name: RoleName,
    /// Whether it is the Admin role.
    pub is_admin: bool,
}

/// How many people a role matters to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RoleUsage {
    /// People who have it.
    pub users: u64,
    /// People who get it at their next sign-in.
    pub pending: u64,
}

impl Role {
    /// The reference that a person's record holds.
    #[must_use]
    pub fn to_ref(&self) -> RoleRef {
        RoleRef {
            id: self.id,
            name: self.name.clone(),
            is_admin: self.is_admin,
        }
    }

    /// What the audit log calls it.
    #[must_use]
    pub fn target(&self) -> Target {
        Target {
            kind: TargetKind::Role,
            id: Some(self.id.uuid()),
            name: self.name.to_string(),
        }
    }
}

/// The role of that name, without regard to case and to white space around it.
///
/// # Errors
/// [`Refusal::UnknownRole`] names the value, the valid roles and the nearest one.
pub fn named<'a>(roles: &'a [Role], name: &str) -> Result<&'a Role, Refusal> {
    let folded = fold(name);
    roles
        .iter()
        .find(|role| role.name.folded() == folded)
        .ok_or_else(|| {
            let mut valid: Vec<RoleName> = roles.iter().map(|role| role.name.clone()).collect();
            valid.sort();
            Refusal::UnknownRole {
                value: name.trim().to_owned(),
                nearest: nearest(&valid, &folded),
                valid,
            }
        })
}

/// The name that was probably meant, if any is near enough to be worth saying.
fn nearest(valid: &[RoleName], folded: &str) -> Option<RoleName> {
    // Longer values were not meant to be role names, and comparing them costs their length squared.
    const LONGEST: usize = 256;
    const NEAR_ENOUGH: f64 = 0.5;
    if folded.len() > LONGEST {
        return None;
    }
    // Words in another order ("ReadOnlyAnalyst") are as near as letters that were mistyped.
    let similarity = |name: &RoleName| {
        let name = name.folded();
        strsim::normalized_damerau_levenshtein(&name, folded)
            .max(strsim::sorensen_dice(&name, folded))
    };
    valid
        .iter()
        .map(|name| (similarity(name), name))
        .filter(|(score, _)| *score >= NEAR_ENOUGH)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name.clone())
}

/// Decides on a new role.
///
/// # Errors
/// [`Refusal::TooMany`] permissions.
pub fn create(
    id: RoleId,
    name: RoleName,
    permissions: PermissionSet,
    context: &Context,
) -> Result<Change, Refusal> {
    permissions.check_size()?;
    let role = Role {
        id,
        name,
        permissions,
        is_admin: false,
        version: Version::FIRST,
        created_at: context.now,
        updated_at: context.now,
    };
    let diff = Diff::default()
        .of("name", None, Some(role.name.as_str()))
        .of("permissions", None, Some(role.permissions.names()));
    let audit = AuditRecord::succeeded(
        context,
        AuditAction::CreateUserRole,
        role.target(),
        "Role created.",
        diff,
    );
    Ok(Change {
        write: Write::CreateRole(role),
        requires: Vec::new(),
        audit,
        events: vec![Event::RolesChanged],
    })
}

/// Decides on a new name or other permissions. `None`: there is nothing to change.
///
/// # Errors
/// [`Refusal::AdminRole`] when the Admin role would lose a permission; [`Refusal::TooMany`] permissions.
pub fn update(
    role: &Role,
    name: Option<RoleName>,
    permissions: Option<PermissionSet>,
    context: &Context,
) -> Result<Option<Change>, Refusal> {
    let new = Role {
        name: name.unwrap_or_else(|| role.name.clone()),
        permissions: permissions.unwrap_or_else(|| role.permissions.clone()),
        version: role.version.next(),
        updated_at: context.now,
        ..role.clone()
    };
    new.permissions.check_size()?;
    if role.is_admin && !role.permissions.missing_from(&new.permissions).is_empty() {
        return Err(Refusal::AdminRole {
            role: role.name.clone(),
        });
    }
    if new.name == role.name && new.permissions == role.permissions {
        return Ok(None);
    }
    let diff = Diff::default()
        .of("name", Some(role.name.as_str()), Some(new.name.as_str()))
        .of(
            "permissions",
            Some(role.permissions.names()),
            Some(new.permissions.names()),
        );
    let audit = AuditRecord::succeeded(
        context,
        AuditAction::UpdateUserRole,
        new.target(),
        "Role updated.",
        diff,
    );
    Ok(Some(Change {
        write: Write::UpdateRole {
            role: new,
            decided_on: role.version,
        },
        requires: Vec::new(),
        audit,
        events: vec![Event::RolesChanged],
    }))
}

/// Decides on deleting a role.
///
/// # Errors
/// The Admin role, the default role, and a role in use stay.
pub fn delete(
    role: &Role,
    usage: RoleUsage,
    default_role: RoleId,
    context: &Context,
) -> Result<Change, Refusal> {
    if role.is_admin {
        return Err(Refusal::AdminRole {
            role: role.name.clone(),
        });
    }
    if role.id == default_role {
        return Err(Refusal::RoleIsDefault {
            role: role.name.clone(),
        });
    }
    if usage != RoleUsage::default() {
        return Err(Refusal::RoleInUse {
            role: role.name.clone(),
            users: usage.users,
            pending: usage.pending,
        });
    }
    let diff = Diff::default()
        .of("name", Some(role.name.as_str()), None)
        .of("permissions", Some(role.permissions.names()), None);
    let audit = AuditRecord::succeeded(
        context,
        AuditAction::DeleteUserRole,
        role.target(),
        "Role deleted.",
        diff,
    );
    Ok(Change {
        write: Write::DeleteRole {
            role: role.id,
            decided_on: role.version,
        },
        requires: vec![Precondition::RoleUnused { role: role.id }],
        audit,
        events: vec![Event::RolesChanged],
    })
}
