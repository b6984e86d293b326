//! Reads of sessions.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_application::ports::store::{StoreError, StoredSession};
use roster_domain::id::{TenantId, UserId};
use roster_domain::permission::PermissionSet;
use roster_domain::secret::SecretHash;
use roster_domain::session::{Holder, Session};
use roster_domain::user::User;
use roster_store_kit::columns::{corrupt, role_permissions_from_json};
use serde_json::Value;
use uuid::Uuid;

use crate::errors::store_error;
use crate::rows::role::RoleColumns;
use crate::rows::session::SessionRow;
use crate::rows::user::{UserRow, user};
use crate::schema::{roles, sessions, users};

diesel::alias!(const PENDING: Alias<PendingRoles> = roles as pending_roles);

/// A person's tenant, the person, the role, its permissions, and the pending role.
type PersonColumns = (
    Option<Uuid>,
    Option<UserRow>,
    Option<(RoleColumns, Value)>,
    Option<RoleColumns>,
);

/// The session with that secret, and its person with the role in force.
pub(crate) async fn by_secret(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    secret: &SecretHash,
) -> Result<Option<StoredSession>, StoreError> {
    // By the id alone, which leaves only the primary key to go by: with the tenant beside it
    // PostgreSQL may walk a whole tenant while the table is young. Of which tenant the person is,
    // is seen below.
    let query = sessions::table
        .left_join(users::table.on(sessions::user_id.eq(users::id.nullable())))
        .left_join(roles::table.on(roles::id.nullable().eq(users::role_id.nullable())))
        .left_join(
            PENDING.on(PENDING
                .field(roles::id)
                .nullable()
                .eq(users::pending_role_id.nullable())),
        )
        .filter(sessions::secret_hash.eq(secret.as_bytes().as_slice()))
        .filter(sessions::tenant_id.eq(tenant.uuid()))
        .select((
            SessionRow::as_select(),
            (
                users::tenant_id.nullable(),
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
        .await
        .optional()
        .map_err(store_error)?;
    let Some((row, person)) = found else {
        return Ok(None);
    };
    let session = row.session()?;
    let person = match &session.holder {
        Holder::User { .. } => Some(holder(tenant, person)?),
        Holder::Operator { .. } => None,
    };
    Ok(Some(StoredSession { session, person }))
}

fn holder(tenant: TenantId, columns: PersonColumns) -> Result<(User, PermissionSet), StoreError> {
    let (of, row, Some((role, permissions)), pending) = columns else {
        return Err(stranger());
    };
    let row = match row {
        Some(row) if of == Some(tenant.uuid()) => row,
        _ => return Err(stranger()),
    };
    let permissions = role_permissions_from_json(role.2, &permissions)?;
    Ok((user((row, role, pending))?, permissions))
}

fn stranger() -> StoreError {
    corrupt("holder of a session", "the person is not one of the tenant")
}

/// Every session of a person, the newest first.
pub(crate) async fn of_user(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    user: UserId,
) -> Result<Vec<Session>, StoreError> {
    let query = sessions::table
        .filter(sessions::user_id.eq(user.uuid()))
        .filter(sessions::tenant_id.eq(tenant.uuid()))
        .order((sessions::started_at.desc(), sessions::id.desc()))
        .select(SessionRow::as_select());
    let rows = query.load(connection).await.map_err(store_error)?;
    rows.into_iter().map(SessionRow::session).collect()
}
