//! People, and the decisions about them.
//!
//! [`create`] makes one, [`provision`] decides on what SCIM wishes (a role waits for the next
//! sign-in), [`administer`] on what the management API wishes (a role holds at once); both share
//! the guards and the diff of [`transition`].

pub mod administer;
pub mod create;
pub mod provision;
mod transition;

use time::OffsetDateTime;

use crate::audit::{Target, TargetKind};
use crate::id::{UserId, Version};
use crate::role::RoleRef;
use crate::text::{EmailAddress, ExternalId, PersonName, UserName};

/// A person in a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The id: stable, opaque, never reused.
    pub id: UserId,
    /// What the identity provider calls the person.
    pub user_name: UserName,
    /// The e-mail address.
    pub email: EmailAddress,
    /// The given name; may be empty.
    pub given_name: PersonName,
    /// The family name; may be empty.
    pub family_name: PersonName,
    /// The identity provider's own id.
    pub external_id: Option<ExternalId>,
    /// Whether the person has access.
    pub active: bool,
    /// The role in force.
    pub role: RoleRef,
    /// The role from the next sign-in on, if SCIM has set another.
    pub pending_role: Option<RoleRef>,
    /// Counts the changes.
    pub version: Version,
    /// When the record was created, in UTC.
    pub created_at: OffsetDateTime,
    /// When it changed last, in UTC.
    pub updated_at: OffsetDateTime,
}

impl User {
    /// The full name, or the userName of somebody without one.
    #[must_use]
    pub fn display_name(&self) -> String {
        let full = self.full_name();
        if full.is_empty() {
            self.user_name.to_string()
        } else {
            full
        }
    }

    /// Given and family name, whichever there are (`name.formatted`).
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
            .trim()
            .to_owned()
    }

    /// The role that SCIM shows: the pending one, or an echoed PUT would undo it.
    #[must_use]
    pub fn role_for_scim(&self) -> &RoleRef {
        self.pending_role.as_ref().unwrap_or(&self.role)
    }

    /// Whether the person counts as an Admin who stays one: active, and not waiting to lose it.
    #[must_use]
    pub fn is_lasting_admin(&self) -> bool {
        self.active
            && self.role.is_admin
            && self.pending_role.as_ref().is_none_or(|role| role.is_admin)
    }

    /// What the audit log calls the person.
    #[must_use]
    pub fn target(&self) -> Target {
        Target {
            kind: TargetKind::User,
            id: Some(self.id.uuid()),
            name: self.user_name.to_string(),
        }
    }
}

/// What shall happen to one attribute.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Field<T> {
    /// It was not mentioned: keep its value.
    #[default]
    Keep,
    /// It was cleared on purpose.
    Clear,
    /// It shall have this value.
    Set(T),
}

/// What shall change about a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserWish {
    /// Another userName; can't be cleared.
    pub user_name: Field<UserName>,
    /// Another e-mail; can't be cleared.
    pub email: Field<EmailAddress>,
    /// Another given name.
    pub given_name: Field<PersonName>,
    /// Another family name.
    pub family_name: Field<PersonName>,
    /// Another external id.
    pub external_id: Field<ExternalId>,
    /// Another status.
    pub active: Option<bool>,
    /// Another role, by name as it was sent.
    pub role: Field<String>,
}
