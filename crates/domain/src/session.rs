//! Sessions: what a browser has after a sign-in, and when it is over.
//!
//! A session says who signed in, never what they may do: that is read from the person's record at
//! each request, so losing access or a role holds at once, everywhere.

use std::net::IpAddr;

use time::{Duration, OffsetDateTime};

use crate::admin_link::AdminLink;
use crate::audit::{AuditAction, AuditRecord, Diff, Target, TargetKind};
use crate::change::{Change, SessionGround, Write};
use crate::context::{Actor, Context};
use crate::id::{SessionId, UserId};
use crate::secret::SecretHash;
use crate::tenant::Tenant;
use crate::user::User;

/// Counts how often all sessions of a person were ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionEpoch(i64);

impl SessionEpoch {
    /// The epoch of a person who is new.
    pub const FIRST: Self = Self(1);

    /// An epoch as it was stored.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number to store.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The epoch in which no session of this one holds.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// Without a request.
    pub idle: Duration,
    /// From sign-in, whatever happens.
    pub absolute: Duration,
    /// Of a session that a break-glass link opened, from its beginning.
    pub break_glass: Duration,
}

/// A session. It holds no secret, only the hash of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The hash of the secret in the browser's cookie.
    pub secret: SecretHash,
    /// Whose it is.
    pub holder: Holder,
    /// When the person signed in, in UTC.
    pub started_at: OffsetDateTime,
    /// When it was last used, in UTC; a minute late at most.
    pub last_seen_at: OffsetDateTime,
    /// When it ends at the latest, in UTC.
    pub expires_at: OffsetDateTime,
    /// From where the person signed in.
    pub source_ip: Option<IpAddr>,
    /// With which browser.
    pub user_agent: Option<String>,
}

/// Whose a session is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A person's, as long as the person's record has that epoch.
    User {
        /// The person.
        id: UserId,
        /// The epoch in which it began.
        epoch: SessionEpoch,
        /// The session at the identity provider.
        idp: IdpSession,
    },
    /// An operator's, opened by a break-glass link.
    Operator {
        /// Who made the link.
        name: String,
    },
}

/// The session at the identity provider, in the words of its assertion: what single logout takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdpSession {
    /// The provider.
    pub entity_id: String,
    /// The person.
    pub name_id: String,
    /// The identifier of the NameID's format.
    pub name_id_format: String,
    /// The provider's name for the session.
    pub session_index: Option<String>,
}

/// A session is written as seen again when it was last seen longer ago than this.
pub const SEEN_INTERVAL: Duration = Duration::minutes(1);

impl Session {
    /// Whether it has not expired.
    #[must_use]
    pub fn is_alive(&self, now: OffsetDateTime, lifetimes: &Lifetimes) -> bool {
        // Written up to a minute late: nobody is thrown out for that minute.
        let idle_until = self.last_seen_at + lifetimes.idle + SEEN_INTERVAL;
        now < self.expires_at && now < idle_until
    }

    /// Whether it holds for the person as they are now.
    #[must_use]
    pub fn holds_for(&self, user: &User) -> bool {
        match &self.holder {
            Holder::User { id, epoch, .. } => {
                *id == user.id && user.active && *epoch == user.session_epoch
            }
            Holder::Operator { .. } => false,
        }
    }

    /// What the audit log calls it.
    fn target(&self, tenant: &Tenant) -> Target {
        match &self.holder {
            Holder::User { id, idp, .. } => Target {
                kind: TargetKind::User,
                id: Some(id.uuid()),
                name: idp.name_id.clone(),
            },
            Holder::Operator { .. } => tenant.target(),
        }
    }
}

/// What a new session is made of, besides whose it is.
#[derive(Debug, Clone, Copy)]
pub struct NewSession {
    /// The id.
    pub id: SessionId,
    /// The hash of the secret that the browser gets.
    pub secret: SecretHash,
    /// How long it lasts.
    pub lifetimes: Lifetimes,
}

/// Decides on the session of a person who has just been vouched for.
#[must_use]
pub fn start(new: NewSession, user: &User, idp: IdpSession, context: &Context) -> Change {
    let diff = Diff::default()
        .of("session", None, Some(new.id.to_string().as_str()))
        .of("role", None, Some(user.role.name.as_str()));
    let audit = AuditRecord::succeeded(
        &Context {
            actor: Actor::User {
                id: user.id,
                name: user.user_name.to_string(),
            },
            ..context.clone()
        },
        AuditAction::SignIn,
        user.target(),
        "User signed in by SAML.",
        diff,
    );
    let holder = Holder::User {
        id: user.id,
        epoch: user.session_epoch,
        idp,
    };
    let because = SessionGround::SignIn {
        user: user.id,
        decided_on: user.version,
    };
    begin(new, holder, new.lifetimes.absolute, because, audit, context)
}

/// Decides on the session that a break-glass link opens. Whether the link is still good is seen at
/// the commit.
#[must_use]
pub fn start_from_link(
    new: NewSession,
    link: &AdminLink,
    tenant: &Tenant,
    context: &Context,
) -> Change {
    let name = format!("break-glass, by {}", link.created_by);
    let audit = AuditRecord::succeeded(
        &Context {
            actor: Actor::Operator { name: name.clone() },
            ..context.clone()
        },
        AuditAction::SignIn,
        tenant.target(),
        "Signed in by a break-glass link, with every permission.",
        Diff::default()
            .of("session", None, Some(new.id.to_string().as_str()))
            .of("adminLink", None, Some(link.id.to_string().as_str())),
    );
    let because = SessionGround::AdminLink(link.secret);
    let holder = Holder::Operator { name };
    begin(
        new,
        holder,
        new.lifetimes.break_glass,
        because,
        audit,
        context,
    )
}

fn begin(
    new: NewSession,
    holder: Holder,
    lifetime: Duration,
    because: SessionGround,
    audit: AuditRecord,
    context: &Context,
) -> Change {
    let session = Session {
        id: new.id,
        secret: new.secret,
        holder,
        started_at: context.now,
        last_seen_at: context.now,
        expires_at: context.now + lifetime,
        source_ip: context.origin.source_ip,
        user_agent: context.origin.user_agent.clone(),
    };
    Change {
        write: Write::StartSession { session, because },
        requires: Vec::new(),
        audit,
        events: Vec::new(),
    }
}

/// Decides on ending one session.
#[must_use]
pub fn end(session: &Session, tenant: &Tenant, context: &Context) -> Change {
    let audit = AuditRecord::succeeded(
        context,
        AuditAction::SignOut,
        session.target(tenant),
        "Session ended.",
        Diff::default().of("session", Some(session.id.to_string().as_str()), None),
    );
    Change {
        write: Write::EndSession(session.id),
        requires: Vec::new(),
        audit,
        events: Vec::new(),
    }
}
