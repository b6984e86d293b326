//! Promises about the last active Admin: whoever races whom, a tenant never loses it.

use std::sync::Arc;

use roster_application::ports::store::{CommitError, Store};
use roster_domain::change::{Change, Precondition};
use roster_domain::refusal::Loss;
use roster_domain::user::User;

use super::world::{World, assert_broken, edited, requiring};

fn another(user: &User, loss: Loss) -> Precondition {
    Precondition::AnotherActiveAdmin {
        besides: user.id,
        loss,
    }
}

fn demoted(world: &World, user: &User) -> Change {
    let demoted = edited(user, |user| user.role = world.analyst.to_ref());
    requiring(another(user, Loss::AdminRole), demoted)
}

fn to_be_demoted(world: &World, user: &User) -> Change {
    let demoted = edited(user, |user| {
        user.pending_role = Some(world.analyst.to_ref());
    });
    requiring(another(user, Loss::AdminRole), demoted)
}

fn deactivated(user: &User) -> Change {
    requiring(
        another(user, Loss::Access),
        edited(user, |user| user.active = false),
    )
}

/// Fails unless nothing of an Admin can be taken away, and no record says otherwise.
async fn assert_last(world: &World, ada: &User) {
    let log = world.log().await;
    for (change, loss) in [
        (demoted(world, ada), Loss::AdminRole),
        (to_be_demoted(world, ada), Loss::AdminRole),
        (deactivated(ada), Loss::Access),
    ] {
        assert_broken(world.handle.commit(&change).await, another(ada, loss));
    }
    assert_eq!(&world.user(ada).await, ada);
    assert_eq!(world.log().await, log);
}

pub async fn the_last_admin_stays(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add_admin("ada").await;
    world.add("grace").await;
    World::new(&store).await.add_admin("elsewhere").await;
    assert_last(&world, &ada).await;
}

pub async fn an_admin_without_access_is_no_other_admin(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add_admin("ada").await;
    let role = world.admin.to_ref();
    world
        .add_user(User {
            active: false,
            role,
            ..world.person("grace")
        })
        .await;
    assert_last(&world, &ada).await;
}

pub async fn an_admin_who_waits_for_another_role_is_no_other_admin(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add_admin("ada").await;
    let pending_role = Some(world.analyst.to_ref());
    let role = world.admin.to_ref();
    world
        .add_user(User {
            role,
            pending_role,
            ..world.person("grace")
        })
        .await;
    assert_last(&world, &ada).await;
}

pub async fn who_waits_to_become_an_admin_is_no_other_admin(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add_admin("ada").await;
    let pending_role = Some(world.admin.to_ref());
    world
        .add_user(User {
            pending_role,
            ..world.person("grace")
        })
        .await;
    assert_last(&world, &ada).await;
}

pub async fn an_admin_may_go_when_there_is_another(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    world.add_admin("grace").await;
    let gone: [fn(&World, &User) -> Change; 3] =
        [demoted, to_be_demoted, |_, user| deactivated(user)];
    for (number, gone) in gone.into_iter().enumerate() {
        let ada = world.add_admin(&format!("ada-{number}")).await;
        world.handle.commit(&gone(&world, &ada)).await.unwrap();
        assert!(!world.user(&ada).await.is_lasting_admin());
    }
}

pub async fn an_admin_with_an_admin_role_pending_counts(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add_admin("ada").await;
    let (role, pending_role) = (world.admin.to_ref(), Some(world.admin.to_ref()));
    world
        .add_user(User {
            role,
            pending_role,
            ..world.person("grace")
        })
        .await;
    world.handle.commit(&deactivated(&ada)).await.unwrap();
}

/// Fails unless exactly one of two changes was made, and the other was refused.
fn assert_one(first: Result<(), CommitError>, second: Result<(), CommitError>) {
    match (first, second) {
        (Ok(()), Err(CommitError::Broken(_))) | (Err(CommitError::Broken(_)), Ok(())) => {}
        other => panic!("expected one to succeed, got {other:?}"),
    }
}

async fn race(store: &Arc<dyn Store>, gone: fn(&World, &User) -> Change) {
    for _ in 0..10 {
        let world = Arc::new(World::new(store).await);
        let (ada, grace) = (world.add_admin("ada").await, world.add_admin("grace").await);
        let log = world.log().await.len();
        let writers = [demoted(&world, &ada), gone(&world, &grace)].map(|change| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.handle.commit(&change).await })
        });
        let [first, second] = writers;
        let (first, second) = tokio::join!(first, second);
        assert_one(first.unwrap(), second.unwrap());
        let left = [world.user(&ada).await, world.user(&grace).await];
        assert_eq!(
            left.iter().filter(|user| user.is_lasting_admin()).count(),
            1
        );
        assert_eq!(world.log().await.len(), log + 1);
    }
}

pub async fn of_two_admins_who_demote_each_other_at_once_one_stays(store: Arc<dyn Store>) {
    race(&store, demoted).await;
    race(&store, to_be_demoted).await;
}

pub async fn an_admin_is_not_lost_between_a_deactivation_and_a_demotion(store: Arc<dyn Store>) {
    race(&store, |_, user| deactivated(user)).await;
}
