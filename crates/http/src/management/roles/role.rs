//! What the management API shows of a role.

use poem_openapi::Object;
use poem_openapi::types::Example;
use roster_domain::role::{self, RoleUsage};
use time::OffsetDateTime;
use time::macros::datetime;

/// A named set of permissions.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase", example)]
pub(crate) struct Role {
    /// The role's id.
    pub(crate) id: String,
    /// Its name; unique in the tenant without regard to letter case.
    pub(crate) name: String,
    /// What people who have it may do, in alphabetical order; may be nothing.
    pub(crate) permissions: Vec<String>,
    /// Whether it is the tenant's Admin role, which keeps every permission.
    pub(crate) is_admin: bool,
    /// Counts the changes of this role, from 1.
    pub(crate) version: i64,
    /// When the role was created, in UTC.
    pub(crate) created_at: OffsetDateTime,
    /// When the role changed last, in UTC.
    pub(crate) updated_at: OffsetDateTime,
}

impl From<&role::Role> for Role {
    fn from(role: &role::Role) -> Self {
        Self {
            id: role.id.to_string(),
            name: role.name.to_string(),
            permissions: role.permissions.names(),
            is_admin: role.is_admin,
            version: role.version.number(),
            created_at: role.created_at,
            updated_at: role.updated_at,
        }
    }
}

impl Example for Role {
    fn example() -> Self {
        Self {
            id: "0190b6c2-7a5e-7c3a-9f60-000000000002".to_owned(),
            name: "Analyst".to_owned(),
            permissions: ["AlertModify", "AlertRead", "UserRead"]
                .map(str::to_owned)
                .to_vec(),
            is_admin: false,
            version: 1,
            created_at: datetime!(2026-07-01 09:00:00 UTC),
            updated_at: datetime!(2026-07-01 09:00:00 UTC),
        }
    }
}

/// How many people a role matters to.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename = "RoleUsage", rename_all = "camelCase")]
pub(crate) struct Usage {
    /// How many users have it.
    pub(crate) users: u64,
    /// How many users get it at their next sign-in.
    pub(crate) pending_users: u64,
}

/// A role, with the number of people it matters to.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase")]
pub(crate) struct RoleDetails {
    /// The role's id.
    pub(crate) id: String,
    /// Its name; unique in the tenant without regard to letter case.
    pub(crate) name: String,
    /// What people who have it may do, in alphabetical order; may be nothing.
    pub(crate) permissions: Vec<String>,
    /// Whether it is the tenant's Admin role, which keeps every permission.
    pub(crate) is_admin: bool,
    /// How many people it matters to. It can be deleted when nobody has it or waits for it.
    pub(crate) usage: Usage,
    /// Counts the changes of this role, from 1.
    pub(crate) version: i64,
    /// When the role was created, in UTC.
    pub(crate) created_at: OffsetDateTime,
    /// When the role changed last, in UTC.
    pub(crate) updated_at: OffsetDateTime,
}

impl RoleDetails {
    /// The role with its usage.
    pub(crate) fn new(role: &role::Role, usage: RoleUsage) -> Self {
        let Role {
            id,
            name,
            permissions,
            is_admin,
            version,
            created_at,
            updated_at,
        } = Role::from(role);
        let usage = Usage {
            users: usage.users,
            pending_users: usage.pending,
        };
        Self {
            id,
            name,
            permissions,
            is_admin,
            usage,
            version,
            created_at,
            updated_at,
        }
    }
}

/// The tenant's roles.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(crate) struct RoleList {
    /// Every role, in the order of creation.
    pub(crate) items: Vec<Role>,
}
