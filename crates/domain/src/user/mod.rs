//! People, and the decisions about them.
//!
//! [`create`] makes one, [`provision`] decides on what SCIM wishes (a role waits for the next
//! sign-in), [`administer`] on what the management API wishes (a role holds at once), [`sign_in`] on
//! what the identity provider vouches for; all share the guards and the diff of [`transition`].
//! [`erase`] takes a person's data out of the account and the audit log.

pub mod administer;
pub mod create;
pub mod erase;
pub mod identity;
pub mod provision;
pub mod sign_in;
mod transition;

use time::OffsetDateTime;

use crate::audit::{AuditAction, AuditRecord, Diff, Target, TargetKind};
use crate::change::{Change, Event, Write};
use crate::context::Context;
use crate::id::{UserId, Version};
use crate::role::RoleRef;
use crate::session::SessionEpoch;
use crate::text::{EmailAddress, ExternalId, PersonName, UserName};
use identity::IdpIdentity;

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
    /// Who the person is at the identity provider; `None` until the first sign-in.
    pub identity: Option<IdpIdentity>,
    /// Which sessions hold: those that began under this number. Signing out everywhere and losing
    /// access count it up, which ends every session in the very commit.
    pub session_epoch: SessionEpoch,
    /// Counts the changes.
    pub version: Version,
    /// When the record was created, in UTC.
    pub created_at: OffsetDateTime,
    /// When it changed last, in UTC.
    pub updated_at: OffsetDateTime,
}

/// Decides on ending every session of a person: they stay who they are, and sign in again.
#[must_use]
pub fn sign_out_everywhere(user: &User, context: &Context) -> Change {
    let ended = User {
        session_epoch: user.session_epoch.next(),
        version: user.version.next(),
        ..user.clone()
    };
    let audit = AuditRecord::succeeded(
        context,
        AuditAction::SignOut,
        user.target(),
        "Every session of the user ended.",
        Diff::default(),
    );
    Change {
        write: Write::UpdateUser {
            user: ended,
            decided_on: user.version,
        },
        requires: Vec::new(),
        audit,
        events: vec![Event::UserChanged(user.id)],
    }
}

/// Decides on freeing a person from their identity at a provider: the next sign-in with their
/// e-mail binds them anew. Every session ends. `None`: they are bound to none.
#[must_use]
pub fn unbind(user: &User, context: &Context) -> Option<Change> {
    user.identity.as_ref()?;
    let unbound = User {
        identity: None,
        session_epoch: user.session_epoch.next(),
        version: user.version.next(),
        updated_at: context.now,
        ..user.clone()
    };
    let diff = transition::diff(Some(user), Some(&unbound));
    let audit = AuditRecord::succeeded(
        context,
        AuditAction::UpdateUser,
        user.target(),
        "User unbound from the identity at the identity provider.",
        diff,
    );
    Some(Change {
        write: Write::UpdateUser {
            user: unbound,
            decided_on: user.version,
        },
        requires: Vec::new(),
        audit,
        events: vec![Event::UserChanged(user.id)],
    })
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
