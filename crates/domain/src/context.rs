//! Who asks, from where, and when: what a decision needs to write its audit record.

use std::net::IpAddr;

use time::OffsetDateTime;

use crate::id::{AuditId, TokenId, UserId};
use crate::named::named_enum;

named_enum! {
    /// The kinds of actor.
    ActorKind {
        /// A signed-in person.
        User = "USER",
        /// A program, by its API token.
        Token = "TOKEN",
        /// Roster itself.
        System = "SYSTEM",
        /// Whoever runs Roster.
        Operator = "OPERATOR",
    }
}

/// Who caused a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in person.
    User {
        /// The person.
        id: UserId,
        /// The person's userName.
        name: String,
    },
    /// A program, by its API token.
    Token {
        /// The token.
        id: TokenId,
        /// The token's name.
        name: String,
    },
    /// Roster itself, such as at a Just-In-Time sign-in.
    System,
    /// Whoever runs Roster, by its command line or a break-glass session.
    Operator {
        /// The account on the machine, or another hint of who it was.
        name: String,
    },
}

impl Actor {
    /// The actor's kind.
    #[must_use]
    pub const fn kind(&self) -> ActorKind {
        match self {
            Self::User { .. } => ActorKind::User,
            Self::Token { .. } => ActorKind::Token,
            Self::System => ActorKind::System,
            Self::Operator { .. } => ActorKind::Operator,
        }
    }

    /// The actor's id, where it has one.
    #[must_use]
    pub fn id(&self) -> Option<uuid::Uuid> {
        match self {
            Self::User { id, .. } => Some(id.uuid()),
            Self::Token { id, .. } => Some(id.uuid()),
            Self::System | Self::Operator { .. } => None,
        }
    }

    /// The actor's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::User { name, .. } | Self::Token { name, .. } | Self::Operator { name } => name,
            Self::System => "System",
        }
    }
}

/// Where a request came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// The client's address, after trusted proxies.
    pub source_ip: Option<IpAddr>,
    /// What the client calls itself, shortened.
    pub user_agent: Option<String>,
    /// The id under which the request stands in the logs.
    pub request_id: Option<String>,
}

/// What every decision is given beside its subject.
#[derive(Debug, Clone)]
pub struct Context {
    /// The time of the decision, in UTC.
    pub now: OffsetDateTime,
    /// The id for the audit record.
    pub audit_id: AuditId,
    /// Who asks.
    pub actor: Actor,
    /// From where.
    pub origin: Origin,
}
