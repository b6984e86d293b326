//! Break-glass links: a way in for whoever operates Roster, when SAML is off, broken or enforced.
//! Single use, short-lived, audited; only the hash of a link's secret is stored.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::audit::{AuditAction, AuditRecord, Diff, Target, TargetKind};
use crate::change::{Change, Write};
use crate::context::Context;
use crate::secret::SecretHash;

/// How long a link can be used.
pub const LIFETIME: Duration = Duration::minutes(10);

/// A break-glass link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminLink {
    /// Its id, by which the audit log knows it.
    pub id: Uuid,
    /// The hash of its secret.
    pub secret: SecretHash,
    /// Who made it.
    pub created_by: String,
    /// When it stops working, in UTC.
    pub expires_at: OffsetDateTime,
    /// When it was used, in UTC; for good.
    pub used_at: Option<OffsetDateTime>,
}

impl AdminLink {
    /// Whether it can still be used.
    #[must_use]
    pub fn is_good(&self, now: OffsetDateTime) -> bool {
        self.used_at.is_none() && now < self.expires_at
    }

    /// What the audit log calls it.
    #[must_use]
    pub fn target(&self) -> Target {
        Target {
            kind: TargetKind::AdminLink,
            id: Some(self.id),
            name: format!("by {}", self.created_by),
        }
    }
}

/// Decides on a new link.
#[must_use]
pub fn create(id: Uuid, secret: SecretHash, context: &Context) -> Change {
    let link = AdminLink {
        id,
        secret,
        created_by: context.actor.name().to_owned(),
        expires_at: context.now + LIFETIME,
        used_at: None,
    };
    let audit = AuditRecord::succeeded(
        context,
        AuditAction::CreateAdminLink,
        link.target(),
        "Break-glass link created: it opens one session with every permission, within 10 minutes.",
        Diff::default(),
    );
    Change {
        write: Write::CreateAdminLink(link),
        requires: Vec::new(),
        audit,
        events: Vec::new(),
    }
}
