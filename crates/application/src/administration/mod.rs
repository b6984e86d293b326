//! What administrators do, over the management API and in the console: one file for each kind of
//! thing.

pub mod audit;
pub mod erasure;
mod metadata_refresh;
mod retention;
pub mod roles;
pub mod saml_settings;
pub mod settings;
pub mod tokens;
pub mod user_activity;
pub mod users;

use roster_domain::audit::{Target, TargetKind};
use roster_domain::id::UserId;

/// How many items a page holds unless asked otherwise.
pub const DEFAULT_LIMIT: u32 = 50;
/// How many items a page may hold.
pub const LARGEST_LIMIT: u32 = 200;

fn page_limit(limit: Option<u32>) -> u32 {
    limit.unwrap_or(DEFAULT_LIMIT).clamp(1, LARGEST_LIMIT)
}

/// One page of a list by cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorPage<T, C> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<C>,
}

impl<T, C> CursorPage<T, C> {
    /// Cuts `items`, of which one more than `limit` was asked for, to a page.
    fn cut(mut items: Vec<T>, limit: u32, cursor: impl Fn(&T) -> C) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(cursor) } else { None };
        Self { items, next }
    }
}

/// The target of a request that was refused before the thing was looked up or made.
pub(crate) fn unseen(kind: TargetKind, id: Option<uuid::Uuid>, name: &str) -> Target {
    Target {
        kind,
        id,
        name: roster_domain::refusal::excerpt(name),
    }
}

/// The target of a request about a user that was not looked up.
pub(crate) fn unseen_user(id: &str) -> Target {
    let user = id.parse::<UserId>().ok();
    unseen(TargetKind::User, user.map(UserId::uuid), id)
}
