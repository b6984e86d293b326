//! What a process has done since its start, counted where it happens: an addition on the way, and no
//! more. Whoever measures asks for the numbers when it wants them.

use std::sync::atomic::{AtomicU64, Ordering};

use roster_domain::audit::AuditResult;

use crate::Application;

/// How often something was found in memory, and how often not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lookups {
    /// It was there.
    pub hits: u64,
    /// The database had to be asked.
    pub misses: u64,
}

/// The numbers of a process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// API tokens.
    pub tokens: Lookups,
    /// Tenants with their settings.
    pub tenants: Lookups,
    /// Audit records of changes that were made.
    pub audited_changes: u64,
    /// Audit records of changes that were refused.
    pub audited_refusals: u64,
}

/// Counts upwards.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn number(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The audit records that this process has written.
#[derive(Debug, Default)]
pub(crate) struct AuditCounters {
    succeeded: Counter,
    failed: Counter,
}

impl AuditCounters {
    /// Takes note of a record that was written.
    pub(crate) fn wrote(&self, result: AuditResult) {
        match result {
            AuditResult::Succeeded => self.succeeded.count(),
            AuditResult::Failed => self.failed.count(),
        }
    }
}

impl Application {
    /// What this process has done since its start.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        Statistics {
            tokens: self.shared.authentication.lookups(),
            tenants: self.shared.directory.lookups(),
            audited_changes: self.shared.audited.succeeded.number(),
            audited_refusals: self.shared.audited.failed.number(),
        }
    }
}
