//! Reads of people. Each answers a person together with the roles, by a join.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::try_join;
use roster_application::ports::store::{StoreError, UserPage, UserQuery, UserStretch};
use roster_domain::id::{TenantId, UserId};
use roster_domain::user::User;
use roster_domain::user::identity::IdentityKey;
use roster_store_kit::columns;

use crate::errors::store_error;
use crate::rows::user::{UserRow, UserWithRoles, user};
use crate::schema::{roles, tenants, users};

diesel::alias!(const PENDING: Alias<PendingRoles> = roles as pending_roles);
diesel::alias!(const INDEXED: Alias<Indexed> = users as indexed);

/// The people of a tenant with their roles: a macro, since the type of a join has no short name.
/// The foreign keys see to it that the roles are of the same tenant.
macro_rules! users_of {
    ($tenant:expr) => {
        users::table
            .inner_join(roles::table.on(roles::id.eq(users::role_id)))
            .left_join(
                PENDING.on(PENDING
                    .field(roles::id)
                    .nullable()
                    .eq(users::pending_role_id)),
            )
            .filter(users::tenant_id.eq($tenant.uuid()))
            .select((
                UserRow::as_select(),
                (roles::id, roles::name, roles::is_admin),
                PENDING
                    .fields((roles::id, roles::name, roles::is_admin))
                    .nullable(),
            ))
    };
}

fn one(found: QueryResult<Option<UserWithRoles>>) -> Result<Option<User>, StoreError> {
    found.map_err(store_error)?.map(user).transpose()
}

fn all(found: QueryResult<Vec<UserWithRoles>>) -> Result<Vec<User>, StoreError> {
    found.map_err(store_error)?.into_iter().map(user).collect()
}

pub(crate) async fn by_id(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    id: UserId,
) -> Result<Option<User>, StoreError> {
    let query = users_of!(tenant).filter(users::id.eq(id.uuid()));
    one(query.first::<UserWithRoles>(connection).await.optional())
}

pub(crate) async fn by_user_name(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    folded: &str,
) -> Result<Option<User>, StoreError> {
    let query = users_of!(tenant).filter(users::user_name_key.eq(folded));
    one(query.first::<UserWithRoles>(connection).await.optional())
}

pub(crate) async fn by_email(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    folded: &str,
) -> Result<Option<User>, StoreError> {
    let query = users_of!(tenant).filter(users::email_key.eq(folded));
    one(query.first::<UserWithRoles>(connection).await.optional())
}

pub(crate) async fn by_identity(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    key: &IdentityKey,
) -> Result<Option<User>, StoreError> {
    let query = users_of!(tenant).filter(users::identity_key.eq(key.as_bytes().as_slice()));
    one(query.first::<UserWithRoles>(connection).await.optional())
}

pub(crate) async fn by_external_id(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    external_id: &str,
) -> Result<Vec<User>, StoreError> {
    let query = users_of!(tenant)
        .filter(users::external_id.eq(external_id))
        .order((users::created_at, users::id))
        .limit(200);
    all(query.load::<UserWithRoles>(connection).await)
}

/// Up to so many people it is cheaper to skip them with their roles.
const NEAR: i64 = 1_000;

pub(crate) async fn page(
    connection: &AsyncPgConnection,
    tenant: TenantId,
    offset: u64,
    limit: u32,
) -> Result<UserPage, StoreError> {
    let total = tenants::table
        .find(tenant.uuid())
        .select(tenants::user_count);
    let in_order = (users::created_at, users::id);
    let mut page = users_of!(tenant)
        .order(in_order)
        .limit(i64::from(limit))
        .into_boxed::<Pg>();
    let skipped = columns::offset(offset);
    if skipped <= NEAR {
        page = page.offset(skipped);
    } else {
        // Skips by the index alone: those that are skipped are neither read nor joined.
        let order = INDEXED.fields(in_order);
        let ids = INDEXED.filter(INDEXED.field(users::tenant_id).eq(tenant.uuid()));
        let ids = ids.order(order).offset(skipped).limit(i64::from(limit));
        let ids = ids.select(INDEXED.field(users::id));
        page = page.filter(users::id.eq_any(ids));
    }
    // Two statements sent together, through a shared reference: still one round trip.
    let total = total.first::<i64>(&mut &*connection);
    let page = page.load::<UserWithRoles>(&mut &*connection);
    let (total, page) = try_join!(async { total.await.optional() }, page).map_err(store_error)?;
    let total = columns::count("tenants.user_count", total.unwrap_or_default())?;
    Ok(UserPage {
        total,
        users: all(Ok(page))?,
    })
}

pub(crate) async fn matching(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    query: &UserQuery,
) -> Result<Vec<User>, StoreError> {
    let mut found = users_of!(tenant)
        .order((users::created_at, users::id))
        .limit(i64::from(query.limit))
        .into_boxed::<Pg>();
    // Of each two conditions the first is implied by the second; the index starts from it.
    match query.stretch {
        UserStretch::First => {}
        UserStretch::After((created_at, id)) => {
            found = found
                .filter(users::created_at.ge(created_at))
                .filter(users::created_at.gt(created_at).or(users::id.gt(id.uuid())));
        }
        UserStretch::Before((created_at, id)) => {
            found = found
                .filter(users::created_at.le(created_at))
                .filter(users::created_at.lt(created_at).or(users::id.lt(id.uuid())))
                .order((users::created_at.desc(), users::id.desc()));
        }
    }
    if let Some(email) = &query.email {
        found = found.filter(users::email_key.eq(email));
    }
    if let Some(needle) = &query.contains {
        // The escape character is PostgreSQL's own default.
        found = found.filter(users::search_key.like(columns::contains_pattern(needle)));
    }
    if let Some(active) = query.active {
        found = found.filter(users::active.eq(active));
    }
    if let Some(role) = query.role {
        let has = users::role_id.eq(role.uuid()).nullable();
        found = found.filter(has.or(users::pending_role_id.eq(role.uuid())));
    }
    let mut users = all(found.load::<UserWithRoles>(connection).await)?;
    if matches!(query.stretch, UserStretch::Before(_)) {
        users.reverse();
    }
    Ok(users)
}
