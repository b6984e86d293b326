//! What must hold at the moment of a commit, besides the version. There is one writer, so the
//! answer stays true until its transaction ends.

use diesel::dsl::exists;
use diesel::prelude::*;
use roster_domain::change::Precondition;
use roster_domain::id::{RoleId, TenantId, UserId};

use crate::rows::values::Id;
use crate::schema::{roles, settings, users};

diesel::alias!(const PENDING: Alias<PendingRoles> = roles as pending_roles);

/// Whether `precondition` holds.
pub(crate) fn holds(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    precondition: &Precondition,
) -> QueryResult<bool> {
    match *precondition {
        Precondition::AnotherActiveAdmin { besides, loss: _ } => {
            another_active_admin(connection, tenant, besides)
        }
        Precondition::RoleUnused { role } => role_unused(connection, tenant, role),
    }
}

fn another_active_admin(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    besides: UserId,
) -> QueryResult<bool> {
    let lasting_admins = users::table
        .inner_join(
            roles::table.on(roles::tenant_id
                .eq(users::tenant_id)
                .and(roles::id.eq(users::role_id))),
        )
        .left_join(
            PENDING.on(PENDING
                .field(roles::id)
                .nullable()
                .eq(users::pending_role_id)),
        )
        .filter(users::tenant_id.eq(Id(tenant.uuid())))
        .filter(users::id.ne(Id(besides.uuid())))
        .filter(users::active)
        .filter(roles::is_admin)
        .filter(
            users::pending_role_id
                .is_null()
                .or(PENDING.field(roles::is_admin).nullable().eq(true)),
        )
        .select(users::id);
    diesel::select(exists(lasting_admins)).get_result(connection)
}

fn role_unused(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    role: RoleId,
) -> QueryResult<bool> {
    let (tenant, role) = (Id(tenant.uuid()), Id(role.uuid()));
    let people = users::table.filter(users::tenant_id.eq(tenant));
    let in_use = diesel::select((
        exists(people.filter(users::role_id.eq(role))),
        exists(people.filter(users::pending_role_id.eq(role))),
        exists(
            settings::table
                .find(tenant)
                .filter(settings::default_role_id.eq(role)),
        ),
    ));
    let (has, waits, default) = in_use.get_result::<(bool, bool, bool)>(connection)?;
    Ok(!(has || waits || default))
}
