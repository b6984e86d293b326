//! Deleting old audit records: batch by batch, each in a commit of its own with a record of it, so
//! that neither the log nor the servers beside it are held up, and two who do so at once delete each
//! record once.

use roster_domain::audit::AuditAction;
use roster_domain::retention::{may_prune, prune};
use time::OffsetDateTime;

use crate::Application;
use crate::caller::Caller;
use crate::error::Error;
use crate::settle::{Settled, Subject};

/// How many records one commit deletes at most. On SQLite everybody else who writes waits meanwhile.
const BATCH: u32 = 5_000;

impl Application {
    /// How many audit records [`Application::prune_audit_log`] would delete.
    ///
    /// # Errors
    /// [`Error::Refused`] when `before` is less than a day ago.
    pub async fn count_prunable(
        &self,
        operator: &Caller,
        before: OffsetDateTime,
    ) -> Result<u64, Error> {
        may_prune(before, self.now())?;
        let store = self.store(operator.tenant.id());
        Ok(store.count_audit_records(before).await?)
    }

    /// Deletes the audit records of the caller's tenant from before a time; answers how many. Stopped
    /// in the middle, it leaves what it has deleted so far deleted, and recorded.
    ///
    /// # Errors
    /// [`Error::Refused`] when `before` is less than a day ago.
    pub async fn prune_audit_log(
        &self,
        operator: &Caller,
        before: OffsetDateTime,
    ) -> Result<u64, Error> {
        may_prune(before, self.now())?;
        let tenant = operator.tenant.id();
        let store = self.store(tenant);
        let target = operator.tenant.tenant().target();
        let (mut deleted, mut after) = (0_u64, None);
        let mut attempts = self.attempts(tenant.uuid());
        while let Some(stretch) = store.oldest_audit_records(before, after, BATCH).await? {
            let context = self.context(&operator.actor, &operator.origin);
            let decision = prune(stretch, target.clone(), &context).map(Some);
            let subject = Subject {
                tenant,
                store: store.as_ref(),
                context: &context,
                action: AuditAction::PruneAuditLog,
                target: target.clone(),
            };
            match self.settle(subject, decision).await? {
                Settled::Committed(_) => {
                    deleted = deleted.saturating_add(stretch.records);
                    after = Some(stretch.through);
                    attempts = self.attempts(tenant.uuid());
                }
                // Somebody else deletes, too.
                Settled::Raced | Settled::Unchanged => attempts.again().await?,
            }
        }
        Ok(deleted)
    }
}
