//! Reads of sessions.

use diesel::prelude::*;
use roster_application::ports::store::{StoreError, StoredSession};
use roster_domain::id::{TenantId, UserId};
use roster_domain::permission::PermissionSet;
use roster_domain::secret::SecretHash;
use roster_domain::session::{Holder, Session};
use roster_domain::user::User;
use roster_store_kit::columns;
use serde_json::Value;

use crate::errors::store_error;
use crate::rows::role::RoleColumns;
use crate::rows::session::SessionRow;
use crate::rows::user::{UserRow, user};
use crate::rows::values::Id;
use crate::schema::{roles, sessions, users};

diesel::alias!(const PENDING: Alias<PendingRoles> = roles as pending_roles);

/// A person, the role, its permissions, and the pending role.
type PersonColumns = (
    Option<UserRow>,
    Option<(RoleColumns, Value)>,
    Option<RoleColumns>,
);

/// The session with that secret, and its person with the role in force.
pub(crate) fn by_secret(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    secret: &SecretHash,
) -> Result<Option<StoredSession>, StoreError> {
    let person = sessions::user_id
        .eq(users::id.nullable())
        .and(sessions::tenant_id.eq(users::tenant_id));
    let query = sessions::table
        .left_join(users::table.on(person))
        .left_join(roles::table.on(roles::id.nullable().eq(users::role_id.nullable())))
        .left_join(
            PENDING.on(PENDING
                .field(roles::id)
                .nullable()
                .eq(users::pending_role_id.nullable())),
        )
        .filter(sessions::secret_hash.eq(secret.as_bytes().as_slice()))
        .filter(sessions::tenant_id.eq(Id(tenant.uuid())))
        .select((
            SessionRow::as_select(),
            (
                Option::<UserRow>::as_select(),
                (
                    (roles::id, roles::name, roles::is_admin),
                    roles::permissions,
                )
                    .nullable(),
                PENDING
                    .fields((roles::id, roles::name, roles::is_admin))
                    .nullable(),
            ),
        ));
    let found = query
        .first::<(SessionRow, PersonColumns)>(connection)
        .optional()
        .map_err(store_error)?;
    let Some((row, person)) = found else {
        return Ok(None);
    };
    let session = row.session()?;
    let person = match &session.holder {
        Holder::User { .. } => Some(holder(person)?),
        Holder::Operator { .. } => None,
    };
    Ok(Some(StoredSession { session, person }))
}

fn holder(columns: PersonColumns) -> Result<(User, PermissionSet), StoreError> {
    let (Some(row), Some((role, permissions)), pending) = columns else {
        let problem = "the person is not one of the tenant";
        return Err(columns::corrupt("holder of a session", problem));
    };
    let permissions = columns::role_permissions_from_json(role.2, &permissions)?;
    Ok((user((row, role, pending))?, permissions))
}

/// Every session of a person, the newest first.
pub(crate) fn of_user(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    user: UserId,
) -> Result<Vec<Session>, StoreError> {
    let query = sessions::table
        .filter(sessions::user_id.eq(Id(user.uuid())))
        .filter(sessions::tenant_id.eq(Id(tenant.uuid())))
        .order((sessions::started_at.desc(), sessions::id.desc()))
        .select(SessionRow::as_select());
    let rows = query.load(connection).map_err(store_error)?;
    rows.into_iter().map(SessionRow::session).collect()
}
