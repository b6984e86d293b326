//! Roles and the vocabulary of permissions: list, create, read, change, delete. [`role`] is what is
//! shown of one, [`bodies`] what is sent, [`permission`] the vocabulary.

mod bodies;
mod permission;
mod role;

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use roster_application::Application;
use roster_domain::permission::Permission as Needed;

use super::wire::answer::{Answer, Created, Gone, Shown};
use super::wire::body::Body;
use super::wire::failure::{WhenActing, WhenChanging, WhenCreating, WhenReading, WhenReadingOne};
use super::{Tag, location};
use crate::authenticated::Authenticated;
use crate::options::Options;
pub(super) use bodies::permissions;
use bodies::{RoleCreation, RolePatch};
use permission::{Permission, PermissionList};
use role::{Role, RoleDetails, RoleList};

/// The operations on roles.
pub(crate) struct Roles;

#[OpenApi(tag = "Tag::Roles")]
impl Roles {
    /// List roles
    ///
    /// All of them, in the order of creation. Needs the permission `UserRead`.
    #[oai(path = "/roles", method = "get", operation_id = "listRoles")]
    async fn list(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
    ) -> Answer<Shown<RoleList>, WhenReading> {
        let roles = application.list_roles(&caller).await?;
        Ok(Shown(RoleList {
            items: roles.iter().map(Role::from).collect(),
        }))
    }

    /// Create a role
    ///
    /// A role may have no permission at all: then it opens nothing. Needs the permission
    /// `UserModify`.
    #[oai(path = "/roles", method = "post", operation_id = "createRole")]
    async fn create(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        Data(options): Data<&Arc<Options>>,
        body: Body<RoleCreation>,
    ) -> Answer<Created<Role>, WhenCreating> {
        let (name, permissions) = body.accept(&caller, &Needed::USER_MODIFY)?;
        let role = application.create_role(&caller, name, permissions).await?;
        Ok(Created {
            location: location(options, &caller, "roles", &role.id),
            body: Role::from(&role),
        })
    }

    /// Read a role
    ///
    /// With the number of people it matters to. Needs the permission `UserRead`.
    #[oai(path = "/roles/:id", method = "get", operation_id = "getRole")]
    async fn read(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        /// The role's id.
        id: Path<String>,
    ) -> Answer<Shown<RoleDetails>, WhenReadingOne> {
        let (role, usage) = application.read_role(&caller, &id).await?;
        Ok(Shown(RoleDetails::new(&role, usage)))
    }

    /// Change a role
    ///
    /// What is left out keeps its value; `permissions` replaces the whole list, and holds at once
    /// for everybody who has the role. The Admin role keeps every permission. Needs the permission
    /// `UserModify`.
    #[oai(path = "/roles/:id", method = "patch", operation_id = "updateRole")]
    async fn update(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        /// The role's id.
        id: Path<String>,
        body: Body<RolePatch>,
    ) -> Answer<Shown<Role>, WhenChanging> {
        let wish = body.accept(&caller, &Needed::USER_MODIFY)?;
        let role = application.update_role(&caller, &id, &wish, None).await?;
        Ok(Shown(Role::from(&role)))
    }

    /// Delete a role
    ///
    /// The Admin role, the default role, and a role that somebody has or waits for stay. Needs the
    /// permission `UserModify`.
    #[oai(path = "/roles/:id", method = "delete", operation_id = "deleteRole")]
    async fn delete(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        /// The role's id.
        id: Path<String>,
    ) -> Answer<Gone, WhenActing> {
        application.delete_role(&caller, &id).await?;
        Ok(Gone)
    }

    /// List permissions
    ///
    /// The vocabulary that roles and API tokens are made of: first the permissions that govern
    /// Roster itself, then those offered for the application. Any other name of the form
    /// `[A-Z][A-Za-z0-9]{1,63}` can be given to a role too. Needs the permission `UserRead`.
    #[oai(
        path = "/permissions",
        method = "get",
        operation_id = "listPermissions"
    )]
    async fn permissions(
        &self,
        Authenticated(caller): Authenticated,
    ) -> Answer<Shown<PermissionList>, WhenReading> {
        caller.require(&Needed::USER_READ)?;
        Ok(Shown(PermissionList {
            items: Permission::vocabulary(),
        }))
    }
}
