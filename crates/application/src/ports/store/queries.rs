//! What is asked of lists.

use roster_domain::audit::{AuditAction, AuditResult};
use roster_domain::context::ActorKind;
use roster_domain::id::{AuditId, RoleId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

/// Where a user stands in lists, which go in the order of creation, then of id.
pub type UserPosition = (OffsetDateTime, UserId);

/// The position of a user that was created then. `None` before the common era: nobody was created
/// there, and no database keeps all the years before.
#[must_use]
pub fn user_position(created_at: OffsetDateTime, id: UserId) -> Option<UserPosition> {
    (created_at.year() >= 0).then_some((created_at, id))
}

/// Which stretch of a list of users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UserStretch {
    /// The first ones.
    #[default]
    First,
    /// Those that come next after this position.
    After(UserPosition),
    /// Those that come last before this position.
    Before(UserPosition),
}

/// Which users to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserQuery {
    /// From where on, or up to where.
    pub stretch: UserStretch,
    /// At most so many.
    pub limit: u32,
    /// Only the one with this e-mail, folded.
    pub email: Option<String>,
    /// Only those whose userName, e-mail or names contain this text, without regard to case.
    pub contains: Option<String>,
    /// Only those with this status.
    pub active: Option<bool>,
    /// Only those who have this role or wait for it.
    pub role: Option<RoleId>,
}

impl UserQuery {
    /// Whether no user is left out, whichever stretch of the list it is.
    #[must_use]
    pub const fn selects_all(&self) -> bool {
        let Self {
            stretch: _,
            limit: _,
            email,
            contains,
            active,
            role,
        } = self;
        email.is_none() && contains.is_none() && active.is_none() && role.is_none()
    }
}

/// Which audit records to list, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditQuery {
    /// Only those older than this one.
    pub before: Option<AuditId>,
    /// At most so many.
    pub limit: u32,
    /// Only this action.
    pub action: Option<AuditAction>,
    /// Only this result.
    pub result: Option<AuditResult>,
    /// Only those of actors of this kind.
    pub actor_kind: Option<ActorKind>,
    /// Only those of one of these actors; empty: of any.
    pub actors: Vec<Uuid>,
    /// Only those about one of these targets; empty: about any.
    pub targets: Vec<Uuid>,
    /// Only those at or after this time.
    pub from: Option<OffsetDateTime>,
    /// Only those before this time.
    pub until: Option<OffsetDateTime>,
}
