//! Reads of roles.

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_application::ports::store::StoreError;
use roster_domain::id::{RoleId, TenantId};
use roster_domain::role::{Role, RoleUsage};
use roster_store_kit::columns;
use uuid::Uuid;

use crate::errors::store_error;
use crate::rows::role::RoleRow;
use crate::schema::{roles, users};

pub(crate) async fn all(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
) -> Result<Vec<Role>, StoreError> {
    let query = roles::table
        .filter(roles::tenant_id.eq(tenant.uuid()))
        .order((roles::created_at, roles::id))
        .select(RoleRow::as_select());
    let rows = query.load(connection).await.map_err(store_error)?;
    rows.into_iter().map(RoleRow::role).collect()
}

pub(crate) async fn by_id(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    id: RoleId,
) -> Result<Option<Role>, StoreError> {
    let query = roles::table
        .filter(roles::tenant_id.eq(tenant.uuid()))
        .filter(roles::id.eq(id.uuid()))
        .select(RoleRow::as_select());
    let row = query
        .first(connection)
        .await
        .optional()
        .map_err(store_error)?;
    row.map(RoleRow::role).transpose()
}

pub(crate) async fn usage(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    id: RoleId,
) -> Result<RoleUsage, StoreError> {
    let people = users::table
        .filter(users::tenant_id.eq(tenant.uuid()))
        .count();
    let query = diesel::select((
        people.filter(users::role_id.eq(id.uuid())).single_value(),
        people
            .filter(users::pending_role_id.eq(id.uuid()))
            .single_value(),
    ));
    let (users, pending) = query
        .get_result::<(Option<i64>, Option<i64>)>(connection)
        .await
        .map_err(store_error)?;
    let count = |number: Option<i64>| columns::count("count of users", number.unwrap_or_default());
    Ok(RoleUsage {
        users: count(users)?,
        pending: count(pending)?,
    })
}

pub(crate) async fn usages(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
) -> Result<Vec<(RoleId, RoleUsage)>, StoreError> {
    let none = 0_i64.into_sql::<BigInt>();
    let has = users::table
        .filter(users::tenant_id.eq(tenant.uuid()))
        .group_by(users::role_id)
        .select((users::role_id, count_star(), none));
    let waits = users::table
        .filter(users::tenant_id.eq(tenant.uuid()))
        .filter(users::pending_role_id.is_not_null())
        .group_by(users::pending_role_id)
        .select((users::pending_role_id.assume_not_null(), none, count_star()));
    let rows = has
        .union_all(waits)
        .load::<(Uuid, i64, i64)>(connection)
        .await
        .map_err(store_error)?;
    columns::role_usages_from_rows(rows)
}
