//! `GET /Users`: a page of all users, or those that an `eq` filter names.

use roster_domain::id::UserId;
use roster_domain::permission::Permission;
use roster_domain::text::fold;
use roster_domain::user::User;
use roster_scim::ScimError;
use roster_scim::filter::{EqLookup, Filter, eq_lookup};
use roster_scim::list::Page;

use crate::Application;
use crate::caller::Caller;
use crate::error::Error;

/// The answer to a list request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matches {
    /// How many users match, on whichever page.
    pub total: u64,
    /// Those on this page.
    pub users: Vec<User>,
}

impl Application {
    /// `GET /Users`, with or without a filter.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `UserRead`; a SCIM `invalidFilter` for all but one `eq` on an
    /// attribute that this profile can look up.
    pub async fn scim_users(
        &self,
        caller: &Caller,
        filter: Option<&str>,
        page: Page,
    ) -> Result<Matches, Error> {
        caller.require(&Permission::USER_READ)?;
        let offset = page.start_index.saturating_sub(1);
        let Some(filter) = filter else {
            let limit = u32::try_from(page.count).unwrap_or(u32::MAX);
            let found = self
                .store(caller.tenant.id())
                .user_page(offset, limit)
                .await?;
            return Ok(Matches {
                total: found.total,
                users: found.users,
            });
        };
        let lookup = Filter::parse(filter)
            .and_then(|filter| eq_lookup(&filter))
            .map_err(ScimError::from)?;
        let found = self.scim_lookup(caller, &lookup).await?;
        let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
        let skip = usize::try_from(offset).unwrap_or(usize::MAX);
        let take = usize::try_from(page.count).unwrap_or(usize::MAX);
        Ok(Matches {
            total,
            users: found.into_iter().skip(skip).take(take).collect(),
        })
    }

    async fn scim_lookup(&self, caller: &Caller, lookup: &EqLookup) -> Result<Vec<User>, Error> {
        let store = self.store(caller.tenant.id());
        let value = lookup.value.as_str();
        let found = match lookup.attribute.as_str() {
            "userName" => match store.user_by_user_name(&fold(value)).await? {
                Some(user) => Some(user),
                // Okta asks for the userName with the e-mail when e-mail is its unique identifier.
                None => store.user_by_email(&fold(value)).await?,
            },
            "email" => store.user_by_email(&fold(value)).await?,
            "externalId" => return Ok(store.users_by_external_id(value).await?),
            "id" => match value.parse::<UserId>() {
                Ok(id) => store.user(id).await?,
                Err(_) => None,
            },
            _ => None,
        };
        Ok(found.into_iter().collect())
    }
}
