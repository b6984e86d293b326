//! What must hold at the moment of a commit, besides the version.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_domain::change::Precondition;
use roster_domain::id::{RoleId, TenantId, UserId};
use uuid::Uuid;

use crate::schema::{roles, settings, tenants, users};

/// Lets one commit with preconditions at a time go on in a tenant, until its transaction ends. The
/// lock leaves alone what foreign keys need, so other writes go on.
pub(crate) async fn lock(connection: &mut AsyncPgConnection, tenant: TenantId) -> QueryResult<()> {
    let row = tenants::table
        .find(tenant.uuid())
        .select(tenants::id)
        .for_no_key_update();
    row.first::<Uuid>(connection).await.optional().map(|_| ())
}

/// Whether `precondition` holds. Asked under the [`lock`], the answer stays true.
pub(crate) async fn holds(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    precondition: &Precondition,
) -> QueryResult<bool> {
    match *precondition {
        Precondition::AnotherActiveAdmin { besides, loss: _ } => {
            another_active_admin(connection, tenant, besides).await
        }
        Precondition::RoleUnused { role } => role_unused(connection, tenant, role).await,
    }
}

// Both count where EXISTS would seem to do: for the sake of an early end PostgreSQL answers EXISTS
// by reading the whole table, which takes longest when there is nobody to find.

async fn another_active_admin(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    besides: UserId,
) -> QueryResult<bool> {
    let tenant = tenant.uuid();
    let admin = roles::table
        .filter(roles::tenant_id.eq(tenant))
        .filter(roles::is_admin);
    let admin: Vec<Uuid> = admin.select(roles::id).load(connection).await?;
    let lasting_admins = users::table
        .filter(users::tenant_id.eq(tenant))
        .filter(users::role_id.eq_any(&admin))
        .filter(users::active)
        .filter(
            users::pending_role_id
                .is_null()
                .or(users::pending_role_id.eq_any(&admin)),
        )
        .filter(users::id.ne(besides.uuid()));
    Ok(lasting_admins.count().get_result::<i64>(connection).await? > 0)
}

async fn role_unused(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    role: RoleId,
) -> QueryResult<bool> {
    let (tenant, role) = (tenant.uuid(), role.uuid());
    let people = users::table.filter(users::tenant_id.eq(tenant)).count();
    let default = settings::table
        .find(tenant)
        .filter(settings::default_role_id.eq(role))
        .count();
    let uses = diesel::select((
        people.filter(users::role_id.eq(role)).single_value(),
        people
            .filter(users::pending_role_id.eq(role))
            .single_value(),
        default.single_value(),
    ));
    let (have, wait, default) = uses
        .get_result::<(Option<i64>, Option<i64>, Option<i64>)>(connection)
        .await?;
    Ok([have, wait, default]
        .iter()
        .flatten()
        .all(|count| *count == 0))
}
