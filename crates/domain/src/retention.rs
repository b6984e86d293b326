//! For how long audit records are kept: the operator deletes those from before a time. Each deletion
//! is a bounded stretch of the log, and leaves a record that says how many records went.

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::audit::{AuditAction, AuditRecord, Diff, Target};
use crate::change::{Change, Write};
use crate::context::Context;
use crate::id::AuditId;
use crate::refusal::Refusal;

/// No record is deleted that is younger, so that a mistyped age (`400m` for `400d`) does not delete
/// the traces of what has just been done.
pub const SHORTEST: Duration = Duration::DAY;

/// A stretch of a tenant's log: the records from before a time, in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Only records from before this time, in UTC.
    pub before: OffsetDateTime,
    /// Only those after this one; `None`: from the first.
    pub after: Option<AuditId>,
    /// Up to this one, which belongs to it.
    pub through: AuditId,
    /// How many there are.
    pub records: u64,
}

/// Whether records from before that time may be deleted at `now`.
///
/// # Errors
/// [`Refusal::PrunedTooSoon`].
pub fn may_prune(before: OffsetDateTime, now: OffsetDateTime) -> Result<(), Refusal> {
    if before <= now - SHORTEST {
        Ok(())
    } else {
        Err(Refusal::PrunedTooSoon)
    }
}

/// Decides on deleting a stretch of the log of `tenant`.
///
/// # Errors
/// [`Refusal::PrunedTooSoon`].
pub fn prune(stretch: Stretch, tenant: Target, context: &Context) -> Result<Change, Refusal> {
    may_prune(stretch.before, context.now)?;
    let before = stretch.before.format(&Rfc3339);
    let before = before.unwrap_or_else(|_| stretch.before.to_string());
    let records = stretch.records.to_string();
    let description = format!("{records} audit records from before {before} were deleted.");
    let diff = Diff::default()
        .of("deletedBefore", None, Some(before.as_str()))
        .of("deletedRecords", None, Some(records.as_str()));
    Ok(Change {
        write: Write::PruneAudit(stretch),
        requires: Vec::new(),
        audit: AuditRecord::succeeded(
            context,
            AuditAction::PruneAuditLog,
            tenant,
            description,
            diff,
        ),
        events: Vec::new(),
    })
}
