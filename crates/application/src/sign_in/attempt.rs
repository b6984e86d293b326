//! The attempt at a sign-in: what the browser keeps, sealed, between our request and the answer. No
//! row in the database: whoever asks for a thousand sign-ins fills nothing but their own cookies.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use roster_domain::id::TenantId;
use roster_domain::secret::Sealed;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::ports::keys::Vault;

/// How long a person may take at the identity provider.
pub const LIFETIME: Duration = Duration::minutes(10);

/// How many attempts of one browser at one tenant can be under way: in as many tabs.
pub const SLOTS: u8 = 5;

const PURPOSE: &str = "saml sign-in attempt";

/// What is sealed in the cookie of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Attempt {
    /// The tenant.
    tenant: uuid::Uuid,
    /// What we sent as RelayState: which attempt an answer belongs to.
    pub(super) relay_state: String,
    /// The id of our request.
    pub(super) request_id: String,
    /// Where the person wants to go; checked before.
    pub(super) return_to: Option<String>,
    /// Until when it counts, in seconds since 1970.
    expires: i64,
}

impl Attempt {
    pub(super) fn new(
        tenant: TenantId,
        relay_state: String,
        request_id: String,
        return_to: Option<String>,
        now: OffsetDateTime,
    ) -> Self {
        Self {
            tenant: tenant.uuid(),
            relay_state,
            request_id,
            return_to,
            expires: (now + LIFETIME).unix_timestamp(),
        }
    }

    /// The value of the attempt's cookie.
    pub(super) fn seal(&self, vault: &dyn Vault) -> String {
        let text = serde_json::to_vec(self).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(vault.seal(PURPOSE, &text).as_bytes())
    }

    /// Opens the value of a cookie. `None`: not of this tenant, too old, or not ours.
    fn open(
        vault: &dyn Vault,
        tenant: TenantId,
        cookie: &str,
        now: OffsetDateTime,
    ) -> Option<Self> {
        let sealed = Sealed::new(URL_SAFE_NO_PAD.decode(cookie).ok()?);
        let text = vault.open(PURPOSE, &sealed)?;
        let attempt: Self = serde_json::from_slice(&text).ok()?;
        let good = attempt.tenant == tenant.uuid() && now.unix_timestamp() < attempt.expires;
        good.then_some(attempt)
    }

    /// The attempt among `cookies` that an answer with that RelayState belongs to.
    pub(super) fn find(
        vault: &dyn Vault,
        tenant: TenantId,
        cookies: &[&str],
        relay_state: &str,
        now: OffsetDateTime,
    ) -> Option<Self> {
        cookies
            .iter()
            .filter_map(|cookie| Self::open(vault, tenant, cookie, now))
            .find(|attempt| attempt.relay_state == relay_state)
    }
}

/// In which of the browser's cookies the attempt with that RelayState is.
#[must_use]
pub(super) fn slot(relay_state: &str) -> u8 {
    let sum = relay_state.bytes().fold(0_u8, u8::wrapping_add);
    sum % SLOTS
}
