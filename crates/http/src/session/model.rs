//! What the session API shows.

use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use roster_application::session_tokens;
use roster_application::sessions::SignedIn;
use time::OffsetDateTime;
use time::macros::datetime;

/// Whose a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "camelCase")]
pub(super) enum SessionKind {
    /// A user's, who signed in by SAML.
    User,
    /// An operator's, opened by a link of `roster admin link`. It belongs to no user.
    BreakGlass,
}

/// A session, and whoever it belongs to as they are at this moment.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none, example)]
pub(super) struct Session {
    /// Whose it is.
    kind: SessionKind,
    /// The tenant's name.
    tenant: String,
    /// The session's id, as `sid` in its tokens and as the management API lists it.
    session_id: String,
    /// The user's id. This and the user's other fields are absent from a break-glass session.
    id: Option<String>,
    /// What the identity provider calls the user.
    user_name: Option<String>,
    /// The user's e-mail address.
    email: Option<String>,
    /// The user's given name; may be empty.
    given_name: Option<String>,
    /// The user's family name; may be empty.
    family_name: Option<String>,
    /// What to call whoever is signed in: given and family name, else the userName; of a
    /// break-glass session, who made the link.
    display_name: String,
    /// The name of the role in force.
    role: Option<String>,
    /// The name of the role that SCIM has set, in force from the next sign-in on. Absent if there is
    /// none.
    pending_role: Option<String>,
    /// The permissions, in alphabetical order; a `…Modify` has its `…Read` beside it.
    permissions: Vec<String>,
    /// When the session began, in UTC.
    started_at: OffsetDateTime,
    /// When it was last used, in UTC; a minute late at most.
    last_seen_at: OffsetDateTime,
    /// When it ends at the latest, in UTC.
    expires_at: OffsetDateTime,
    /// What every write by this session must send in the header `X-CSRF-Token`.
    csrf_token: String,
}

impl From<&SignedIn> for Session {
    fn from(signed_in: &SignedIn) -> Self {
        let (session, caller) = (&signed_in.session, &signed_in.caller);
        let person = signed_in.person.as_ref();
        let kind = person.map_or(SessionKind::BreakGlass, |_| SessionKind::User);
        Self {
            kind,
            tenant: caller.tenant.tenant().slug.to_string(),
            session_id: session.id.to_string(),
            id: person.map(|person| person.id.to_string()),
            user_name: person.map(|person| person.user_name.to_string()),
            email: person.map(|person| person.email.to_string()),
            given_name: person.map(|person| person.given_name.to_string()),
            family_name: person.map(|person| person.family_name.to_string()),
            display_name: person.map_or_else(
                || caller.actor.name().to_owned(),
                roster_domain::user::User::display_name,
            ),
            role: person.map(|person| person.role.name.to_string()),
            pending_role: person
                .and_then(|person| person.pending_role.as_ref())
                .map(|role| role.name.to_string()),
            permissions: caller.permissions.names(),
            started_at: session.started_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.expires_at,
            csrf_token: signed_in.csrf_token.clone(),
        }
    }
}

impl Example for Session {
    fn example() -> Self {
        Self {
            kind: SessionKind::User,
            tenant: "default".to_owned(),
            session_id: "0190b6c2-7a5e-7c3a-9f60-4d5e6f708192".to_owned(),
            id: Some("0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60".to_owned()),
            user_name: Some("ada@example.com".to_owned()),
            email: Some("ada@example.com".to_owned()),
            given_name: Some("Ada".to_owned()),
            family_name: Some("Lovelace".to_owned()),
            display_name: "Ada Lovelace".to_owned(),
            role: Some("Analyst".to_owned()),
            pending_role: Some("Admin".to_owned()),
            permissions: ["AlertModify", "AlertRead", "UserRead"]
                .map(str::to_owned)
                .into(),
            started_at: datetime!(2026-07-14 08:00:00 UTC),
            last_seen_at: datetime!(2026-07-14 10:41:30 UTC),
            expires_at: datetime!(2026-07-15 08:00:00 UTC),
            csrf_token: "c7".repeat(32),
        }
    }
}

/// How a session token is sent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum TokenType {
    /// In the header `Authorization`, after this word (RFC 6750).
    Bearer,
}

/// A session token.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase", example)]
pub(super) struct SessionToken {
    /// The token: a JWT in its compact form (RFC 7519).
    token: String,
    /// How it is sent on.
    token_type: TokenType,
    /// When it expires, in UTC.
    expires_at: OffsetDateTime,
}

impl From<session_tokens::SessionToken> for SessionToken {
    fn from(token: session_tokens::SessionToken) -> Self {
        Self {
            token: token.token,
            token_type: TokenType::Bearer,
            expires_at: token.expires_at,
        }
    }
}

impl Example for SessionToken {
    fn example() -> Self {
        Self {
            token: "eyJhbGciOiJFUzI1NiIsImtpZCI6Ii4uLiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl"
                .to_owned(),
            token_type: TokenType::Bearer,
            expires_at: datetime!(2026-07-14 10:47:00 UTC),
        }
    }
}

/// What is left to do after signing out.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none, example)]
pub(super) struct Farewell {
    /// Where to send the browser so that the session at the identity provider ends too; it comes
    /// back to `/t/{tenant}/signed-out`. Absent if the provider offers no logout.
    pub(super) logout_url: Option<String>,
}

impl Example for Farewell {
    fn example() -> Self {
        Self {
            logout_url: Some("https://idp.example.com/slo?SAMLRequest=…&RelayState=…".to_owned()),
        }
    }
}
