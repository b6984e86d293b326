//! What other processes change: told by the store, so that what this process remembers is forgotten
//! in time.

use async_trait::async_trait;
use roster_domain::change::Event;
use roster_domain::id::TenantId;

/// What is heard of other processes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemoteChange {
    /// A process, perhaps this one, has committed a change.
    Committed {
        /// Whose.
        tenant: TenantId,
        /// What it was about.
        events: Vec<Event>,
    },
    /// Changes may have gone unheard until now; from now on they are heard of.
    Missed,
}

/// What other processes change, as it happens. A value that was loaded before a change is heard of
/// may be the one of before it.
#[async_trait]
pub trait RemoteChanges: Send {
    /// Waits for the next change. While the store can't listen, it goes on trying, and answers
    /// [`RemoteChange::Missed`] when it can. `None`: this store will never tell of any.
    async fn next(&mut self) -> Option<RemoteChange>;
}

/// The changes of a store that can't tell of any: of one that a single process serves.
#[derive(Debug, Clone, Copy, Default)]
pub struct OneProcess;

#[async_trait]
impl RemoteChanges for OneProcess {
    async fn next(&mut self) -> Option<RemoteChange> {
        None
    }
}
