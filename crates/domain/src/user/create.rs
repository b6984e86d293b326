//! Making a person: by the operator or by the first sign-in, later by SCIM's full profile.

use super::User;
use super::identity::IdpIdentity;
use super::transition::diff;
use crate::audit::{AuditAction, AuditRecord};
use crate::change::{Change, Event, Write};
use crate::context::Context;
use crate::id::{UserId, Version};
use crate::role::RoleRef;
use crate::session::SessionEpoch;
use crate::text::{EmailAddress, PersonName, UserName};

/// What a new person shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// The id.
    pub id: UserId,
    /// The userName.
    pub user_name: UserName,
    /// The e-mail address.
    pub email: EmailAddress,
    /// The given name; may be empty.
    pub given_name: PersonName,
    /// The family name; may be empty.
    pub family_name: PersonName,
    /// The role, in force at once.
    pub role: RoleRef,
    /// Who the person is at the identity provider, if that is known already.
    pub identity: Option<IdpIdentity>,
}

/// Decides on a new, active person. Whether the names are free is seen at the commit.
#[must_use]
pub fn create(new: NewUser, context: &Context) -> Change {
    creation(born(new, context), "User created.", context)
}

/// The new person.
pub(super) fn born(new: NewUser, context: &Context) -> User {
    User {
        id: new.id,
        user_name: new.user_name,
        email: new.email,
        given_name: new.given_name,
        family_name: new.family_name,
        external_id: None,
        active: true,
        role: new.role,
        pending_role: None,
        identity: new.identity,
        session_epoch: SessionEpoch::FIRST,
        version: Version::FIRST,
        created_at: context.now,
        updated_at: context.now,
    }
}

/// The change that brings a new person into being.
pub(super) fn creation(user: User, description: &str, context: &Context) -> Change {
    let audit = AuditRecord::succeeded(
        context,
        AuditAction::CreateUser,
        user.target(),
        description,
        diff(None, Some(&user)),
    );
    Change {
        events: vec![Event::UserChanged(user.id)],
        write: Write::CreateUser(user),
        requires: Vec::new(),
        audit,
    }
}
