//! Time and chance, as inputs, so that tests are exact.

use time::OffsetDateTime;
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present, in UTC and whole microseconds (what every store can keep).
    fn now(&self) -> OffsetDateTime;
}

/// Makes ids and secrets.
pub trait Ids: Send + Sync {
    /// A new id, in the order of time (UUIDv7 of RFC 9562).
    fn id(&self) -> Uuid;

    /// Fills `bytes` from the system's cryptographic source of chance.
    fn fill(&self, bytes: &mut [u8]);
}
