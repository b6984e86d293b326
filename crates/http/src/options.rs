//! What the adapter is told by whoever puts it together.

use std::num::NonZeroU32;
use std::time::Duration;

use ipnet::IpNet;

/// Settings of the HTTP adapter.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where clients reach this server: scheme, host, port, perhaps a path; no slash at the end.
    pub public_url: String,
    /// A request that takes longer is answered with 503.
    pub request_timeout: Duration,
    /// How many SCIM requests a tenant may make; `None`: any number.
    pub rate_limit: Option<RateLimit>,
    /// How often one address (of IPv6: one network of 64 bits) may post to a tenant's assertion
    /// consumer service and break-glass page, where anybody may post; `None`: as often as it likes.
    pub sign_in_limit: Option<RateLimit>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

/// How many requests may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests a second, on average.
    pub per_second: NonZeroU32,
    /// Requests at once, after a pause.
    pub burst: NonZeroU32,
}

impl RateLimit {
    /// What is enough for a whole office behind one address at nine in the morning: 20 a second,
    /// 60 at once.
    pub const SIGN_IN: Self = Self {
        per_second: number(20),
        burst: number(60),
    };
}

const fn number(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

impl Options {
    /// The SCIM base URL of a tenant, as Okta is given it: no slash at the end.
    #[must_use]
    pub fn tenant_url(&self, slug: &str) -> String {
        format!("{}/t/{slug}/scim/v2", self.public_url)
    }

    /// The base URL of a tenant's management API: no slash at the end.
    #[must_use]
    pub fn management_url(&self, slug: &str) -> String {
        format!("{}/t/{slug}/api/v1", self.public_url)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            public_url: "http://localhost:8080".to_owned(),
            request_timeout: Duration::from_secs(30),
            rate_limit: None,
            sign_in_limit: Some(RateLimit::SIGN_IN),
            trusted_proxies: Vec::new(),
        }
    }
}
