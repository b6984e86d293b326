//! Promises about a tenant's settings.

use std::sync::Arc;

use roster_application::ports::store::Store;
use roster_domain::change::Write;
use roster_domain::text::{AttributeName, RoleName};

use super::world::{World, assert_conflict, change, edited_role, edited_settings};

pub async fn every_field_of_the_settings_reads_back(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let update = edited_settings(&world.settings, |settings| {
        settings.scim_role_attribute = AttributeName::new("accessLevel").unwrap();
        settings.default_role = world.admin.to_ref();
    });
    world.handle.commit(&update).await.unwrap();
    let Write::UpdateSettings { mut settings, .. } = update.write else {
        panic!("no update")
    };
    assert_eq!(
        world.handle.settings().await.unwrap(),
        Some(settings.clone())
    );

    // They name the default role as it is called now.
    settings.default_role.name = RoleName::new("Owner").unwrap();
    let name = settings.default_role.name.clone();
    let rename = edited_role(&world.admin, |role| role.name = name);
    world.handle.commit(&rename).await.unwrap();
    assert_eq!(world.handle.settings().await.unwrap(), Some(settings));
}

pub async fn a_default_role_that_was_deleted_meanwhile_is_a_conflict(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let role = world.add_role("Auditor").await;
    let update = edited_settings(&world.settings, |settings| {
        settings.default_role = role.to_ref();
    });
    let delete = change(Write::DeleteRole {
        role: role.id,
        decided_on: role.version,
    });
    world.handle.commit(&delete).await.unwrap();
    assert_conflict(world.handle.commit(&update).await);
    assert_eq!(
        world.handle.settings().await.unwrap(),
        Some(world.settings.clone())
    );
}
