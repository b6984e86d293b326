//! Promises about who people are at an identity provider, and about the epoch of their sessions.

use std::sync::Arc;

use roster_application::ports::store::{CommitError, Store};
use roster_domain::change::{UniqueName, Write};
use roster_domain::session::SessionEpoch;
use roster_domain::user::User;
use roster_domain::user::identity::IdpIdentity;

use super::world::sign_in::at_once;
use super::world::{World, assert_taken, change, edited};

const IDP: &str = "http://www.okta.com/exk1";

async fn bound(world: &World, name: &str, identity: IdpIdentity) -> User {
    world
        .add_user(User {
            identity: Some(identity),
            ..world.person(name)
        })
        .await
}

pub async fn an_identity_reads_back_and_finds_its_user(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for (number, name_id) in ["ada", "Ada", "ada ", "Åda 李 😀 'O''Brien' \"%_\\", ""]
        .into_iter()
        .enumerate()
    {
        let identity = IdpIdentity::new(IDP, name_id);
        let user = bound(&world, &format!("user-{number}"), identity.clone()).await;
        let found = world.handle.user_by_identity(&identity.key()).await;
        assert_eq!(found.unwrap(), Some(user.clone()), "{name_id:?}");
        assert_eq!(world.user(&user).await, user);
    }
    for other in [("http://www.okta.com/exk2", "ada"), (IDP, "ADA")] {
        let key = IdpIdentity::new(other.0, other.1).key();
        let found = world.handle.user_by_identity(&key).await;
        assert_eq!(found.unwrap(), None, "{other:?}");
    }
}

pub async fn an_identity_may_be_longer_than_an_index_can_hold(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    // Unlike a repeated letter, this can't be made short by compression.
    let mut state = 1_u32;
    let mut letter = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from_u32(0x4e00 + (state >> 20)).unwrap()
    };
    let long: String = (0..20_000).map(|_| letter()).collect();
    let identity = IdpIdentity::new(format!("urn:{long}"), long);
    let user = bound(&world, "ada", identity.clone()).await;
    let found = world.handle.user_by_identity(&identity.key()).await;
    assert_eq!(found.unwrap(), Some(user));
}

pub async fn an_identity_is_that_of_one_user(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let identity = IdpIdentity::new(IDP, "ada");
    let ada = bound(&world, "ada", identity.clone()).await;
    let grace = world.add("grace").await;
    let log = world.log().await;
    let new = User {
        identity: Some(identity.clone()),
        ..world.person("eve")
    };
    let created = world.handle.commit(&change(Write::CreateUser(new))).await;
    assert_taken(created, UniqueName::Identity);
    let bind = edited(&grace, |user| user.identity = Some(identity));
    assert_taken(world.handle.commit(&bind).await, UniqueName::Identity);
    assert_eq!(
        (world.user(&ada).await, world.user(&grace).await),
        (ada, grace)
    );
    assert_eq!((world.total().await, world.log().await), (2, log));
}

pub async fn a_user_is_bound_freed_and_bound_again(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let identity = IdpIdentity::new(IDP, "ada");
    let (ada, grace) = (world.add("ada").await, world.add("grace").await);
    let by_identity = async || {
        let found = world.handle.user_by_identity(&identity.key()).await;
        found.unwrap().map(|user| user.id)
    };
    assert_eq!(by_identity().await, None);
    for (user, to) in [
        (&ada, Some(&ada)),
        // Bound already, and changed in another way.
        (&ada, Some(&ada)),
        (&ada, None),
        (&grace, Some(&grace)),
    ] {
        let change = edited(&world.user(user).await, |user| {
            user.identity = to.map(|_| identity.clone());
        });
        world.handle.commit(&change).await.unwrap();
        let Write::UpdateUser { user: expected, .. } = change.write else {
            panic!("not an update")
        };
        assert_eq!(world.user(user).await, expected);
        assert_eq!(by_identity().await, to.map(|user| user.id));
    }
}

pub async fn of_many_first_sign_ins_of_one_person_at_once_one_creates(store: Arc<dyn Store>) {
    let world = Arc::new(World::new(&store).await);
    let log = world.log().await.len();
    let answers = at_once((0..10).map(|number| {
        let world = Arc::clone(&world);
        let create = change(Write::CreateUser(User {
            identity: Some(IdpIdentity::new(IDP, "ada")),
            ..world.person(&format!("ada-{number}"))
        }));
        async move { world.handle.commit(&create).await }
    }));
    let mut created = 0;
    for answer in answers.await {
        match answer {
            Ok(()) => created += 1,
            Err(CommitError::Taken(UniqueName::Identity)) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!((created, world.total().await), (1, 1));
    assert_eq!(world.log().await.len(), log + 1);
}

pub async fn the_same_identity_can_be_used_in_two_tenants(store: Arc<dyn Store>) {
    let (here, there) = (World::new(&store).await, World::new(&store).await);
    let identity = IdpIdentity::new(IDP, "ada");
    let key = identity.key();
    let ada = bound(&here, "ada", identity.clone()).await;
    assert_eq!(there.handle.user_by_identity(&key).await.unwrap(), None);
    let other = bound(&there, "ada", identity).await;
    for (world, user) in [(here, ada), (there, other)] {
        let found = world.handle.user_by_identity(&key).await.unwrap();
        assert_eq!(found, Some(user));
    }
}

pub async fn the_epoch_of_a_users_sessions_reads_back(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world
        .add_user(User {
            session_epoch: SessionEpoch::new(7),
            ..world.person("ada")
        })
        .await;
    assert_eq!(world.user(&ada).await, ada);
    let change = edited(&ada, |user| user.session_epoch = user.session_epoch.next());
    world.handle.commit(&change).await.unwrap();
    let stored = world.user(&ada).await;
    assert_eq!(stored.session_epoch, SessionEpoch::new(8));
}
