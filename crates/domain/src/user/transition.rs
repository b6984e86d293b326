//! From one state of a person to the next: the guards that hold whoever asks, and the diff.

use super::identity::IdpIdentity;
use super::{Field, User, UserWish};
use crate::audit::{AuditAction, AuditRecord, Diff};
use crate::change::{Change, Event, Precondition, Write};
use crate::context::{Actor, Context};
use crate::refusal::{Loss, Refusal};
use crate::text::{ExternalId, PersonName};

/// Applies everything of a wish but the role.
pub(super) fn with_profile(user: &User, wish: UserWish) -> Result<User, Refusal> {
    let name = |field: Field<PersonName>, present: &PersonName| match field {
        Field::Keep => Ok(present.clone()),
        Field::Clear => PersonName::new("").map_err(|_| Refusal::Required { attribute: "name" }),
        Field::Set(name) => Ok(name),
    };
    Ok(User {
        user_name: required(wish.user_name, &user.user_name, "userName")?,
        email: required(wish.email, &user.email, "emails")?,
        given_name: name(wish.given_name, &user.given_name)?,
        family_name: name(wish.family_name, &user.family_name)?,
        external_id: match wish.external_id {
            Field::Keep => user.external_id.clone(),
            Field::Clear => None,
            Field::Set(id) => Some(id),
        },
        active: wish.active.unwrap_or(user.active),
        ..user.clone()
    })
}

fn required<T: Clone>(field: Field<T>, present: &T, attribute: &'static str) -> Result<T, Refusal> {
    match field {
        Field::Keep => Ok(present.clone()),
        Field::Clear => Err(Refusal::Required { attribute }),
        Field::Set(value) => Ok(value),
    }
}

/// Closes a decision: checks the guards, and makes the change. `None`: nothing differs.
pub(super) fn conclude(
    old: &User,
    new: User,
    description: impl Into<String>,
    context: &Context,
) -> Result<Option<Change>, Refusal> {
    if new == *old {
        return Ok(None);
    }
    if old.is_erased() {
        return Err(Refusal::Erased);
    }
    let loss = match (old.is_lasting_admin(), new.is_lasting_admin()) {
        _ if old.active && !new.active => Some(Loss::Access),
        (true, false) => Some(Loss::AdminRole),
        _ => None,
    };
    let mut requires = Vec::new();
    if let Some(loss) = loss {
        if matches!(context.actor, Actor::User { id, .. } if id == old.id) {
            return Err(Refusal::Yourself { loss });
        }
        if old.is_lasting_admin() {
            requires.push(Precondition::AnotherActiveAdmin {
                besides: old.id,
                loss,
            });
        }
    }
    let mut events = vec![Event::UserChanged(old.id)];
    if loss == Some(Loss::Access) {
        events.push(Event::UserDeactivated(old.id));
    }
    let session_epoch = if loss == Some(Loss::Access) {
        new.session_epoch.next()
    } else {
        new.session_epoch
    };
    let user = User {
        session_epoch,
        version: old.version.next(),
        // A clock that is put back must not make the newer state look older.
        updated_at: context.now.max(old.updated_at),
        ..new
    };
    let diff = diff(Some(old), Some(&user));
    let audit = AuditRecord::succeeded(
        context,
        AuditAction::UpdateUser,
        user.target(),
        description,
        diff,
    );
    Ok(Some(Change {
        write: Write::UpdateUser {
            user,
            decided_on: old.version,
        },
        requires,
        audit,
        events,
    }))
}

pub(super) fn diff(old: Option<&User>, new: Option<&User>) -> Diff {
    Diff::default()
        .of(
            "userName",
            old.map(|u| u.user_name.as_str()),
            new.map(|u| u.user_name.as_str()),
        )
        .of(
            "email",
            old.map(|u| u.email.as_str()),
            new.map(|u| u.email.as_str()),
        )
        .of(
            "givenName",
            old.map(|u| u.given_name.as_str()),
            new.map(|u| u.given_name.as_str()),
        )
        .of(
            "familyName",
            old.map(|u| u.family_name.as_str()),
            new.map(|u| u.family_name.as_str()),
        )
        .of(
            "externalId",
            old.and_then(external_id),
            new.and_then(external_id),
        )
        .of("active", old.map(|u| u.active), new.map(|u| u.active))
        .of(
            "role",
            old.map(|u| u.role.name.as_str()),
            new.map(|u| u.role.name.as_str()),
        )
        .of(
            "pendingRole",
            old.and_then(pending_role),
            new.and_then(pending_role),
        )
        .of(
            "identityProvider",
            identity(old).map(IdpIdentity::idp_entity_id),
            identity(new).map(IdpIdentity::idp_entity_id),
        )
        .of(
            "nameId",
            identity(old).map(IdpIdentity::name_id),
            identity(new).map(IdpIdentity::name_id),
        )
}

fn identity(user: Option<&User>) -> Option<&IdpIdentity> {
    user.and_then(|user| user.identity.as_ref())
}

fn external_id(user: &User) -> Option<&str> {
    user.external_id.as_ref().map(ExternalId::as_str)
}

fn pending_role(user: &User) -> Option<&str> {
    user.pending_role.as_ref().map(|role| role.name.as_str())
}
