//! Administrators and users: list, read, update, deactivate, reactivate.

use roster_domain::audit::AuditAction;
use roster_domain::change::Write;
use roster_domain::id::{RoleId, UserId, Version};
use roster_domain::permission::Permission;
use roster_domain::text::fold;
use roster_domain::user::administer::decide;
use roster_domain::user::{Field, User, UserWish};

use super::{page_limit, unseen_user};
use crate::Application;
use crate::caller::Caller;
use crate::error::{Error, Thing};
use crate::ports::store::{UserPosition, UserQuery, UserStretch};
use crate::settle::{Settled, Subject, require_version};

/// Which users to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserListing {
    /// From where on, or up to where.
    pub stretch: UserStretch,
    /// How many; 50 unless said, 200 at most.
    pub limit: Option<u32>,
    /// Only the one with this e-mail, without regard to case.
    pub email: Option<String>,
    /// Only those whose userName, e-mail or names contain this text, without regard to case.
    pub contains: Option<String>,
    /// Only those with this status.
    pub active: Option<bool>,
    /// Only those who have this role or wait for it.
    pub role: Option<RoleId>,
}

/// A page of users, in the order of creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserListPage {
    /// The users on this page.
    pub users: Vec<User>,
    /// The page before this one comes before this position; `None` on the first page, and on one
    /// without anybody.
    pub previous: Option<UserPosition>,
    /// The next page comes after this position; `None` on the last, and on one without anybody.
    pub next: Option<UserPosition>,
    /// All users of the tenant, if the list is not narrowed down.
    pub total: Option<u64>,
}

impl UserListPage {
    /// Cuts `users`, of whom one more than `limit` was asked for, to a page.
    fn cut(mut users: Vec<User>, limit: u32, stretch: UserStretch, total: Option<u64>) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = users.len() > limit;
        let before = matches!(stretch, UserStretch::Before(_));
        if before && more {
            // The one too many is the farthest from the position.
            users.remove(0);
        }
        users.truncate(limit);
        let position = |user: &User| (user.created_at, user.id);
        let (has_previous, has_next) = if before {
            (more, true)
        } else {
            (stretch != UserStretch::First, more)
        };
        Self {
            previous: users.first().map(position).filter(|_| has_previous),
            next: users.last().map(position).filter(|_| has_next),
            users,
            total,
        }
    }
}

impl Application {
    /// A page of users, in the order of creation.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `UserRead`.
    pub async fn list_users(
        &self,
        caller: &Caller,
        listing: UserListing,
    ) -> Result<UserListPage, Error> {
        caller.require(&Permission::USER_READ)?;
        let limit = page_limit(listing.limit);
        let query = UserQuery {
            stretch: listing.stretch,
            limit: limit.saturating_add(1),
            email: listing.email.as_deref().map(fold),
            contains: listing
                .contains
                .as_deref()
                .map(fold)
                .filter(|text| !text.is_empty()),
            active: listing.active,
            role: listing.role,
        };
        let store = self.store(caller.tenant.id());
        let users = store.users(&query).await?;
        let total = if query.selects_all() {
            Some(store.user_page(0, 0).await?.total)
        } else {
            None
        };
        Ok(UserListPage::cut(users, limit, listing.stretch, total))
    }

    /// One user.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `UserRead`; [`Error::NotFound`], also for a malformed id.
    pub async fn read_user(&self, caller: &Caller, id: &str) -> Result<User, Error> {
        caller.require(&Permission::USER_READ)?;
        let not_found = || Error::not_found(Thing::User, &id);
        let user_id: UserId = id.parse().map_err(|_| not_found())?;
        let user = self.store(caller.tenant.id()).user(user_id).await?;
        user.ok_or_else(not_found)
    }

    /// Changes a user. A role holds at once. `expected`: only if that is its present version.
    ///
    /// # Errors
    /// Any [`Error`]; nothing is changed then.
    pub async fn update_user(
        &self,
        caller: &Caller,
        id: &str,
        wish: &UserWish,
        expected: Option<Version>,
    ) -> Result<User, Error> {
        let action = AuditAction::UpdateUser;
        self.require_to_write(caller, &Permission::USER_MODIFY, action, || unseen_user(id))
            .await?;
        let outcome: Result<User, Error> = async {
            let not_found = || Error::not_found(Thing::User, &id);
            let user_id: UserId = id.parse().map_err(|_| not_found())?;
            let tenant = caller.tenant.id();
            let store = self.store(tenant);
            let mut attempts = self.attempts(user_id.uuid());
            loop {
                let user = store.user(user_id).await?.ok_or_else(not_found)?;
                require_version(expected, user.version)?;
                let roles = if wish.role == Field::Keep {
                    Vec::new()
                } else {
                    store.roles().await?
                };
                let context = self.context(&caller.actor, &caller.origin);
                let decision = decide(&user, wish.clone(), &roles, &context);
                let subject = Subject {
                    tenant,
                    store: store.as_ref(),
                    context: &context,
                    action,
                    target: user.target(),
                };
                match self.settle(subject, decision).await? {
                    Settled::Committed(change) => {
                        return Ok(match change.write {
                            Write::UpdateUser { user, .. } => user,
                            _ => user,
                        });
                    }
                    Settled::Unchanged => return Ok(user),
                    Settled::Raced => attempts.again().await?,
                }
            }
        }
        .await;
        self.audited(caller, action, || unseen_user(id), outcome)
            .await
    }

    /// Takes a user's access away, at once.
    ///
    /// # Errors
    /// Any [`Error`]; nothing is changed then.
    pub async fn deactivate_user(&self, caller: &Caller, id: &str) -> Result<User, Error> {
        self.update_user(
            caller,
            id,
            &UserWish {
                active: Some(false),
                ..UserWish::default()
            },
            None,
        )
        .await
    }

    /// Gives a user access again: the same account, the same role.
    ///
    /// # Errors
    /// Any [`Error`]; nothing is changed then.
    pub async fn reactivate_user(&self, caller: &Caller, id: &str) -> Result<User, Error> {
        self.update_user(
            caller,
            id,
            &UserWish {
                active: Some(true),
                ..UserWish::default()
            },
            None,
        )
        .await
    }
}
