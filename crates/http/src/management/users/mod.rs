//! Users: list, read, change, deactivate, reactivate; their sessions and identities. [`user`] is
//! what is shown of one, [`patch`] what can be changed about one, [`session`] what is shown of a
//! session.

mod patch;
mod session;
mod user;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use roster_application::Application;
use roster_application::administration::users::UserListing;
use roster_application::ports::store::UserStretch;
use roster_domain::id::RoleId;
use roster_domain::permission::Permission;

use super::Tag;
use super::wire::answer::{Answer, Gone, Shown};
use super::wire::body::Body;
use super::wire::cursor::Cursor;
use super::wire::failure::{WhenActing, WhenChanging, WhenListing, WhenReadingOne};
use super::wire::query::{Parameters, id, search_text};
use crate::authenticated::Authenticated;
use patch::UserPatch;
use session::{UserSession, UserSessionList};
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
        /// Only users who have the role with this id, or get it at their next sign-in.
        role: Query<Option<String>>,
    ) -> Answer<Shown<UserList>, WhenListing> {
        caller.require(&Permission::USER_READ)?;
        let mut parameters = Parameters::default();
        let listing = UserListing {
            stretch: parameters
                .read("cursor", cursor.0, Cursor::decode)
                .map_or(UserStretch::First, UserStretch::After),
            limit: limit.0,
            email: parameters.read("email", email.0, search_text),
            contains: parameters.read("contains", contains.0, search_text),
            active: active.0,
            role: parameters.read("role", role.0, id).map(RoleId::new),
        };
        parameters.finish()?;
        let page = application.list_users(&caller, listing).await?;
        Ok(Shown(UserList {
            items: page.users.iter().map(User::from).collect(),
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
        let user = application.update_user(&caller, &id, &wish, None).await?;
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

    /// List a user's sessions
    ///
    /// Those that hold now, the newest first: where the person is signed in. Needs the permission
    /// `UserRead`.
    #[oai(
        path = "/users/:id/sessions",
        method = "get",
        operation_id = "listUserSessions"
    )]
    async fn sessions(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        /// The user's id.
        id: Path<String>,
    ) -> Answer<Shown<UserSessionList>, WhenReadingOne> {
        let sessions = application.list_sessions(&caller, &id).await?;
        Ok(Shown(UserSessionList {
            items: sessions.iter().map(UserSession::from).collect(),
        }))
    }

    /// Sign a user out everywhere
    ///
    /// Ends every session of the user, at once and on every replica. Session tokens that were issued
    /// already stay valid for the few minutes of their life. The user can sign in again. Needs the
    /// permission `UserModify`.
    #[oai(
        path = "/users/:id/sessions",
        method = "delete",
        operation_id = "endUserSessions"
    )]
    async fn end_sessions(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        /// The user's id.
        id: Path<String>,
    ) -> Answer<Gone, WhenActing> {
        application.end_user_sessions(&caller, &id).await?;
        Ok(Gone)
    }

    /// Unbind a user
    ///
    /// Frees the user from the identity at the identity provider, for example after the person got
    /// another one there: the next sign-in with the user's e-mail binds that identity. Ends every
    /// session of the user. A user who is not bound stays as it is. Needs the permission
    /// `UserModify`.
    #[oai(
        path = "/users/:id/unbind",
        method = "post",
        operation_id = "unbindUser"
    )]
    async fn unbind(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        /// The user's id.
        id: Path<String>,
    ) -> Answer<Shown<User>, WhenActing> {
        let user = application.unbind_user(&caller, &id).await?;
        Ok(Shown(User::from(&user)))
    }
}
