//! Promises about roles, and about roles in use.

use std::sync::Arc;

use roster_application::ports::store::{CommitError, Store};
use roster_domain::change::{Change, Precondition, UniqueName, Write};
use roster_domain::id::{RoleId, Version};
use roster_domain::permission::{Permission, PermissionSet};
use roster_domain::role::{Role, RoleUsage};
use roster_domain::text::RoleName;
use roster_domain::user::User;

use super::world::{
    World, assert_broken, assert_conflict, at, change, edited, edited_role, edited_settings, id,
    number, requiring,
};

fn deleted(role: &Role) -> Change {
    let delete = change(Write::DeleteRole {
        role: role.id,
        decided_on: role.version,
    });
    requiring(Precondition::RoleUnused { role: role.id }, delete)
}

pub async fn every_field_of_a_role_reads_back(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let own = Permission::new("Application9").unwrap();
    let role = Role {
        id: RoleId::new(id()),
        name: RoleName::new("Prüfer \"%_\\ 李").unwrap(),
        permissions: PermissionSet::all().iter().cloned().chain([own]).collect(),
        is_admin: false,
        version: Version::FIRST,
        created_at: at(number()),
        updated_at: at(number()),
    };
    world
        .handle
        .commit(&change(Write::CreateRole(role.clone())))
        .await
        .unwrap();
    assert_eq!(
        world.handle.role(role.id).await.unwrap(),
        Some(role.clone())
    );

    let update = edited_role(&role, |role| {
        role.name = RoleName::new("Nobody").unwrap();
        role.permissions = PermissionSet::default();
    });
    world.handle.commit(&update).await.unwrap();
    let Write::UpdateRole { role: new, .. } = update.write else {
        panic!("not an update")
    };
    assert_eq!(world.handle.role(role.id).await.unwrap(), Some(new.clone()));
    assert_eq!(world.handle.roles().await.unwrap().last(), Some(&new));
}

pub async fn the_admin_role_has_every_permission_whatever_was_stored(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let update = edited_role(&world.admin, |role| {
        role.permissions = PermissionSet::default();
    });
    world.handle.commit(&update).await.unwrap();
    let admin = world.handle.role(world.admin.id).await.unwrap().unwrap();
    assert_eq!(admin.permissions, PermissionSet::all());
}

pub async fn role_names_are_unique_without_regard_to_case(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let role = world.add_role("Prüfer").await;
    let same = Role {
        id: RoleId::new(id()),
        name: RoleName::new("PRÜFER").unwrap(),
        ..role.clone()
    };
    let renamed = edited_role(&role, |role| role.name = RoleName::new("analyst").unwrap());
    for write in [change(Write::CreateRole(same)), renamed] {
        let result = world.handle.commit(&write).await;
        assert!(
            matches!(result, Err(CommitError::Taken(UniqueName::RoleName))),
            "expected a taken name, got {result:?}"
        );
    }
    let own = edited_role(&role, |role| role.name = RoleName::new("PRÜFER").unwrap());
    world.handle.commit(&own).await.unwrap();
    assert_eq!(world.handle.roles().await.unwrap().len(), 4);
}

pub async fn a_renamed_role_is_renamed_for_everybody_who_has_it(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let waiting = User {
        pending_role: Some(world.analyst.to_ref()),
        ..world.person("grace")
    };
    let waiting = world
        .add_user(User {
            role: world.read_only.to_ref(),
            ..waiting
        })
        .await;
    let ada = world.add("ada").await;
    let name = RoleName::new("Investigator").unwrap();
    let rename = edited_role(&world.analyst, |role| role.name = name.clone());
    world.handle.commit(&rename).await.unwrap();
    assert_eq!(world.user(&ada).await.role.name, name);
    assert_eq!(world.user(&waiting).await.pending_role.unwrap().name, name);
    // That is no change of theirs.
    assert_eq!(world.user(&ada).await.version, ada.version);
}

pub async fn usage_counts_those_who_have_a_role_and_those_who_wait_for_it(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let role = world.add_role("Auditor").await;
    assert_eq!(
        world.handle.role_usage(role.id).await.unwrap(),
        RoleUsage::default()
    );
    for number in 0..3 {
        let person = world.person(&format!("has-{number}"));
        world
            .add_user(User {
                role: role.to_ref(),
                active: number == 0,
                ..person
            })
            .await;
    }
    for number in 0..2 {
        let person = world.person(&format!("waits-{number}"));
        world
            .add_user(User {
                pending_role: Some(role.to_ref()),
                ..person
            })
            .await;
    }
    let usage = world.handle.role_usage(role.id).await.unwrap();
    assert_eq!(
        usage,
        RoleUsage {
            users: 3,
            pending: 2
        }
    );
}

pub async fn the_usage_of_all_roles_names_each_that_is_used(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    World::new(&store).await.add("elsewhere").await;
    assert_eq!(world.handle.role_usages().await.unwrap(), []);
    let role = world.add_role("Auditor").await;
    for number in 0..5 {
        let person = world.person(&format!("user-{number}"));
        world
            .add_user(User {
                role: if number < 2 {
                    role.to_ref()
                } else {
                    person.role.clone()
                },
                pending_role: (number == 4).then(|| role.to_ref()),
                active: number > 0,
                ..person
            })
            .await;
    }
    world
        .add_user(User {
            pending_role: Some(world.read_only.to_ref()),
            ..world.person("waits")
        })
        .await;
    let usages = world.handle.role_usages().await.unwrap();
    let roles = world.handle.roles().await.unwrap();
    for role in &roles {
        let usage = world.handle.role_usage(role.id).await.unwrap();
        let listed: Vec<_> = usages.iter().filter(|(id, _)| *id == role.id).collect();
        if usage == RoleUsage::default() {
            assert!(listed.is_empty(), "{listed:?}");
        } else {
            assert_eq!(listed, [&(role.id, usage)]);
        }
    }
    // The first roles are those that a tenant begins with; nobody is an Admin.
    assert_eq!((usages.len(), roles.len()), (3, 4));
}

pub async fn a_role_that_nobody_uses_is_deleted(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let role = world.add_role("Auditor").await;
    world.handle.commit(&deleted(&role)).await.unwrap();
    assert_eq!(world.handle.role(role.id).await.unwrap(), None);
    assert_eq!(world.handle.roles().await.unwrap().len(), 3);
    world.add_role("Auditor").await;
}

/// Fails unless the role stays because it is in use, and no record says otherwise.
async fn assert_stays(world: &World, role: &Role) {
    let log = world.log().await;
    let result = world.handle.commit(&deleted(role)).await;
    assert_broken(result, Precondition::RoleUnused { role: role.id });
    assert_eq!(
        world.handle.role(role.id).await.unwrap().as_ref(),
        Some(role)
    );
    assert_eq!(world.log().await, log);
}

pub async fn a_role_that_somebody_has_stays(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let role = world.add_role("Auditor").await;
    let person = world.person("ada");
    // Without access, too: the person may come back.
    let ada = world
        .add_user(User {
            role: role.to_ref(),
            active: false,
            ..person
        })
        .await;
    assert_stays(&world, &role).await;
    let freed = edited(&ada, |user| user.role = world.analyst.to_ref());
    world.handle.commit(&freed).await.unwrap();
    world.handle.commit(&deleted(&role)).await.unwrap();
}

pub async fn a_role_that_somebody_waits_for_stays(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let role = world.add_role("Auditor").await;
    world
        .add_user(User {
            pending_role: Some(role.to_ref()),
            ..world.person("ada")
        })
        .await;
    assert_stays(&world, &role).await;
}

pub async fn the_default_role_stays(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    assert_stays(&world, &world.read_only).await;
}

pub async fn whoever_assigns_a_role_that_was_deleted_meanwhile_decides_again(
    store: Arc<dyn Store>,
) {
    let world = World::new(&store).await;
    let role = world.add_role("Auditor").await;
    let ada = world.add("ada").await;
    world.handle.commit(&deleted(&role)).await.unwrap();
    let log = world.log().await;
    let new = User {
        role: role.to_ref(),
        ..world.person("grace")
    };
    for write in [
        edited(&ada, |user| user.role = role.to_ref()),
        edited(&ada, |user| user.pending_role = Some(role.to_ref())),
        change(Write::CreateUser(new)),
        edited_settings(&world.settings, |settings| {
            settings.default_role = role.to_ref();
        }),
        // Twice is a conflict too: it is gone.
        deleted(&role),
    ] {
        assert_conflict(world.handle.commit(&write).await);
    }
    assert_eq!((world.user(&ada).await, world.total().await), (ada, 1));
    assert_eq!(world.log().await, log);
}

pub async fn a_role_is_not_deleted_and_assigned_at_once(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for number in 0..10 {
        let role = world.add_role(&format!("role-{number}")).await;
        let user = world.add(&format!("user-{number}")).await;
        let assign = edited(&user, |user| user.pending_role = Some(role.to_ref()));
        let delete = deleted(&role);
        let (assigned, deleted) =
            tokio::join!(world.handle.commit(&assign), world.handle.commit(&delete));
        match (assigned, deleted) {
            (Ok(()), Err(CommitError::Broken(_))) => {
                assert_eq!(world.user(&user).await.pending_role, Some(role.to_ref()));
            }
            (Err(CommitError::Conflict), Ok(())) => {
                assert_eq!(world.handle.role(role.id).await.unwrap(), None);
                assert_eq!(world.user(&user).await, user);
            }
            other => panic!("expected one to succeed, got {other:?}"),
        }
    }
}
