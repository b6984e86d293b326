//! Administrators and users: list, read, update, deactivate, reactivate.

use roster_domain::audit::AuditAction;
use roster_domain::change::Write;
use roster_domain::id::{UserId, Version};
use roster_domain::permission::Permission;
use roster_domain::text::fold;
use roster_domain::user::administer::decide;
use roster_domain::user::{Field, User, UserWish};
use time::OffsetDateTime;

use super::{CursorPage, page_limit, unseen_user};
use crate::Application;
use crate::caller::Caller;
use crate::error::{Error, Thing};
use crate::ports::store::UserQuery;
use crate::settle::{Settled, Subject, require_version};

/// Which users to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserListing {
    /// Where the last page ended.
    pub after: Option<(OffsetDateTime, UserId)>,
    /// How many; 50 unless said, 200 at most.
    pub limit: Option<u32>,
    /// Only the one with this e-mail, without regard to case.
    pub email: Option<String>,
    /// Only those whose userName, e-mail or names contain this text, without regard to case.
    pub contains: Option<String>,
    /// Only those with this status.
    pub active: Option<bool>,
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
    ) -> Result<CursorPage<User, (OffsetDateTime, UserId)>, Error> {
        caller.require(&Permission::USER_READ)?;
        let limit = page_limit(listing.limit);
        let query = UserQuery {
            after: listing.after,
            limit: limit.saturating_add(1),
            email: listing.email.as_deref().map(fold),
            contains: listing
                .contains
                .as_deref()
                .map(fold)
                .filter(|text| !text.is_empty()),
            active: listing.active,
        };
        let users = self.store(caller.tenant.id()).users(&query).await?;
        Ok(CursorPage::cut(users, limit, |user| {
            (user.created_at, user.id)
        }))
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
