//! Typed identifiers: a [`UserId`] can't be passed where a [`RoleId`] is asked for.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// A text that is not an identifier in the canonical form of RFC 9562.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: expected 36 characters such as 0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60")]
pub struct InvalidId;

macro_rules! typed_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps an identifier made by the caller's source of ids.
            #[must_use]
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The identifier without its type.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            /// Reads the hyphenated form in lower case only, so that one id has one spelling.
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let hyphenated = text.len() == uuid::fmt::Hyphenated::LENGTH;
                if !hyphenated || text.bytes().any(|b| b.is_ascii_uppercase()) {
                    return Err(InvalidId);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
            }
        }
    )+};
}

typed_id! {
    /// A customer organisation.
    TenantId,
    /// A person; stable for as long as the tenant exists, never reused.
    UserId,
    /// A named set of permissions.
    RoleId,
    /// An API token (the record, not the secret value).
    TokenId,
    /// An entry of the audit log.
    AuditId,
    /// A session of a browser (the record, not the secret in its cookie).
    SessionId,
}

/// Counts the changes of one record, from 1; the `ETag` of RFC 7644 section 3.14 is made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(i64);

impl Version {
    /// The version of a record that was never written, where its absence means defaults.
    pub const UNWRITTEN: Self = Self(0);

    /// The version of a record that was just created.
    pub const FIRST: Self = Self(1);

    /// A version as it was stored.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number to store or show.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The version after one more change.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hyphenated_form_is_an_id() {
        let id = "0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60";
        assert_eq!(id.parse::<UserId>().unwrap().to_string(), id);
        assert_eq!(id.to_uppercase().parse::<UserId>(), Err(InvalidId));
        for bad in [
            "",
            "0190b6c27a5e7c3a9f601b2c3d4e5f60",
            "{0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60}",
            "x",
            "é",
        ] {
            assert_eq!(bad.parse::<UserId>(), Err(InvalidId), "{bad}");
        }
    }
}
