//! Reads of people. Each answers a person together with the roles, by a join.

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use roster_application::ports::store::{StoreError, UserPage, UserQuery, UserStretch};
use roster_domain::id::{TenantId, UserId};
use roster_domain::user::User;
use roster_domain::user::identity::IdentityKey;
use roster_store_kit::columns;

use crate::errors::{Failure, store_error};
use crate::rows::user::{UserRow, UserWithRoles, user};
use crate::rows::values::{Id, Micros};
use crate::schema::{roles, tenants, users};

diesel::alias! {
    const PENDING: Alias<PendingRoles> = roles as pending_roles;
    const ORDERED: Alias<OrderedUsers> = users as ordered_users;
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// Where `part` begins in `text`, counted from 1; 0 if nowhere. Unlike LIKE it takes a text
    /// of any length, and every character literally.
    fn instr(text: Text, part: Text) -> Integer;
}

/// People with their roles: a macro, since the type of a join has no short name. The foreign keys
/// see to it that the roles are of the same tenant.
macro_rules! users_with_roles {
    () => {
        users::table
            .inner_join(roles::table.on(roles::id.eq(users::role_id)))
            .left_join(
                PENDING.on(PENDING
                    .field(roles::id)
                    .nullable()
                    .eq(users::pending_role_id)),
            )
            .select((
                UserRow::as_select(),
                (roles::id, roles::name, roles::is_admin),
                PENDING
                    .fields((roles::id, roles::name, roles::is_admin))
                    .nullable(),
            ))
    };
}

/// The people of a tenant with their roles.
macro_rules! users_of {
    ($tenant:expr) => {
        users_with_roles!().filter(users::tenant_id.eq(Id($tenant.uuid())))
    };
}

fn one(found: QueryResult<Option<UserWithRoles>>) -> Result<Option<User>, StoreError> {
    found.map_err(store_error)?.map(user).transpose()
}

fn all(found: QueryResult<Vec<UserWithRoles>>) -> Result<Vec<User>, StoreError> {
    found.map_err(store_error)?.into_iter().map(user).collect()
}

pub(crate) fn by_id(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    id: UserId,
) -> Result<Option<User>, StoreError> {
    let query = users_of!(tenant).filter(users::id.eq(Id(id.uuid())));
    one(query.first::<UserWithRoles>(connection).optional())
}

pub(crate) fn by_user_name(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    folded: &str,
) -> Result<Option<User>, StoreError> {
    let query = users_of!(tenant).filter(users::user_name_key.eq(folded));
    one(query.first::<UserWithRoles>(connection).optional())
}

pub(crate) fn by_email(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    folded: &str,
) -> Result<Option<User>, StoreError> {
    let query = users_of!(tenant).filter(users::email_key.eq(folded));
    one(query.first::<UserWithRoles>(connection).optional())
}

pub(crate) fn by_identity(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    key: &IdentityKey,
) -> Result<Option<User>, StoreError> {
    let query = users_of!(tenant).filter(users::identity_key.eq(key.as_bytes().as_slice()));
    one(query.first::<UserWithRoles>(connection).optional())
}

pub(crate) fn by_external_id(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    external_id: &str,
) -> Result<Vec<User>, StoreError> {
    let query = users_of!(tenant)
        .filter(users::external_id.eq(external_id))
        .order((users::created_at, users::id))
        .limit(200);
    all(query.load::<UserWithRoles>(connection))
}

pub(crate) fn page(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    offset: u64,
    limit: u32,
) -> Result<UserPage, StoreError> {
    let count = tenants::table
        .find(Id(tenant.uuid()))
        .select(tenants::user_count);
    // The ids come from the index alone: those before the page cost neither a row nor a join.
    let ids = ORDERED
        .filter(ORDERED.field(users::tenant_id).eq(Id(tenant.uuid())))
        .order(ORDERED.fields((users::created_at, users::id)))
        .offset(columns::offset(offset))
        .limit(i64::from(limit))
        .select(ORDERED.field(users::id));
    // Without the tenant, which the ids imply: it would tempt SQLite to walk all its people.
    let page = users_with_roles!()
        .filter(users::id.eq_any(ids))
        .order((users::created_at, users::id));
    // One transaction, so that the total is that of the page.
    connection
        .transaction(|connection| {
            let total = count.first::<i64>(connection).optional()?;
            let total = columns::count("tenants.user_count", total.unwrap_or_default())?;
            let users = if limit == 0 || offset >= total {
                Vec::new()
            } else {
                all(page.load::<UserWithRoles>(connection))?
            };
            Ok(UserPage { total, users })
        })
        .map_err(|Failure(error)| error)
}

pub(crate) fn matching(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    query: &UserQuery,
) -> Result<Vec<User>, StoreError> {
    let mut found = users_of!(tenant)
        .order((users::created_at, users::id))
        .limit(i64::from(query.limit))
        .into_boxed::<Sqlite>();
    // Of each two conditions the first is implied by the second; the index starts from it.
    match query.stretch {
        UserStretch::First => {}
        UserStretch::After((created_at, id)) => {
            let (created_at, id) = (Micros(created_at), Id(id.uuid()));
            found = found
                .filter(users::created_at.ge(created_at))
                .filter(users::created_at.gt(created_at).or(users::id.gt(id)));
        }
        UserStretch::Before((created_at, id)) => {
            let (created_at, id) = (Micros(created_at), Id(id.uuid()));
            found = found
                .filter(users::created_at.le(created_at))
                .filter(users::created_at.lt(created_at).or(users::id.lt(id)))
                .order((users::created_at.desc(), users::id.desc()));
        }
    }
    if let Some(email) = &query.email {
        found = found.filter(users::email_key.eq(email));
    }
    if let Some(needle) = &query.contains {
        found = found.filter(instr(users::search_key, columns::search_needle(needle)).gt(0));
    }
    if let Some(active) = query.active {
        found = found.filter(users::active.eq(active));
    }
    if let Some(role) = query.role {
        let role = Id(role.uuid());
        let has = users::role_id.eq(role).nullable();
        found = found.filter(has.or(users::pending_role_id.eq(role)));
    }
    let mut users = all(found.load::<UserWithRoles>(connection))?;
    if matches!(query.stretch, UserStretch::Before(_)) {
        users.reverse();
    }
    Ok(users)
}
