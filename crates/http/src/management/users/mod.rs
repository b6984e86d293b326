//! Users: list, read, change, deactivate, reactivate. [`user`] is what is shown of one, [`patch`]
//! what can be changed about one.

mod patch;
mod user;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use roster_application::Application;
use roster_application::administration::users::UserListing;
use roster_domain::permission::Permission;

use super::Tag;
use super::wire::answer::{Answer, Shown};
use super::wire::body::Body;
use super::wire::cursor::Cursor;
use super::wire::failure::{WhenActing, WhenChanging, WhenListing, WhenReadingOne};
use super::wire::query::{Parameters, search_text};
use crate::authenticated::Authenticated;
use patch::UserPatch;
use user::{User, UserList};

/// The operations on users.
pub(crate) struct Users;

#[OpenApi(tag = "Tag::Users")]
impl Users {
    /// List users
    ///
    /// In the order of creation, deactivated users too. Needs the permission `UserRead`.
    #[oai(path = "/users", method = "get", operation_id = "listUsers")]
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a parameter of the operation"
    )]
    async fn list(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        /// Where to go on: the `nextCursor` of the last page. Left out: at the beginning.
        cursor: Query<Option<String>>,
        /// How many users to answer at most; 50 if left out.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Only the user with this e-mail, without regard to letter case.
        email: Query<Option<String>>,
        /// Only users whose userName, e-mail or names contain this text, without regard to letter case.
        contains: Query<Option<String>>,
        /// Only active users (`true`), or only deactivated ones (`false`).
        active: Query<Option<bool>>,
    ) -> Answer<Shown<UserList>, WhenListing> {
        caller.require(&Permission::USER_READ)?;
        let mut parameters = Parameters::default();
        let listing = UserListing {
            after: parameters.read("cursor", cursor.0, Cursor::decode),
            limit: limit.0,
            email: parameters.read("email", email.0, search_text),
            contains: parameters.read("contains", contains.0, search_text),
            active: active.0,
        };
        parameters.finish()?;
        let page = application.list_users(&caller, listing).await?;
        Ok(Shown(UserList {
            items: page.items.iter().map(User::from).collect(),
            next_cursor: page.next.map(|position| position.encode()),
        }))
    }

    /// Read a user
    ///
    /// Needs the permission `UserRead`.
    #[oai(path = "/users/:id", method = "get", operation_id = "getUser")]
    async fn read(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        /// The user's id.
        id: Path<String>,
    ) -> Answer<Shown<User>, WhenReadingOne> {
        let user = application.read_user(&caller, &id).await?;
        Ok(Shown(User::from(&user)))
    }

    /// Change a user
    ///
    /// What is left out keeps its value. A role that is given here holds at once and replaces a
    /// pending one. If the user is assigned in Okta, Okta's next synchronisation wins. Needs the
    /// permission `UserModify`.
    #[oai(path = "/users/:id", method = "patch", operation_id = "updateUser")]
    async fn update(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        /// The user's id.
        id: Path<String>,
        body: Body<UserPatch>,
    ) -> Answer<Shown<User>, WhenChanging> {
        let wish = body.accept(&caller, &Permission::USER_MODIFY)?;
        let user = application.update_user(&caller, &id, &wish).await?;
        Ok(Shown(User::from(&user)))
    }

    /// Deactivate a user
    ///
    /// Access ends at once, and sign-in is refused from then on. The last active Admin stays. A
    /// user who is deactivated already stays as it is. Needs the permission `UserModify`.
    #[oai(
        path = "/users/:id/deactivate",
        method = "post",
        operation_id = "deactivateUser"
    )]
    async fn deactivate(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        /// The user's id.
        id: Path<String>,
    ) -> Answer<Shown<User>, WhenActing> {
        let user = application.deactivate_user(&caller, &id).await?;
        Ok(Shown(User::from(&user)))
    }

    /// Reactivate a user
    ///
    /// The same account comes back, with the same id and the same role. Needs the permission
    /// `UserModify`.
    #[oai(
        path = "/users/:id/reactivate",
        method = "post",
        operation_id = "reactivateUser"
    )]
    async fn reactivate(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        /// The user's id.
        id: Path<String>,
    ) -> Answer<Shown<User>, WhenActing> {
        let user = application.reactivate_user(&caller, &id).await?;
        Ok(Shown(User::from(&user)))
    }
}
