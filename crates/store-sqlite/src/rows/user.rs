//! People as the table `users` holds them.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use roster_application::ports::store::StoreError;
use roster_domain::id::{TenantId, UserId, Version};
use roster_domain::session::SessionEpoch;
use roster_domain::text::{EmailAddress, ExternalId, PersonName, UserName};
use roster_domain::user::User;
use roster_domain::user::identity::IdpIdentity;
use roster_store_kit::columns::{self, text};

use super::role::{RoleColumns, role_ref};
use super::values::{Id, Micros};
use crate::schema::users;

/// The columns of a person that are read, apart from the roles.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(Sqlite))]
pub(crate) struct UserRow {
    id: Id,
    user_name: String,
    email: String,
    given_name: String,
    family_name: String,
    external_id: Option<String>,
    active: bool,
    idp_entity_id: Option<String>,
    name_id: Option<String>,
    session_epoch: i64,
    version: i64,
    created_at: Micros,
    updated_at: Micros,
}

/// A person's row with that of the role and that of the pending role.
pub(crate) type UserWithRoles = (UserRow, RoleColumns, Option<RoleColumns>);

/// The person of these rows.
pub(crate) fn user((row, role, pending): UserWithRoles) -> Result<User, StoreError> {
    let external_id = row.external_id.as_deref();
    Ok(User {
        id: UserId::new(row.id.0),
        user_name: text("users.user_name", &row.user_name, UserName::new)?,
        email: text("users.email", &row.email, EmailAddress::new)?,
        given_name: text("users.given_name", &row.given_name, PersonName::new)?,
        family_name: text("users.family_name", &row.family_name, PersonName::new)?,
        external_id: external_id
            .map(|id| text("users.external_id", id, ExternalId::new))
            .transpose()?,
        active: row.active,
        role: role_ref(role)?,
        pending_role: pending.map(role_ref).transpose()?,
        identity: columns::identity_from_columns(row.idp_entity_id, row.name_id)?,
        session_epoch: SessionEpoch::new(row.session_epoch),
        version: Version::new(row.version),
        created_at: row.created_at.0,
        updated_at: row.updated_at.0,
    })
}

/// The columns of a person as they are written.
pub(crate) struct UserColumns<'a> {
    pub(crate) id: Id,
    pub(crate) tenant_id: Id,
    pub(crate) user_name: &'a str,
    pub(crate) user_name_key: String,
    pub(crate) email: &'a str,
    pub(crate) email_key: String,
    pub(crate) given_name: &'a str,
    pub(crate) family_name: &'a str,
    pub(crate) external_id: Option<&'a str>,
    pub(crate) active: bool,
    pub(crate) role_id: Id,
    pub(crate) pending_role_id: Option<Id>,
    pub(crate) idp_entity_id: Option<&'a str>,
    pub(crate) name_id: Option<&'a str>,
    pub(crate) identity_key: Option<Vec<u8>>,
    pub(crate) session_epoch: i64,
    pub(crate) version: i64,
    pub(crate) created_at: Micros,
    pub(crate) updated_at: Micros,
    pub(crate) search_key: String,
}

impl<'a> UserColumns<'a> {
    pub(crate) fn new(tenant: TenantId, user: &'a User) -> Self {
        let identity = user.identity.as_ref();
        Self {
            id: Id(user.id.uuid()),
            tenant_id: Id(tenant.uuid()),
            user_name: user.user_name.as_str(),
            user_name_key: user.user_name.folded(),
            email: user.email.as_str(),
            email_key: user.email.folded(),
            given_name: user.given_name.as_str(),
            family_name: user.family_name.as_str(),
            external_id: user.external_id.as_ref().map(ExternalId::as_str),
            active: user.active,
            role_id: Id(user.role.id.uuid()),
            pending_role_id: user.pending_role.as_ref().map(|role| Id(role.id.uuid())),
            idp_entity_id: identity.map(IdpIdentity::idp_entity_id),
            name_id: identity.map(IdpIdentity::name_id),
            identity_key: identity.map(|identity| identity.key().as_bytes().to_vec()),
            session_epoch: user.session_epoch.number(),
            version: user.version.number(),
            created_at: Micros(user.created_at),
            updated_at: Micros(user.updated_at),
            search_key: columns::user_search_key(user),
        }
    }
}
