//! What the management API shows of a user's session. Its secret is in the browser's cookie alone.

use poem_openapi::Object;
use poem_openapi::types::Example;
use roster_domain::session;
use time::OffsetDateTime;
use time::macros::datetime;

/// A session: a browser in which the user is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none, example)]
pub(crate) struct UserSession {
    /// The session's id; tokens of the session state it as `sid`.
    pub(crate) id: String,
    /// When the user signed in, in UTC.
    pub(crate) started_at: OffsetDateTime,
    /// When it was last used, in UTC; written up to a minute late.
    pub(crate) last_seen_at: OffsetDateTime,
    /// When it ends at the latest, in UTC. It ends earlier if it is not used for long.
    pub(crate) expires_at: OffsetDateTime,
    /// The address that the user signed in from.
    pub(crate) source_ip: Option<String>,
    /// What the browser called itself then.
    pub(crate) user_agent: Option<String>,
}

impl From<&session::Session> for UserSession {
    fn from(session: &session::Session) -> Self {
        Self {
            id: session.id.to_string(),
            started_at: session.started_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.expires_at,
            source_ip: session.source_ip.map(|address| address.to_string()),
            user_agent: session.user_agent.clone(),
        }
    }
}

impl Example for UserSession {
    fn example() -> Self {
        Self {
            id: "0190b6c2-7a5e-7c3a-9f60-0000000000aa".to_owned(),
            started_at: datetime!(2026-07-14 08:59:30 UTC),
            last_seen_at: datetime!(2026-07-14 16:05:12 UTC),
            expires_at: datetime!(2026-07-15 08:59:30 UTC),
            source_ip: Some("192.0.2.17".to_owned()),
            user_agent: Some("Mozilla/5.0 (X11; Linux x86_64)".to_owned()),
        }
    }
}

/// The sessions of a user.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(crate) struct UserSessionList {
    /// Those that hold now, the newest first.
    pub(crate) items: Vec<UserSession>,
}
