//! Which ids the records of a span of time have.
//!
//! Ids of records are UUIDv7 (RFC 9562 §5.7): their first 48 bits are the milliseconds since 1970
//! at which they were made. So a span of time is a span of ids, and ids are what the log is in the
//! order of: a store that bounds them reads the span and not the whole log.

use roster_application::ports::store::AuditQuery;
use roster_domain::id::AuditId;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How far the time in a record's id may be from the record's own. They are taken a moment apart,
/// and when the clock is set back, ids go on from where they were. A record whose id is further
/// off would not be found by its time, so this is more than a request can take.
const SLACK: Duration = Duration::MINUTE;

/// The milliseconds of a UUIDv7.
const MILLISECONDS: u32 = 48;

/// Which ids the records that `query` asks for can have: those at or after the first, and before
/// the second. The exact filters on `at` are needed beside them.
#[must_use]
pub fn audit_id_bounds(query: &AuditQuery) -> (Option<Uuid>, Option<Uuid>) {
    let at_least = query.from.map(|from| first_id(from, -SLACK));
    let until = query.until.map(audit_id_limit);
    let before = query.before.map(AuditId::uuid);
    (at_least, before.into_iter().chain(until).min())
}

/// The ids that records from before `time` can have are those before this one.
#[must_use]
pub fn audit_id_limit(time: OffsetDateTime) -> Uuid {
    first_id(time, SLACK)
}

/// The lowest id of the millisecond that is `away` from `time`, as near as ids reach.
fn first_id(time: OffsetDateTime, away: Duration) -> Uuid {
    let nanoseconds = time
        .unix_timestamp_nanos()
        .saturating_add(away.whole_nanoseconds());
    let milliseconds = nanoseconds.div_euclid(1_000_000).max(0).unsigned_abs();
    let most = (1 << MILLISECONDS) - 1;
    Uuid::from_u128(milliseconds.min(most) << (u128::BITS - MILLISECONDS))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;
    use uuid::{NoContext, Timestamp};

    use super::*;

    /// An id made at that time.
    fn made_at(time: OffsetDateTime) -> Uuid {
        let seconds = u64::try_from(time.unix_timestamp()).unwrap();
        Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, time.nanosecond()))
    }

    fn between(from: OffsetDateTime, until: OffsetDateTime) -> AuditQuery {
        AuditQuery {
            from: Some(from),
            until: Some(until),
            ..AuditQuery::default()
        }
    }

    #[test]
    fn a_record_far_from_the_span_is_outside_the_bounds() {
        let (from, until) = (
            datetime!(2026-03-01 09:00 UTC),
            datetime!(2026-03-01 10:00 UTC),
        );
        let (at_least, below) = audit_id_bounds(&between(from, until));
        let (at_least, below) = (at_least.unwrap(), below.unwrap());
        assert!(made_at(from - SLACK * 2) < at_least);
        assert!(made_at(until + SLACK * 2) >= below);
    }

    #[test]
    fn the_cursor_and_the_end_of_the_span_are_one_bound() {
        let now = datetime!(2026-03-01 09:00 UTC);
        // Made once: two ids of one moment differ by chance.
        let earlier = made_at(now);
        for (cursor, expected) in [
            (earlier, earlier),
            (made_at(now + SLACK * 2), first_id(now, SLACK)),
        ] {
            let query = AuditQuery {
                before: Some(AuditId::new(cursor)),
                ..between(now, now)
            };
            assert_eq!(audit_id_bounds(&query).1, Some(expected));
        }
    }

    #[test]
    fn a_query_without_times_has_no_bound_and_no_time_is_too_far() {
        assert_eq!(audit_id_bounds(&AuditQuery::default()), (None, None));
        let (first, last) = (
            datetime!(-9999-01-01 00:00 UTC),
            datetime!(9999-12-31 23:59:59.999_999_999 UTC),
        );
        let (at_least, below) = audit_id_bounds(&between(first, last));
        assert_eq!(at_least, Some(Uuid::nil()));
        assert!(below.unwrap() > made_at(last));
    }

    proptest! {
        #[test]
        fn no_record_within_the_span_is_outside_the_bounds(
            from in 100_000_000_i64..10_000_000_000,
            length in 1_i64..100_000_000,
            part in 0.0..1.0_f64,
            off in -59_999_i64..60_000,
        ) {
            let start = OffsetDateTime::from_unix_timestamp(from).unwrap();
            let at = start + Duration::seconds(length) * part;
            let id = made_at(at + Duration::milliseconds(off));
            let (at_least, below) = audit_id_bounds(&between(start, start + Duration::seconds(length)));
            prop_assert!(at_least.unwrap() <= id && id < below.unwrap());
        }
    }
}
