//! `/Users` and `/Users/{id}` (RFC 7644 sections 3.3 to 3.6).

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use roster_application::Application;
use roster_application::caller::Caller;
use roster_application::error::Error;
use roster_application::provisioning::resource::etag;
use roster_domain::refusal::Refusal;
use roster_domain::user::User;
use roster_scim::{ListResponse, Page};

use super::Subject;
use super::answer::Answer;
use super::body::ScimBody;
use super::conditions::Condition;
use super::failed::{Failed, OfCreate, OfDelete, OfList, OfRead, OfWrite, Unoffered};
use super::model;
use super::view::View;
use crate::authenticated::Connector;
use crate::options::Options;

/// The operations on users.
#[derive(Clone, Copy)]
pub(crate) struct Users;

type UserAnswer<K> = Result<Answer<model::User>, Failed<K>>;

#[OpenApi(tag = "Subject::Users")]
impl Users {
    /// List or look up users
    ///
    /// Without a filter: all users of the tenant, deactivated ones too, in the order of their
    /// creation. With a filter: whoever it names; nobody is an empty list, not an error.
    ///
    /// The filter is one comparison with `eq`, such as `userName eq "ada@example.com"`. It can
    /// compare `userName`, `emails.value` (also as `email`, `emails` or
    /// `emails[type eq "work"].value`), `externalId` and `id`. userName and e-mail compare without
    /// regard to letter case. When nobody has the userName, the user with that e-mail is found.
    ///
    /// Needs the permission `UserRead`.
    #[oai(path = "/Users", method = "get", operation_id = "listUsers")]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument for each parameter of the operation"
    )]
    async fn list(
        &self,
        Connector(caller): Connector,
        Data(application): Data<&Application>,
        Data(options): Data<&Arc<Options>>,
        /// One comparison with `eq`, such as `userName eq "ada@example.com"`.
        filter: Query<Option<String>>,
        /// The 1-based position of the first user wanted. Less than 1 counts as 1.
        #[oai(name = "startIndex")]
        start_index: Query<Option<i64>>,
        /// The most users wanted: 200 if absent, and at most. 0 asks for the total alone.
        count: Query<Option<i64>>,
        /// The attributes wanted, with commas between them; `id` and `schemas` always come.
        attributes: Query<Option<String>>,
        /// The attributes not wanted, with commas between them. Not together with `attributes`.
        #[oai(name = "excludedAttributes")]
        excluded_attributes: Query<Option<String>>,
    ) -> Result<Answer<model::UserList>, Failed<OfList>> {
        let view = View::new(
            &caller,
            application,
            options,
            &attributes,
            &excluded_attributes,
        )?;
        let page = Page::from_query(start_index.0, count.0);
        let found = application
            .scim_users(&caller, filter.as_deref(), page)
            .await
            .map_err(|error| Failed::of(error, &caller))?;
        let resources = found.users.iter().map(|user| view.show(user)).collect();
        Ok(Answer::of(&ListResponse::new(
            found.total,
            page.start_index,
            resources,
        )))
    }

    /// Read a user
    ///
    /// `ETag` holds the version; sent back as `If-None-Match`, it saves reading what has not
    /// changed. Needs the permission `UserRead`.
    #[oai(path = "/Users/:id", method = "get", operation_id = "getUser")]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument for each parameter of the operation"
    )]
    async fn get(
        &self,
        Connector(caller): Connector,
        Data(application): Data<&Application>,
        Data(options): Data<&Arc<Options>>,
        /// The user's id.
        id: Path<String>,
        /// The attributes wanted, with commas between them; `id` and `schemas` always come.
        attributes: Query<Option<String>>,
        /// The attributes not wanted, with commas between them. Not together with `attributes`.
        #[oai(name = "excludedAttributes")]
        excluded_attributes: Query<Option<String>>,
        /// Versions that the client has; 304 if the user still has one of them.
        #[oai(name = "If-None-Match")]
        if_none_match: Condition,
        /// Versions of which the user must have one; 412 if not.
        #[oai(name = "If-Match")]
        if_match: Condition,
    ) -> UserAnswer<OfRead> {
        let view = View::new(
            &caller,
            application,
            options,
            &attributes,
            &excluded_attributes,
        )?;
        let user = application
            .scim_user(&caller, &id)
            .await
            .map_err(|error| Failed::of(error, &caller))?;
        if if_match.names(user.version) == Some(false) {
            return Err(Failed::of(Error::VersionMismatch, &caller));
        }
        if if_none_match.names(user.version) == Some(true) {
            return Ok(Answer::not_modified(etag(user.version)));
        }
        Ok(view.answer(&user))
    }

    /// Replace a user
    ///
    /// Meant for the body that a read answered, with values overwritten. What is read-only or
    /// unknown is ignored. An absent attribute keeps its value; `null` or an empty text clears a
    /// part of the name, withdraws a pending role, and is refused for userName and e-mail.
    ///
    /// `active: false` always gets through, except for the last Admin: what can't be applied beside it
    /// is ignored, and the audit log says so.
    ///
    /// Needs the permission `UserModify`.
    #[oai(path = "/Users/:id", method = "put", operation_id = "replaceUser")]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument for each parameter of the operation"
    )]
    async fn replace(
        &self,
        Connector(caller): Connector,
        Data(application): Data<&Application>,
        Data(options): Data<&Arc<Options>>,
        /// The user's id.
        id: Path<String>,
        /// The attributes wanted in the answer, with commas between them.
        attributes: Query<Option<String>>,
        /// The attributes not wanted in the answer. Not together with `attributes`.
        #[oai(name = "excludedAttributes")]
        excluded_attributes: Query<Option<String>>,
        /// Versions of which the user must have one, so that no other change is overwritten.
        #[oai(name = "If-Match")]
        if_match: Condition,
        body: ScimBody<model::User>,
    ) -> UserAnswer<OfWrite> {
        let body = body.for_writing(&caller)?;
        let view = View::new(
            &caller,
            application,
            options,
            &attributes,
            &excluded_attributes,
        )?;
        let user = application
            .scim_replace_user(&caller, &id, if_match.if_match(), &body)
            .await
            .map_err(|error| Failed::of(error, &caller))?;
        Ok(view.answer(&user))
    }

    /// Change a user
    ///
    /// Applies up to 100 operations, all or none. `add`, `replace` and `remove` are accepted in any
    /// letter case, with a path or without one. Okta deactivates with
    /// `{"op": "replace", "value": {"active": false}}`.
    ///
    /// Needs the permission `UserModify`.
    #[oai(path = "/Users/:id", method = "patch", operation_id = "patchUser")]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument for each parameter of the operation"
    )]
    async fn patch(
        &self,
        Connector(caller): Connector,
        Data(application): Data<&Application>,
        Data(options): Data<&Arc<Options>>,
        /// The user's id.
        id: Path<String>,
        /// The attributes wanted in the answer, with commas between them.
        attributes: Query<Option<String>>,
        /// The attributes not wanted in the answer. Not together with `attributes`.
        #[oai(name = "excludedAttributes")]
        excluded_attributes: Query<Option<String>>,
        /// Versions of which the user must have one, so that no other change is overwritten.
        #[oai(name = "If-Match")]
        if_match: Condition,
        body: ScimBody<model::PatchOp>,
    ) -> UserAnswer<OfWrite> {
        let body = body.for_writing(&caller)?;
        let view = View::new(
            &caller,
            application,
            options,
            &attributes,
            &excluded_attributes,
        )?;
        let user = application
            .scim_patch_user(&caller, &id, if_match.if_match(), &body)
            .await
            .map_err(|error| Failed::of(error, &caller))?;
        Ok(view.answer(&user))
    }

    /// Create a user (not offered)
    ///
    /// Users are created by their first sign-in to the application. Answers 409 when the tenant has
    /// a user of that userName, 501 otherwise. Needs the permission `UserModify`.
    #[oai(path = "/Users", method = "post", operation_id = "createUser")]
    async fn create(
        &self,
        Connector(caller): Connector,
        Data(application): Data<&Application>,
        body: ScimBody<model::User>,
    ) -> Result<Unoffered, Failed<OfCreate>> {
        let body = body.for_writing(&caller)?;
        let outcome = application.scim_create_user(&caller, &body).await;
        Err(refused(outcome, &caller, Refusal::CreatedAtSignIn))
    }

    /// Delete a user (not offered)
    ///
    /// Users are deactivated instead: set `active` to false. Always answers 501 to a caller with
    /// the permission `UserModify`.
    #[oai(path = "/Users/:id", method = "delete", operation_id = "deleteUser")]
    async fn delete(
        &self,
        Connector(caller): Connector,
        Data(application): Data<&Application>,
        /// The user's id.
        id: Path<String>,
    ) -> Result<Unoffered, Failed<OfDelete>> {
        let outcome = application.scim_delete_user(&caller, &id).await;
        Err(refused(outcome, &caller, Refusal::DeactivatedOnly))
    }
}

/// The failure of an operation that is never carried out.
fn refused<K>(outcome: Result<User, Error>, caller: &Caller, otherwise: Refusal) -> Failed<K> {
    Failed::of(outcome.err().unwrap_or_else(|| otherwise.into()), caller)
}
