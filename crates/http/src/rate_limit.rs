//! How often a tenant may call its SCIM API, and how often an address may post to a tenant what anybody
//! can post. Counted in this process alone.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use roster_domain::id::TenantId;

use crate::options::RateLimit;

/// Of so many addresses the limits are kept before those are forgotten that have been quiet since.
const REMEMBERED: usize = 10_000;

/// A limit for each `K`; without one, no limit at all.
struct Limits<K: Hash + Eq + Clone> {
    limiter: Option<(RateLimit, DefaultKeyedRateLimiter<K>)>,
    clock: DefaultClock,
}

/// A limit for each tenant.
pub(crate) struct TenantLimits(Limits<TenantId>);

/// Where anybody may try to get in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Entrance {
    /// By a SAML response.
    Saml,
    /// By a break-glass link, which must work when the other does not.
    AdminLink,
}

/// A limit for each address that something is posted from to a tenant: whoever floods one tenant does
/// not keep people behind the same address out of another, or the operator out of this one.
pub(crate) struct SourceLimits(Limits<(TenantId, Entrance, IpAddr)>);

/// Too many requests.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooMany {
    /// How many are allowed in a second.
    pub(crate) per_second: u32,
    /// When it is worth trying again, in whole seconds (Okta honours only those), at least 1.
    pub(crate) retry_after: u64,
}

impl<K: Hash + Eq + Clone> Limits<K> {
    fn new(limit: Option<RateLimit>) -> Self {
        let quota = |limit: RateLimit| Quota::per_second(limit.per_second).allow_burst(limit.burst);
        let limiter = limit.map(|limit| (limit, RateLimiter::keyed(quota(limit))));
        Self {
            limiter,
            clock: DefaultClock::default(),
        }
    }

    fn check(&self, key: &K) -> Result<(), TooMany> {
        let Some((limit, limiter)) = &self.limiter else {
            return Ok(());
        };
        limiter.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            TooMany {
                per_second: limit.per_second.get(),
                retry_after: wait.as_secs().saturating_add(1),
            }
        })
    }
}

impl TenantLimits {
    pub(crate) fn new(limit: Option<RateLimit>) -> Self {
        Self(Limits::new(limit))
    }

    /// Counts one request.
    pub(crate) fn check(&self, tenant: TenantId) -> Result<(), TooMany> {
        self.0.check(&tenant)
    }
}

impl SourceLimits {
    pub(crate) fn new(limit: Option<RateLimit>) -> Self {
        Self(Limits::new(limit))
    }

    /// Counts one request from there.
    pub(crate) fn check(
        &self,
        tenant: TenantId,
        entrance: Entrance,
        source: Option<IpAddr>,
    ) -> Result<(), TooMany> {
        let limiter = self.0.limiter.as_ref().map(|(_, limiter)| limiter);
        if let Some(limiter) = limiter.filter(|limiter| limiter.len() > REMEMBERED) {
            limiter.retain_recent();
        }
        self.0.check(&(tenant, entrance, network(source)))
    }
}

/// Whoever has one address of IPv6 has all 2^64 of its network, so those count as one.
fn network(source: Option<IpAddr>) -> IpAddr {
    match source.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED)) {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let network = u128::from(address) >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from(network))
        }
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
    fn an_address_that_posts_too_often_is_stopped_and_its_network_with_it() {
        let limits = SourceLimits::new(Some(RateLimit {
            per_second: number(1),
            burst: number(1),
        }));
        let (tenant, other) = (
            TenantId::new(Uuid::from_u128(1)),
            TenantId::new(Uuid::from_u128(2)),
        );
        let (saml, link) = (Entrance::Saml, Entrance::AdminLink);
        let check = |address: &str| {
            let address = Some(address.parse().unwrap());
            limits.check(tenant, saml, address).is_ok()
        };
        assert!(check("192.0.2.1") && !check("192.0.2.1"));
        assert!(check("192.0.2.2"), "a neighbour of IPv4 is somebody else");
        assert!(check("2001:db8::1") && !check("2001:db8::2"));
        assert!(check("2001:db8:0:1::1"), "another network");
        let unknown = |tenant, entrance| limits.check(tenant, entrance, None).is_ok();
        assert!(unknown(tenant, saml) && !unknown(tenant, saml));
        assert!(unknown(other, saml), "another tenant");
        assert!(unknown(tenant, link), "the way in for when this one fails");
    }

    #[test]
    fn quiet_addresses_are_forgotten() {
        let fast = RateLimit {
            per_second: number(u32::MAX),
            burst: number(u32::MAX),
        };
        let limits = SourceLimits::new(Some(fast));
        for n in 0..50_000_u32 {
            let address = IpAddr::V4(n.into());
            let tenant = TenantId::new(Uuid::from_u128(1));
            let checked = limits.check(tenant, Entrance::Saml, Some(address));
            assert!(checked.is_ok());
        }
        let kept = limits.0.limiter.as_ref().unwrap().1.len();
        assert!(kept <= REMEMBERED + 1, "{kept}");
    }

    #[test]
    fn without_a_limit_everybody_may_call() {
        let limits = TenantLimits::new(None);
        let tenant = TenantId::new(Uuid::from_u128(1));
        assert!((0..10_000).all(|_| limits.check(tenant).is_ok()));
    }
}
