//! API tokens: named secrets with permissions.
//!
//! [`value`] is the secret itself, which exists in clear only between its making and the answer
//! that shows it; everything else knows its hash. [`lifecycle`] decides on creating, changing,
//! rotating and revoking.

pub mod lifecycle;
pub mod value;

use std::net::IpAddr;

use ipnet::IpNet;
use time::OffsetDateTime;

use crate::audit::{Target, TargetKind};
use crate::context::Actor;
use crate::id::{TokenId, Version};
use crate::permission::PermissionSet;
use crate::text::{InvalidText, TokenName};
use value::TokenHash;

/// An API token's record. It holds hashes only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id.
    pub id: TokenId,
    /// Its name.
    pub name: TokenName,
    /// What it may do.
    pub permissions: PermissionSet,
    /// From where it may be used; empty: from anywhere.
    pub allowed_networks: Vec<IpNet>,
    /// When it stops working, in UTC.
    pub expires_at: Option<OffsetDateTime>,
    /// The hash of its value.
    pub hash: TokenHash,
    /// The value before the last rotation, while it is still valid.
    pub previous: Option<PreviousValue>,
    /// Who made it: kind and name.
    pub created_by: Creator,
    /// When it was made, in UTC.
    pub created_at: OffsetDateTime,
    /// When it changed last, in UTC.
    pub updated_at: OffsetDateTime,
    /// When it was revoked, in UTC; for good.
    pub revoked_at: Option<OffsetDateTime>,
    /// When and from where it was last used; written behind, seconds late, and not audited.
    pub last_used: Option<LastUse>,
    /// Counts its changes.
    pub version: Version,
}

/// Who made a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creator {
    /// `USER`, `TOKEN`, `SYSTEM` or `OPERATOR`.
    pub kind: String,
    /// The maker's name at that time.
    pub name: String,
}

impl From<&Actor> for Creator {
    fn from(actor: &Actor) -> Self {
        Self {
            kind: actor.kind().as_str().to_owned(),
            name: actor.name().to_owned(),
        }
    }
}

/// A value that a rotation replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousValue {
    /// Its hash.
    pub hash: TokenHash,
    /// Until when it works, in UTC.
    pub valid_until: OffsetDateTime,
}

/// The last use of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastUse {
    /// When, in UTC.
    pub at: OffsetDateTime,
    /// From where.
    pub from: Option<IpAddr>,
}

/// Reads a network in CIDR notation, or a single address as the network of it alone; bits behind the
/// prefix are dropped.
///
/// # Errors
/// [`InvalidText`] says what a network looks like.
pub fn network(text: &str) -> Result<IpNet, InvalidText> {
    let text = text.trim();
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map(|network| network.trunc())
        .map_err(|_| {
            InvalidText::Malformed(
                "is not a network such as 10.0.0.0/8 or 2001:db8::/32, nor an address",
            )
        })
}

impl ApiToken {
    /// Whether the value with this hash opens anything at `now`: not revoked, not expired, and the
    /// present value or a previous one within its overlap.
    #[must_use]
    pub fn accepts(&self, hash: &TokenHash, now: OffsetDateTime) -> bool {
        let current = self.hash == *hash;
        let previous = self
            .previous
            .as_ref()
            .is_some_and(|old| old.hash == *hash && now < old.valid_until);
        self.revoked_at.is_none()
            && self.expires_at.is_none_or(|expiry| now < expiry)
            && (current || previous)
    }

    /// Whether the value with this hash was replaced by a rotation.
    #[must_use]
    pub fn has_superseded(&self, hash: &TokenHash) -> bool {
        self.hash != *hash
    }

    /// Whether it may be used from `address`. An unknown address is inside no list.
    #[must_use]
    pub fn allows_address(&self, address: Option<IpAddr>) -> bool {
        // An IPv4 client of a dual-stack listener arrives as ::ffff:a.b.c.d.
        self.allowed_networks.is_empty()
            || address
                .map(|address| address.to_canonical())
                .is_some_and(|address| {
                    self.allowed_networks
                        .iter()
                        .any(|network| network.contains(&address))
                })
    }

    /// What the audit log calls it.
    #[must_use]
    pub fn target(&self) -> Target {
        Target {
            kind: TargetKind::ApiToken,
            id: Some(self.id.uuid()),
            name: self.name.to_string(),
        }
    }

    /// The actor that it is when it is used.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Token {
            id: self.id,
            name: self.name.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn networks_are_written_in_one_way() {
        for (sent, kept) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("10.1.2.3/8", "10.0.0.0/8"),
            ("192.0.2.7", "192.0.2.7/32"),
            ("2001:DB8::1/32", "2001:db8::/32"),
            (" ::1 ", "::1/128"),
        ] {
            assert_eq!(network(sent).unwrap().to_string(), kept, "{sent}");
        }
        for bad in [
            "",
            "10.0.0.0/33",
            "10.0.0/8",
            "example.com",
            "10.0.0.0/8,11.0.0.0/8",
        ] {
            assert!(network(bad).is_err(), "{bad}");
        }
    }
}
