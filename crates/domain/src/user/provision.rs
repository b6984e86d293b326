//! What SCIM may do to a person. Names, e-mail and status hold at once; a role is stored as the
//! pending one and takes effect at the next sign-in; a leaver always loses access.

use super::transition::{conclude, with_profile};
use super::{Field, User, UserWish};
use crate::audit::{AuditAction, AuditRecord, AuditResult};
use crate::change::Change;
use crate::context::Context;
use crate::refusal::{Refusal, excerpt};
use crate::role::{Role, RoleRef, named};
use crate::text::fold;

/// How the audit record of a write by SCIM begins.
const UPDATED: &str = "User updated by SCIM.";
/// How that of a write begins of which only the deactivation was applied.
const DEACTIVATED: &str = "User deactivated by SCIM.";

/// Whether `record` is of a change that SCIM made to a person.
#[must_use]
pub fn wrote(record: &AuditRecord) -> bool {
    record.action == AuditAction::UpdateUser
        && record.result == AuditResult::Succeeded
        && [UPDATED, DEACTIVATED]
            .iter()
            .any(|description| record.description.starts_with(description))
}

/// Whether deciding on `wish` takes the tenant's roles: only if it names a role that the person
/// neither has nor waits for, which spares most requests a look-up.
#[must_use]
pub fn needs_roles(user: &User, wish: &UserWish) -> bool {
    matches!(&wish.role, Field::Set(name) if stored_role(user, name).is_none())
}

/// The role of that name that the person has or waits for.
fn stored_role<'a>(user: &'a User, name: &str) -> Option<&'a RoleRef> {
    let folded = fold(name);
    [Some(&user.role), user.pending_role.as_ref()]
        .into_iter()
        .flatten()
        .find(|role| role.name.folded() == folded)
}

/// Decides on a SCIM wish. `None`: the request repeats what is stored.
///
/// `roles` are the tenant's; they may be left empty when [`needs_roles`] is false.
///
/// # Errors
/// Any [`Refusal`]; nothing is changed then. A deactivation is never refused for its role: it is
/// applied alone, and the audit record says what was ignored.
pub fn decide(
    user: &User,
    wish: UserWish,
    roles: &[Role],
    context: &Context,
) -> Result<Option<Change>, Refusal> {
    let wanted = match pending_role(user, &wish.role, roles) {
        Ok(role) => role,
        Err(Refusal::UnknownRole { value, .. }) if wish.active == Some(false) => {
            let why = format!(
                "it names the role \"{}\", which does not exist",
                excerpt(&value)
            );
            return deactivate_alone(user, &why, context);
        }
        Err(refusal) => return Err(refusal),
    };
    let new = User {
        pending_role: wanted,
        ..with_profile(user, wish)?
    };
    conclude(user, new, UPDATED, context)
}

/// Decides on a deactivation whose request holds something else that can't be applied, because a
/// leaver must lose access. `why` goes on after "The rest of the request was ignored, because".
///
/// # Errors
/// The last Admin stays, and nobody deactivates themselves.
pub fn deactivate_alone(
    user: &User,
    why: &str,
    context: &Context,
) -> Result<Option<Change>, Refusal> {
    let new = User {
        active: false,
        ..user.clone()
    };
    let description = format!(
        "{DEACTIVATED} The rest of the request was ignored, because {}.",
        why.trim_end_matches('.')
    );
    conclude(user, new, description, context)
}

fn pending_role(
    user: &User,
    wish: &Field<String>,
    roles: &[Role],
) -> Result<Option<RoleRef>, Refusal> {
    match wish {
        Field::Keep => Ok(user.pending_role.clone()),
        Field::Clear => Ok(None),
        Field::Set(name) => {
            let role = match stored_role(user, name) {
                Some(role) => role.clone(),
                None => named(roles, name)?.to_ref(),
            };
            // Back to the role in force: there is nothing to wait for any more.
            Ok((role.id != user.role.id).then_some(role))
        }
    }
}
