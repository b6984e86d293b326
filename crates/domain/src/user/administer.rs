//! What administrators may do to a person, in the console or over the management API. A role
//! holds at once and replaces a pending one.

use super::transition::{conclude, with_profile};
use super::{Field, User, UserWish};
use crate::change::Change;
use crate::context::Context;
use crate::refusal::Refusal;
use crate::role::{Role, named};

/// Decides on an administrator's wish. `None`: there is nothing to change.
///
/// # Errors
/// Any [`Refusal`]; nothing is changed then.
pub fn decide(
    user: &User,
    wish: UserWish,
    roles: &[Role],
    context: &Context,
) -> Result<Option<Change>, Refusal> {
    let (role, pending_role) = match &wish.role {
        Field::Keep => (user.role.clone(), user.pending_role.clone()),
        Field::Clear => return Err(Refusal::Required { attribute: "role" }),
        Field::Set(name) => (named(roles, name)?.to_ref(), None),
    };
    let description = match wish.active {
        Some(false) if user.active => "User deactivated.",
        Some(true) if !user.active => "User reactivated.",
        _ => "User updated.",
    };
    let new = User {
        role,
        pending_role,
        ..with_profile(user, wish)?
    };
    conclude(user, new, description, context)
}
