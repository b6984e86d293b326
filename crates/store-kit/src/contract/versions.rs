//! Promises about writers that meet: nothing is written over what somebody else wrote meanwhile.

use std::collections::HashSet;
use std::sync::Arc;

use roster_application::ports::store::{CommitError, Store};
use roster_domain::change::Write;
use roster_domain::id::Version;
use roster_domain::text::{AttributeName, RoleName, TokenName};

use super::world::{
    World, assert_conflict, at, change, edited, edited_role, edited_settings, edited_token, number,
    person_name,
};

pub async fn a_user_of_another_version_is_not_written(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let first = edited(&ada, |user| user.given_name = person_name("First"));
    world.handle.commit(&first).await.unwrap();
    let (stored, log) = (world.user(&ada).await, world.log().await);
    assert_eq!(
        (stored.version, stored.given_name.as_str()),
        (Version::new(2), "First")
    );

    let late = edited(&ada, |user| user.given_name = person_name("Late"));
    let mut future = stored.clone();
    future.version = Version::new(3);
    let early = edited(&future, |user| user.given_name = person_name("Early"));
    for write in [late, early] {
        assert_conflict(world.handle.commit(&write).await);
    }
    assert_eq!((world.user(&ada).await, world.log().await), (stored, log));
}

pub async fn a_role_of_another_version_is_neither_written_nor_deleted(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let role = world.add_role("Auditor").await;
    let rename = |name: &str| edited_role(&role, |role| role.name = RoleName::new(name).unwrap());
    world.handle.commit(&rename("First")).await.unwrap();
    let log = world.log().await;
    let delete = change(Write::DeleteRole {
        role: role.id,
        decided_on: role.version,
    });
    for write in [rename("Late"), delete] {
        assert_conflict(world.handle.commit(&write).await);
    }
    let stored = world.handle.role(role.id).await.unwrap().unwrap();
    assert_eq!(
        (stored.version, stored.name.as_str()),
        (Version::new(2), "First")
    );
    assert_eq!(world.log().await, log);
}

pub async fn a_token_of_another_version_is_not_written(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let token = world.add_token("okta").await;
    let revoke = edited_token(&token, |token| token.revoked_at = Some(at(number())));
    world.handle.commit(&revoke).await.unwrap();
    let log = world.log().await;
    // Or a late change of the name would bring a revoked token back.
    let rename = edited_token(&token, |token| token.name = TokenName::new("late").unwrap());
    assert_conflict(world.handle.commit(&rename).await);
    let stored = world.handle.token(token.id).await.unwrap().unwrap();
    assert!(stored.revoked_at.is_some());
    assert_eq!(
        (stored.version, stored.name.as_str()),
        (Version::new(2), "okta")
    );
    assert_eq!(world.log().await, log);
}

pub async fn settings_of_another_version_are_not_written(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let update = |name: &str| {
        edited_settings(&world.settings, |settings| {
            settings.scim_role_attribute = AttributeName::new(name).unwrap();
        })
    };
    world.handle.commit(&update("first")).await.unwrap();
    let log = world.log().await;
    assert_conflict(world.handle.commit(&update("late")).await);
    let stored = world.handle.settings().await.unwrap().unwrap();
    assert_eq!(
        (stored.version, stored.scim_role_attribute.as_str()),
        (Version::new(2), "first")
    );
    assert_eq!(world.log().await, log);
}

pub async fn what_does_not_exist_is_not_written(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let elsewhere = World::new(&store).await;
    let nobody = world.person("nobody");
    let (role, token) = (
        elsewhere.add_role("Auditor").await,
        elsewhere.add_token("okta").await,
    );
    let log = world.log().await;
    for write in [
        edited(&nobody, |_| ()),
        edited_role(&role, |_| ()),
        change(Write::DeleteRole {
            role: role.id,
            decided_on: role.version,
        }),
        edited_token(&token, |_| ()),
    ] {
        assert_conflict(world.handle.commit(&write).await);
    }
    assert_eq!((world.total().await, world.log().await), (0, log));
}

pub async fn sixty_four_writers_of_one_user_lose_nothing(store: Arc<dyn Store>) {
    let world = Arc::new(World::new(&store).await);
    let ada = world.add("ada").await;
    let log = world.log().await.len();
    let writers = (0..64).map(|writer| {
        let (world, ada) = (Arc::clone(&world), ada.clone());
        tokio::spawn(async move {
            let description = format!("writer {writer}");
            loop {
                let stored = world.user(&ada).await;
                let mut change =
                    edited(&stored, |user| user.family_name = person_name(&description));
                change.audit.description.clone_from(&description);
                match world.handle.commit(&change).await {
                    Ok(()) => break,
                    Err(CommitError::Conflict) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(world.user(&ada).await.version, Version::new(65));
    let log = world.log().await.into_iter().rev().skip(log);
    let written: Vec<String> = log.map(|record| record.description).collect();
    let writers: HashSet<&str> = written.iter().map(String::as_str).collect();
    assert_eq!((written.len(), writers.len()), (64, 64));
}
