//! Erasing a person at their request: personal data goes from the account and from the audit log,
//! what happened stays. The account keeps its id, has a placeholder for a name, and is never given
//! access again.
//!
//! First everything is collected that the person was ever called ([`Traces`]), then each audit record
//! is read for it ([`Traces::redact`]), then the account changes ([`decide`]).

mod traces;
mod words;

use super::User;
use super::create::NewUser;
use super::create::born;
use crate::audit::{AuditAction, AuditRecord, Diff, Target, TargetKind};
use crate::change::{Change, Event, Precondition, Write};
use crate::context::{Actor, Context};
use crate::id::UserId;
use crate::refusal::{Loss, Refusal};
use crate::role::RoleRef;
use crate::text::{EmailAddress, InvalidText, PersonName, UserName};

pub use traces::Traces;
pub use words::ERASED;

/// An audit record, and what takes its place. Others may be erased at the same time, so it only does
/// while the record is as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redaction {
    /// As it was read.
    pub before: AuditRecord,
    /// The same without somebody's data.
    pub after: AuditRecord,
}

/// What an erased person is called: `erased-` and the end of the id.
#[must_use]
pub fn placeholder(id: UserId) -> String {
    const DIGITS: usize = 12;
    let id = id.uuid().simple().to_string();
    let end = id.len().saturating_sub(DIGITS);
    format!("erased-{}", id.get(end..).unwrap_or(&id))
}

/// The address of nobody (RFC 2606 keeps `.invalid` free) that goes with it.
fn placeholder_email(id: UserId) -> String {
    format!("{}@erased.invalid", placeholder(id))
}

impl User {
    /// Whether the person's data was erased: the account is nobody's for good.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        !self.active
            && self.user_name.as_str() == placeholder(self.id)
            && self.email.as_str() == placeholder_email(self.id)
    }
}

/// Decides on erasing a person. `redacted` are the audit records that have to change with it;
/// `default_role` is the tenant's, so that no other role is kept in use by an account of nobody.
///
/// # Errors
/// [`Refusal::Yourself`]; [`Refusal::Erased`] when nothing is left to do.
pub fn decide(
    user: &User,
    default_role: RoleRef,
    traces: &Traces,
    redacted: Vec<Redaction>,
    context: &Context,
) -> Result<Change, Refusal> {
    if user.is_erased() {
        return Err(Refusal::Erased);
    }
    let loss = Loss::Access;
    if matches!(context.actor, Actor::User { id, .. } if id == user.id) {
        return Err(Refusal::Yourself { loss });
    }
    let besides = user.id;
    let requires = user
        .is_lasting_admin()
        .then_some(Precondition::AnotherActiveAdmin { besides, loss });
    let erased = nobody(user, default_role, context).map_err(|problem| Refusal::SignInValue {
        attribute: "placeholder".to_owned(),
        problem,
    })?;
    let description = format!(
        "Personal data of the user erased; it was taken out of {} audit records.",
        redacted.len()
    );
    Ok(Change {
        audit: AuditRecord::succeeded(
            context,
            AuditAction::EraseUser,
            erased.target(),
            description,
            Diff::default(),
        ),
        write: Write::EraseUser {
            user: erased,
            decided_on: user.version,
            called: traces.user_names().to_vec(),
            redacted,
        },
        requires: Vec::from_iter(requires),
        events: vec![Event::UserChanged(user.id), Event::UserDeactivated(user.id)],
    })
}

/// Decides on taking a person's data out of further audit records.
#[must_use]
pub fn redact(id: UserId, redacted: Vec<Redaction>, context: &Context) -> Change {
    let target = Target {
        kind: TargetKind::User,
        id: Some(id.uuid()),
        name: placeholder(id),
    };
    let description = format!(
        "Personal data of the user taken out of {} audit records.",
        redacted.len()
    );
    Change {
        audit: AuditRecord::succeeded(
            context,
            AuditAction::EraseUser,
            target,
            description,
            Diff::default(),
        ),
        write: Write::RedactAudit(redacted),
        requires: Vec::new(),
        events: Vec::new(),
    }
}

/// The account without the person.
fn nobody(user: &User, role: RoleRef, context: &Context) -> Result<User, InvalidText> {
    let new = NewUser {
        id: user.id,
        user_name: UserName::new(&placeholder(user.id))?,
        email: EmailAddress::new(&placeholder_email(user.id))?,
        given_name: PersonName::empty(),
        family_name: PersonName::empty(),
        role,
        identity: None,
    };
    Ok(User {
        active: false,
        session_epoch: user.session_epoch.next(),
        version: user.version.next(),
        created_at: user.created_at,
        ..born(new, context)
    })
}
