//! Why a well-formed wish was refused. The messages are read by administrators, in Okta and in
//! the audit log: each says what was wrong, what is allowed, and what to do.

use crate::change::UniqueName;
use crate::permission::Permission;
use crate::text::{InvalidText, RoleName, UserName};

/// What somebody was about to lose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The account would have been deactivated.
    Access,
    /// The Admin role would have been taken away.
    AdminRole,
}

impl Loss {
    const fn verb(self) -> &'static str {
        match self {
            Self::Access => "deactivated",
            Self::AdminRole => "given another role",
        }
    }
}

/// A refusal by the rules. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A role that the tenant does not have.
    #[error("{}", unknown_role(value, valid, nearest.as_ref()))]
    UnknownRole {
        /// What was sent.
        value: String,
        /// The tenant's roles.
        valid: Vec<RoleName>,
        /// The one that was probably meant.
        nearest: Option<RoleName>,
    },
    /// A value that must stay was to be cleared.
    #[error(
        "The attribute {attribute} must have a value: it can be changed, not cleared. Send the user's {attribute}, or leave the attribute out to keep the present one."
    )]
    Required {
        /// The attribute's name.
        attribute: &'static str,
    },
    /// The identity provider vouches for somebody whose account is deactivated.
    #[error(
        "The account {user_name} is deactivated, so nobody can sign in with it. An administrator can reactivate it: in Okta by assigning the application again, or in Roster."
    )]
    Deactivated {
        /// The account.
        user_name: UserName,
    },
    /// The identity provider says nothing that a person can be made of.
    #[error(
        "The identity provider sent no usable {attribute}: it {problem}. Correct the SAML attribute statement of the application at the identity provider."
    )]
    SignInValue {
        /// What it is the value of, as the SAML settings call it.
        attribute: String,
        /// What is wrong; continues a sentence.
        problem: InvalidText,
    },
    /// The e-mail of somebody who is bound to another identity.
    #[error(
        "The e-mail \"{}\" belongs to another user of this tenant, who signs in with another identity (NameID). Correct the e-mail of one of the two at the identity provider; if it is the same person with a new identity, an administrator has to unbind the user's old one in Roster first.",
        excerpt(email)
    )]
    EmailOfAnother {
        /// The e-mail.
        email: String,
    },
    /// Switched on without what it takes.
    #[error("{setting} can't be switched on yet: {missing}.")]
    SettingIncomplete {
        /// What was to be switched on.
        setting: &'static str,
        /// What it takes; continues a sentence.
        missing: &'static str,
    },
    /// The identity provider became another one.
    #[error(
        "The metadata at this URL now names the identity provider {found}, not {expected}. It was not taken over, because everybody's sign-in hangs on it: if the change is meant, an administrator has to import the metadata again."
    )]
    AnotherProvider {
        /// Whom it names.
        found: String,
        /// Whom the settings trust.
        expected: String,
    },
    /// A break-glass link that opens nothing any more.
    #[error(
        "This sign-in link was used already, has expired, or is not complete. Make a new one with: roster admin link"
    )]
    AdminLinkSpent,
    /// Another record has that name.
    #[error("{}", taken(*name, value))]
    Taken {
        /// Which name.
        name: UniqueName,
        /// What was sent.
        value: String,
    },
    /// The last active Admin would be lost.
    #[error("This user is the last active Admin of the tenant and can't be {}: nobody could manage it any more. Give another active user the tenant's Admin role first; over SCIM it counts from that user's next sign-in.", loss.verb())]
    LastAdmin {
        /// What would have been lost.
        loss: Loss,
    },
    /// People can't take away their own access.
    #[error("Nobody can be {} by themselves. Ask another Admin to do it.", loss.verb())]
    Yourself {
        /// What would have been lost.
        loss: Loss,
    },
    /// A role that somebody has or waits for.
    #[error(
        "The role {role} is in use: {users} user(s) have it and {pending} wait for it. Give them another role first."
    )]
    RoleInUse {
        /// The role.
        role: RoleName,
        /// How many have it.
        users: u64,
        /// How many get it at their next sign-in.
        pending: u64,
    },
    /// The default role was to be deleted.
    #[error(
        "The role {role} is the default role for people who sign in without one. Choose another default role in the settings first."
    )]
    RoleIsDefault {
        /// The role.
        role: RoleName,
    },
    /// The Admin role was to lose a permission, or to be deleted.
    #[error(
        "The role {role} is the tenant's Admin role: it keeps every permission and can't be deleted. Rename it if you like, or create another role with fewer permissions."
    )]
    AdminRole {
        /// The role.
        role: RoleName,
    },
    /// Nobody hands out more than they have.
    #[error(
        "A token can only be given permissions that its maker has. Missing here: {}.",
        some(missing)
    )]
    BeyondOwnPermissions {
        /// What the caller lacks.
        missing: Vec<Permission>,
    },
    /// A list that nobody could read any more.
    #[error("There are {given} {what}; at most {limit} are allowed. Take some out.")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        given: usize,
        /// How many there may be.
        limit: usize,
    },
    /// Two of a person's data in one SAML attribute.
    #[error(
        "The SAML attribute \"{}\" stands for two things. E-mail, first name, last name and role each need an attribute of their own.",
        excerpt(name)
    )]
    SameAttribute {
        /// The attribute's name.
        name: String,
    },
    /// An expiry that is not in the future.
    #[error(
        "The expiry must be in the future. Send a later time, or leave it out for a token that does not expire."
    )]
    ExpiryInThePast,
    /// A value that a rotation has replaced was to rotate its token again.
    #[error(
        "This value of the API token was replaced by a rotation and only lives on for the overlap: it can't rotate the token again. Use the new value."
    )]
    Superseded,
    /// The overlap of a rotation is too long.
    #[error(
        "The old value may stay valid for at most {limit_hours} hours after a rotation. Send a shorter overlap."
    )]
    OverlapTooLong {
        /// The most that is allowed, in hours.
        limit_hours: i64,
    },
    /// A token that was revoked already.
    #[error("This token has been revoked, for good. Create a new one.")]
    TokenRevoked,
    /// People are not created over SCIM.
    #[error(
        "Users are not created over SCIM: a user is created at the first sign-in to the application through Okta (Just-In-Time), and SCIM keeps the profile right from then on. Turn off Create Users in Okta's provisioning settings, assign the application, and have the user sign in once."
    )]
    CreatedAtSignIn,
    /// People are deactivated, never deleted.
    #[error(
        "Users are never deleted over SCIM, only deactivated. Send active = false instead (in Okta: Deactivate Users)."
    )]
    DeactivatedOnly,
    /// The account of a person whose data was erased.
    #[error(
        "The personal data of this account was erased at the person's request, for good: it can't be changed or reactivated. If the person comes back, they get a new account at their first sign-in; in Okta, unassign the application from them and assign it again."
    )]
    Erased,
    /// Audit records that are too young to be deleted.
    #[error(
        "Audit records can be deleted when they are a day old: give a time that is at least 24 hours ago."
    )]
    PrunedTooSoon,
}

fn list<T: ToString>(items: &[T]) -> String {
    items
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The first of many, and how many more there are.
fn some<T: ToString>(items: &[T]) -> String {
    const SHOWN: usize = 10;
    let (shown, rest) = items.split_at_checked(SHOWN).unwrap_or((items, &[]));
    match rest.len() {
        0 => list(shown),
        more => format!("{} and {more} more", list(shown)),
    }
}

/// The first characters of a sent value, so that a huge one can't flood a log or a page.
#[must_use]
pub fn excerpt(value: &str) -> String {
    const LIMIT: usize = 64;
    let mut short: String = value
        .chars()
        .filter(|c| !c.is_control())
        .take(LIMIT)
        .collect();
    if value.chars().nth(LIMIT).is_some() {
        short.push('…');
    }
    short
}

fn unknown_role(value: &str, valid: &[RoleName], nearest: Option<&RoleName>) -> String {
    let value = excerpt(value);
    let hint = nearest
        .map(|name| format!(" Did you mean \"{name}\"?"))
        .unwrap_or_default();
    format!(
        "There is no role \"{value}\".{hint} The valid roles are: {}. Nothing was changed. Correct the role where it is assigned (for SCIM, in Okta), or create it first.",
        list(valid)
    )
}

fn taken(name: UniqueName, value: &str) -> String {
    let value = excerpt(value);
    match name {
        UniqueName::UserName => {
            format!(
                "Another user of this tenant already has the userName \"{value}\". userNames are unique without regard to case; correct one of the two."
            )
        }
        UniqueName::Email => {
            format!(
                "Another user of this tenant already has the e-mail \"{value}\". E-mails are unique without regard to case; correct one of the two."
            )
        }
        UniqueName::RoleName => {
            format!(
                "There is a role named \"{value}\" already. Role names are unique without regard to case; choose another."
            )
        }
        UniqueName::TenantSlug => {
            format!("There is a tenant named \"{value}\" already. Choose another name.")
        }
        UniqueName::Identity => {
            format!(
                "Another user of this tenant is bound to the identity \"{value}\". Sign in again; if that does not help, ask an administrator to look at both users."
            )
        }
    }
}
