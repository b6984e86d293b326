//! Time and chance as they are: the system's clock, UUIDv7 ids, and secrets from the operating
//! system's source of randomness.

use rand::TryRngCore;
use rand::rngs::OsRng;
use roster_application::ports::world::{Clock, Ids};
use time::OffsetDateTime;
use uuid::Uuid;

/// The system's clock, cut to whole microseconds: what every store can keep.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        let now = OffsetDateTime::now_utc();
        let microseconds = now.microsecond();
        // A count of microseconds is always less than a second.
        now.replace_microsecond(microseconds).unwrap_or(now)
    }
}

/// Ids in the order of their making within this process, and bytes from the operating system.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemIds;

impl Ids for SystemIds {
    fn id(&self) -> Uuid {
        Uuid::now_v7()
    }

    #[expect(
        clippy::expect_used,
        reason = "without the system's randomness no secret may be made; it fails only before the system has booted"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        OsRng
            .try_fill_bytes(bytes)
            .expect("the operating system gives random bytes");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_utc_in_whole_microseconds() {
        let now = SystemClock.now();
        assert_eq!(now.nanosecond() % 1_000, 0);
        assert!(now.offset().is_utc());
        assert!((OffsetDateTime::now_utc() - now).whole_seconds() < 5);
    }

    #[test]
    fn ids_are_in_the_order_of_their_making_on_any_thread() {
        let ids: Vec<Uuid> = (0..10_000).map(|_| SystemIds.id()).collect();
        assert!(ids.is_sorted() && ids.iter().all(|id| id.get_version_num() == 7));
        let last = ids.last().copied().unwrap();
        assert!(std::thread::spawn(|| SystemIds.id()).join().unwrap() > last);
    }

    #[test]
    fn secrets_are_never_the_same() {
        let (mut one, mut other) = ([0; 32], [0; 32]);
        SystemIds.fill(&mut one);
        SystemIds.fill(&mut other);
        assert_ne!(one, other);
        assert_ne!(one, [0; 32]);
    }
}
