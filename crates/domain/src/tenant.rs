//! Tenants: customer organisations, and what a new one starts with.

use time::OffsetDateTime;

use crate::audit::{AuditAction, AuditRecord, Diff, Target, TargetKind};
use crate::change::{Change, Event, Write};
use crate::context::Context;
use crate::id::{RoleId, TenantId, Version};
use crate::permission::PermissionSet;
use crate::role::Role;
use crate::settings::Settings;
use crate::text::{AttributeName, InvalidText, RoleName, TenantSlug};

/// A customer organisation. Owns users, roles, API tokens, settings and an audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its name in URLs.
    pub slug: TenantSlug,
    /// When it was created, in UTC.
    pub created_at: OffsetDateTime,
}

impl Tenant {
    /// The slug of the tenant that exists from the first start.
    pub const DEFAULT_SLUG: &'static str = "default";

    /// What the audit log calls it.
    #[must_use]
    pub fn target(&self) -> Target {
        Target {
            kind: TargetKind::Tenant,
            id: Some(self.id.uuid()),
            name: self.slug.to_string(),
        }
    }
}

/// The name of the role that a new tenant's Admins have.
pub const ADMIN: &str = "Admin";
/// The name of the role of people who work with everything but Roster itself.
pub const ANALYST: &str = "Analyst";
/// The name of the role of people who look but don't change; the first default role.
pub const ANALYST_READ_ONLY: &str = "AnalystReadOnly";

/// Decides on a new tenant: three roles, of which the one with the fewest permissions is the
/// default.
///
/// # Errors
/// None in practice: the built-in names are well formed, and a test says so.
pub fn create(
    id: TenantId,
    slug: TenantSlug,
    role_ids: [RoleId; 3],
    context: &Context,
) -> Result<Change, InvalidText> {
    let vocabulary = PermissionSet::vocabulary();
    let reading: PermissionSet = vocabulary
        .iter()
        .filter(|permission| permission.as_str().ends_with("Read"))
        .cloned()
        .collect();
    let role = |id, name: &str, permissions, is_admin| {
        Ok(Role {
            id,
            name: RoleName::new(name)?,
            permissions,
            is_admin,
            version: Version::FIRST,
            created_at: context.now,
            updated_at: context.now,
        })
    };
    let [admin_id, analyst_id, read_only_id] = role_ids;
    let admin = role(admin_id, ADMIN, PermissionSet::all(), true)?;
    let analyst = role(analyst_id, ANALYST, vocabulary, false)?;
    let read_only = role(read_only_id, ANALYST_READ_ONLY, reading, false)?;
    let tenant = Tenant {
        id,
        slug,
        created_at: context.now,
    };
    let settings = Settings {
        scim_role_attribute: AttributeName::new(Settings::ROLE_ATTRIBUTE)?,
        default_role: read_only.to_ref(),
        version: Version::FIRST,
        updated_at: context.now,
    };
    let diff = Diff::default().of("slug", None, Some(tenant.slug.as_str()));
    let audit = AuditRecord::succeeded(
        context,
        AuditAction::CreateTenant,
        tenant.target(),
        "Tenant created.",
        diff,
    );
    Ok(Change {
        write: Write::CreateTenant {
            tenant,
            roles: vec![admin, analyst, read_only],
            settings,
        },
        requires: Vec::new(),
        audit,
        events: vec![Event::TenantCreated],
    })
}
