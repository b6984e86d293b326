//! Administrators and what was last heard of a user: from the identity provider, at the last sign-in,
//! and from SCIM.

use std::net::IpAddr;

use roster_domain::audit::{AuditAction, AuditRecord, AuditResult};
use roster_domain::context::ActorKind;
use roster_domain::id::UserId;
use roster_domain::permission::Permission;
use roster_domain::user::provision;
use time::OffsetDateTime;

use super::DEFAULT_LIMIT;
use crate::Application;
use crate::caller::Caller;
use crate::error::Error;
use crate::ports::store::{AuditQuery, TenantStore};

/// How many of a user's changes by programs are looked through for one by SCIM, in pages. Beyond
/// these it is long ago, and there are thousands of changes by other programs since.
const PAGES: u32 = 20;

/// When and from where something was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// When, in UTC.
    pub at: OffsetDateTime,
    /// From which address.
    pub from: Option<IpAddr>,
}

impl From<&AuditRecord> for Moment {
    fn from(record: &AuditRecord) -> Self {
        Self {
            at: record.at,
            from: record.origin.source_ip,
        }
    }
}

/// What was last heard of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UserActivity {
    /// The last sign-in; `None`: there was none.
    pub last_sign_in: Option<Moment>,
    /// The last change by SCIM; `None`: there was none, or only before a thousand changes by other
    /// programs.
    pub last_scim_write: Option<Moment>,
}

impl Application {
    /// What was last heard of a user, by the audit log. Nothing else of the log is told, so whoever
    /// sees the user may see this.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `UserRead`.
    pub async fn user_activity(&self, caller: &Caller, id: UserId) -> Result<UserActivity, Error> {
        caller.require(&Permission::USER_READ)?;
        let store = self.store(caller.tenant.id());
        let sign_ins = AuditQuery {
            limit: 1,
            ..done_to(id, AuditAction::SignIn)
        };
        let sign_ins = store.audit_log(&sign_ins).await?;
        Ok(UserActivity {
            last_sign_in: sign_ins.first().map(Moment::from),
            last_scim_write: last_scim_write(store.as_ref(), id).await?,
        })
    }
}

/// The records of what succeeded, the newest first.
fn done_to(user: UserId, action: AuditAction) -> AuditQuery {
    AuditQuery {
        action: Some(action),
        result: Some(AuditResult::Succeeded),
        targets: vec![user.uuid()],
        ..AuditQuery::default()
    }
}

async fn last_scim_write(store: &dyn TenantStore, user: UserId) -> Result<Option<Moment>, Error> {
    let mut query = AuditQuery {
        limit: DEFAULT_LIMIT,
        // SCIM takes no session.
        actor_kind: Some(ActorKind::Token),
        ..done_to(user, AuditAction::UpdateUser)
    };
    for _ in 0..PAGES {
        let records = store.audit_log(&query).await?;
        if let Some(record) = records.iter().find(|record| provision::wrote(record)) {
            return Ok(Some(Moment::from(record)));
        }
        let Some(last) = records.last() else { break };
        query.before = Some(last.id);
    }
    Ok(None)
}
