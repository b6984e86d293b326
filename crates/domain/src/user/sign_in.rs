//! What a verified sign-in does to a person: the first one creates or binds, a later one brings
//! names, e-mail and role up to date. A deactivated account is never revived by it.

use super::User;
use super::create::{NewUser, born, creation};
use super::identity::IdpIdentity;
use super::transition::conclude;
use crate::change::{Change, Write};
use crate::context::Context;
use crate::id::UserId;
use crate::refusal::Refusal;
use crate::role::{Role, RoleRef, named};
use crate::text::{EmailAddress, PersonName, UserName};

/// What the identity provider vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// Who it is.
    pub identity: IdpIdentity,
    /// The userName of a person who is new.
    pub user_name: UserName,
    /// The e-mail address.
    pub email: EmailAddress,
    /// The given name; `None`: the provider says nothing about it.
    pub given_name: Option<PersonName>,
    /// The family name; `None`: the provider says nothing about it.
    pub family_name: Option<PersonName>,
    /// The role's name; `None`: not assigned there.
    pub role: Option<String>,
}

/// Whom the tenant knows already.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// The person bound to that identity.
    pub bound: Option<User>,
    /// The person with that e-mail, if it is another one.
    pub same_email: Option<User>,
}

/// Who signs in, and what has to be written before they are in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The person as they are afterwards.
    pub user: User,
    /// What has to be committed; `None`: nothing about the person changes.
    pub change: Option<Change>,
}

/// Decides on a sign-in. `id` is for a person who is new.
///
/// The role is the assertion's, else the pending one, else the present one: nobody is demoted
/// because the provider says nothing about roles.
///
/// # Errors
/// Any [`Refusal`]; nobody is created or changed then.
pub fn decide(
    assertion: Assertion,
    known: Known,
    roles: &[Role],
    default_role: &RoleRef,
    id: UserId,
    context: &Context,
) -> Result<SignedIn, Refusal> {
    let asserted = assertion
        .role
        .as_deref()
        .map(|name| named(roles, name).map(Role::to_ref));
    let present = match (known.bound, known.same_email) {
        (Some(_), Some(other)) => return Err(email_of_another(&other)),
        (Some(bound), None) => Some(bound),
        // Bound to this very identity since the first of the two was looked up.
        (None, Some(same)) if same.identity.as_ref() == Some(&assertion.identity) => Some(same),
        (None, Some(other)) if other.identity.is_some() => return Err(email_of_another(&other)),
        (None, unbound) => unbound,
    };
    let Some(present) = present else {
        let new = NewUser {
            id,
            user_name: assertion.user_name,
            email: assertion.email,
            given_name: assertion.given_name.unwrap_or_else(PersonName::empty),
            family_name: assertion.family_name.unwrap_or_else(PersonName::empty),
            role: asserted
                .transpose()?
                .unwrap_or_else(|| default_role.clone()),
            identity: Some(assertion.identity),
        };
        let user = born(new, context);
        let change = creation(user.clone(), "User created automatically by SAML.", context);
        return Ok(SignedIn {
            user,
            change: Some(change),
        });
    };
    if !present.active {
        return Err(Refusal::Deactivated {
            user_name: present.user_name,
        });
    }
    let role = match asserted.transpose()? {
        Some(asserted) => asserted,
        None => present.role_for_scim().clone(),
    };
    let new = User {
        email: assertion.email,
        given_name: assertion
            .given_name
            .unwrap_or_else(|| present.given_name.clone()),
        family_name: assertion
            .family_name
            .unwrap_or_else(|| present.family_name.clone()),
        role,
        pending_role: None,
        identity: Some(assertion.identity),
        ..present.clone()
    };
    let change = conclude(
        &present,
        new,
        "User updated automatically by SAML.",
        context,
    )?;
    let user = match &change {
        Some(Change {
            write: Write::UpdateUser { user, .. },
            ..
        }) => user.clone(),
        _ => present,
    };
    Ok(SignedIn { user, change })
}

fn email_of_another(other: &User) -> Refusal {
    Refusal::EmailOfAnother {
        email: other.email.to_string(),
    }
}
