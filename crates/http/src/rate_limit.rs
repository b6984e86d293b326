//! How often a tenant may call its SCIM API. Counted in this process alone.

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use roster_domain::id::TenantId;

use crate::options::RateLimit;

/// A limit for each tenant; without one, no limit at all.
pub(crate) struct TenantLimits {
    limiter: Option<(RateLimit, DefaultKeyedRateLimiter<TenantId>)>,
    clock: DefaultClock,
}

/// Too many requests.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooMany {
    /// How many are allowed in a second.
    pub(crate) per_second: u32,
    /// When it is worth trying again, in whole seconds (Okta honours only those), at least 1.
    pub(crate) retry_after: u64,
}

impl TenantLimits {
    pub(crate) fn new(limit: Option<RateLimit>) -> Self {
        let quota = |limit: RateLimit| Quota::per_second(limit.per_second).allow_burst(limit.burst);
        let limiter = limit.map(|limit| (limit, RateLimiter::keyed(quota(limit))));
        Self {
            limiter,
            clock: DefaultClock::default(),
        }
    }

    /// Counts one request.
    pub(crate) fn check(&self, tenant: TenantId) -> Result<(), TooMany> {
        let Some((limit, limiter)) = &self.limiter else {
            return Ok(());
        };
        limiter.check_key(&tenant).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            TooMany {
                per_second: limit.per_second.get(),
                retry_after: wait.as_secs().saturating_add(1),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use uuid::Uuid;

    use super::*;

    fn number(n: u32) -> NonZeroU32 {
        NonZeroU32::new(n).unwrap()
    }

    #[test]
    fn a_tenant_that_calls_too_often_is_told_when_to_come_back_and_others_are_not() {
        let limits = TenantLimits::new(Some(RateLimit {
            per_second: number(1),
            burst: number(2),
        }));
        let (busy, calm) = (
            TenantId::new(Uuid::from_u128(1)),
            TenantId::new(Uuid::from_u128(2)),
        );
        assert_eq!((limits.check(busy), limits.check(busy)), (Ok(()), Ok(())));
        let refused = limits.check(busy).unwrap_err();
        assert!((1..=2).contains(&refused.retry_after), "{refused:?}");
        assert_eq!(limits.check(calm), Ok(()));
    }

    #[test]
    fn without_a_limit_everybody_may_call() {
        let limits = TenantLimits::new(None);
        let tenant = TenantId::new(Uuid::from_u128(1));
        assert!((0..10_000).all(|_| limits.check(tenant).is_ok()));
    }
}
