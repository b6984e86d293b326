//! The kinds of problem, each with its stable type, status and title.

use poem::http::StatusCode;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $status:ident, $slug:literal, $title:literal;)+) => {
        /// A kind of problem. Programs tell problems apart by [`Kind::urn`], which never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind {
            $($(#[$doc])* $kind),+
        }

        impl Kind {
            /// Every kind, by status.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// The `type` member of RFC 9457.
            #[must_use]
            pub const fn urn(self) -> &'static str {
                match self {
                    $(Self::$kind => concat!("urn:roster:problem:", $slug)),+
                }
            }

            /// The `title` member of RFC 9457: the same for every problem of the kind.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$kind => $title),+
                }
            }

            /// The HTTP status it is answered with.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self {
                    $(Self::$kind => StatusCode::$status),+
                }
            }
        }
    };
}

kinds! {
    /// A field or parameter is missing, unknown, or has a value that can't be accepted.
    InvalidRequest = BAD_REQUEST, "invalid-request", "The request is not valid";
    /// The body is missing or is not JSON.
    MalformedBody = BAD_REQUEST, "malformed-body", "The body can't be read";
    /// A role that the tenant does not have.
    UnknownRole = BAD_REQUEST, "unknown-role", "There is no such role";
    /// No credential, or one that opens nothing.
    Unauthenticated = UNAUTHORIZED, "unauthenticated", "Authentication is needed";
    /// The caller lacks a permission, or calls from a network that the token excludes.
    Forbidden = FORBIDDEN, "forbidden", "This is not allowed";
    /// A token would have been given more than its maker has.
    BeyondOwnPermissions = FORBIDDEN, "beyond-own-permissions", "Nobody hands out more permissions than they have";
    /// A value of an API token that a rotation replaced was to rotate it again.
    SupersededValue = FORBIDDEN, "superseded-value", "A replaced value can't rotate its token";
    /// There is nothing of that id, or nothing at that path.
    NotFound = NOT_FOUND, "not-found", "There is no such thing";
    /// The path exists, but not with this method.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "method-not-allowed", "The method is not supported here";
    /// Another record has that name.
    NameTaken = CONFLICT, "name-taken", "The name is taken";
    /// The last active Admin would have been lost.
    LastAdmin = CONFLICT, "last-admin", "This is the last active Admin";
    /// People can't take away their own access.
    OwnAccount = CONFLICT, "own-account", "Nobody takes away their own access";
    /// Somebody has the role or waits for it.
    RoleInUse = CONFLICT, "role-in-use", "The role is in use";
    /// The default role stays.
    RoleIsDefault = CONFLICT, "role-is-default", "The role is the default role";
    /// The Admin role stays, and stays whole.
    AdminRole = CONFLICT, "admin-role", "The Admin role keeps every permission";
    /// The token was revoked meanwhile.
    TokenRevoked = CONFLICT, "token-revoked", "The API token has been revoked";
    /// A setting was to be switched on before what it takes.
    SettingIncomplete = CONFLICT, "setting-incomplete", "Something else has to be set first";
    /// The record has another version than the request named.
    VersionMismatch = PRECONDITION_FAILED, "version-mismatch", "The record was changed meanwhile";
    /// The body is larger than is read.
    TooLarge = PAYLOAD_TOO_LARGE, "too-large", "The body is too large";
    /// The body is not `application/json`.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The content type is not supported";
    /// Too many requests in a short time.
    RateLimited = TOO_MANY_REQUESTS, "rate-limited", "Too many requests";
    /// A failure inside Roster.
    Internal = INTERNAL_SERVER_ERROR, "internal", "Roster failed";
    /// The operation does not exist here, on purpose.
    NotSupported = NOT_IMPLEMENTED, "not-supported", "This is not supported";
    /// Others changed the same record again and again.
    Contended = SERVICE_UNAVAILABLE, "contended", "Too many changes at once";
    /// The database does not answer, or the request took too long.
    Unavailable = SERVICE_UNAVAILABLE, "unavailable", "Roster can't answer right now";
}

impl Kind {
    /// The kind that says no more than `status` does, if there is one.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Option<Self> {
        match status {
            // Each of the others needs to know which conflict it was.
            StatusCode::CONFLICT => None,
            StatusCode::SERVICE_UNAVAILABLE => Some(Self::Unavailable),
            _ => Self::ALL
                .iter()
                .copied()
                .find(|kind| kind.status() == status),
        }
    }

    /// After how many seconds to try again, where that helps.
    #[must_use]
    pub const fn retry_after(self) -> Option<u8> {
        match self {
            Self::Contended | Self::RateLimited => Some(1),
            Self::Unavailable => Some(5),
            _ => None,
        }
    }
}

/// The kinds as a table in Markdown, for the API's description.
#[must_use]
pub fn table() -> String {
    let mut table = String::from("| `type` | `status` | `title` |\n|---|---|---|\n");
    for kind in Kind::ALL {
        let row = format!(
            "| `{}` | {} | {} |\n",
            kind.urn(),
            kind.status().as_u16(),
            kind.title()
        );
        table.push_str(&row);
    }
    table
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_kinds_share_a_type() {
        let urns: HashSet<_> = Kind::ALL.iter().map(|kind| kind.urn()).collect();
        assert_eq!(urns.len(), Kind::ALL.len());
    }

    #[test]
    fn a_bare_status_becomes_the_kind_that_claims_no_more_than_it() {
        for (status, kind) in [
            (400, Some(Kind::InvalidRequest)),
            (403, Some(Kind::Forbidden)),
            (409, None),
            (418, None),
            (429, Some(Kind::RateLimited)),
            (503, Some(Kind::Unavailable)),
        ] {
            assert_eq!(
                Kind::of_status(StatusCode::from_u16(status).unwrap()),
                kind,
                "{status}"
            );
        }
    }
}
