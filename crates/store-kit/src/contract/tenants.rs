//! Promises about tenants.

use std::sync::Arc;

use roster_application::ports::store::{AuditQuery, CommitError, Store, StoreError, UserQuery};
use roster_domain::change::{UniqueName, Write};
use roster_domain::id::{RoleId, TenantId};
use roster_domain::tenant;
use roster_domain::text::TenantSlug;

use super::world::{World, change, context, id};

pub async fn a_migrated_store_is_ready(store: Arc<dyn Store>) {
    store.ready().await.unwrap();
}

pub async fn a_new_tenant_has_its_roles_and_settings_and_is_found_by_its_slug(
    store: Arc<dyn Store>,
) {
    let world = World::new(&store).await;
    assert_eq!(
        store.tenant_by_slug(&world.tenant.slug).await.unwrap(),
        Some(world.tenant.clone())
    );
    assert_eq!(
        world.handle.settings().await.unwrap(),
        Some(world.settings.clone())
    );
    assert_eq!(
        world.handle.roles().await.unwrap(),
        [
            world.admin.clone(),
            world.analyst.clone(),
            world.read_only.clone()
        ]
    );
    assert_eq!(world.total().await, 0);
    assert_eq!(world.log().await.len(), 1);
    let unknown = TenantSlug::new("nobody").unwrap();
    assert_eq!(store.tenant_by_slug(&unknown).await.unwrap(), None);
}

pub async fn tenants_are_listed_by_slug(store: Arc<dyn Store>) {
    assert_eq!(store.tenants().await.unwrap(), []);
    let mut expected = Vec::new();
    // Created in another order, and with the characters whose order a collation might change.
    for slug in ["b", "a-1", "a1", "a", "z-9", "a-b"] {
        let slug = TenantSlug::new(slug).unwrap();
        let roles = [(); 3].map(|()| RoleId::new(id()));
        let created = tenant::create(TenantId::new(id()), slug, roles, &context()).unwrap();
        let Write::CreateTenant { tenant, .. } = &created.write else {
            panic!("{created:?}")
        };
        store.tenant(tenant.id).commit(&created).await.unwrap();
        expected.push(tenant.clone());
    }
    expected.sort_by(|a, b| a.slug.cmp(&b.slug));
    assert_eq!(store.tenants().await.unwrap(), expected);
}

pub async fn a_slug_is_given_once(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let roles = [(); 3].map(|()| RoleId::new(id()));
    let other = TenantId::new(id());
    let again = tenant::create(other, world.tenant.slug.clone(), roles, &context()).unwrap();
    let result = store.tenant(other).commit(&again).await;
    assert!(
        matches!(result, Err(CommitError::Taken(UniqueName::TenantSlug))),
        "expected a taken slug, got {result:?}"
    );
    assert_eq!(
        store.tenants().await.unwrap(),
        std::slice::from_ref(&world.tenant)
    );
}

pub async fn a_tenant_is_created_through_the_handle_of_its_own_id_alone(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let roles = [(); 3].map(|()| RoleId::new(id()));
    let slug = TenantSlug::new("smuggled").unwrap();
    let created = tenant::create(TenantId::new(id()), slug.clone(), roles, &context()).unwrap();
    let result = world.handle.commit(&created).await;
    assert!(
        matches!(result, Err(CommitError::Store(StoreError::Failed(_)))),
        "expected a failure, got {result:?}"
    );
    assert_eq!(store.tenant_by_slug(&slug).await.unwrap(), None);
    assert_eq!(world.log().await.len(), 1);
}

pub async fn a_tenant_that_does_not_exist_has_nothing_and_takes_nothing(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let nobody = store.tenant(TenantId::new(id()));
    assert_eq!(nobody.settings().await.unwrap(), None);
    assert_eq!(nobody.roles().await.unwrap(), []);
    assert_eq!(nobody.tokens().await.unwrap(), []);
    let page = nobody.user_page(0, 10).await.unwrap();
    assert_eq!((page.total, page.users), (0, Vec::new()));
    let query = UserQuery {
        limit: 10,
        ..UserQuery::default()
    };
    assert_eq!(nobody.users(&query).await.unwrap(), []);

    let user = Write::CreateUser(world.person("ada"));
    assert!(nobody.commit(&change(user)).await.is_err());
    let query = AuditQuery {
        limit: 10,
        ..AuditQuery::default()
    };
    assert_eq!(nobody.audit_log(&query).await.unwrap(), []);
}
