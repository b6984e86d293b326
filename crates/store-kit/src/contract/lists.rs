//! Promises about lists of people: pages and cursors.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::future::join_all;
use roster_application::ports::store::{CommitError, Store, UserQuery, UserStretch};
use roster_domain::change::Write;
use roster_domain::id::UserId;
use roster_domain::user::User;

use super::world::{World, assert_ids, at, change, edited, everybody, id, number};

/// People whose order of creation, of id, and of storing all differ; in the order of lists.
async fn unordered(world: &World) -> Vec<UserId> {
    let times = [at(5), at(3), at(3), at(4), at(3), at(9), at(3)];
    let mut people: Vec<User> = Vec::new();
    for (number, created_at) in times.into_iter().enumerate() {
        people.push(User {
            created_at,
            ..world.person(&format!("user-{number}"))
        });
    }
    for person in people.iter().rev() {
        world.add_user(person.clone()).await;
    }
    people.sort_by_key(|user| (user.created_at, user.id));
    people.iter().map(|user| user.id).collect()
}

pub async fn pages_are_in_the_order_of_creation_then_of_id(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let expected = unordered(&world).await;
    let page = world.handle.user_page(0, 100).await.unwrap();
    assert_ids(&page.users, |user| user.id, &expected);
    for (offset, user) in (0..).zip(&expected) {
        let page = world.handle.user_page(offset, 1).await.unwrap();
        assert_ids(&page.users, |user| user.id, &[*user]);
        assert_eq!(page.total, 7);
    }
    let page = world.handle.user_page(5, 100).await.unwrap();
    assert_ids(&page.users, |user| user.id, expected.get(5..).unwrap());
}

pub async fn an_offset_beyond_the_end_shows_nobody_but_counts_all(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    world.add("ada").await;
    for offset in [1, 2, 1_000_000, u64::MAX] {
        let page = world.handle.user_page(offset, 200).await.unwrap();
        assert_eq!((page.total, page.users), (1, Vec::new()), "offset {offset}");
    }
}

pub async fn a_limit_of_nothing_gives_the_total_alone(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    world.add("ada").await;
    world.add("grace").await;
    let page = world.handle.user_page(0, 0).await.unwrap();
    assert_eq!((page.total, page.users), (2, Vec::new()));
    assert_eq!(world.handle.users(&UserQuery::default()).await.unwrap(), []);
}

pub async fn pages_miss_and_repeat_nobody_while_people_are_added(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let mut before = Vec::new();
    for number in 0..30 {
        before.push(world.add(&format!("before-{number}")).await.id);
    }
    let (done, mut stop) = tokio::sync::oneshot::channel::<()>();
    let adding = async {
        let mut added = 0;
        while stop.try_recv().is_err() {
            world.add(&format!("meanwhile-{}", number())).await;
            added += 1;
        }
        added
    };
    let walking = async {
        for _ in 0..5 {
            let mut seen = Vec::new();
            for offset in [0, 7, 14, 21, 28] {
                let page = world.handle.user_page(offset, 7).await.unwrap();
                assert!(page.total >= 30);
                seen.extend(page.users.iter().map(|user| user.id));
            }
            let unique: HashSet<UserId> = seen.iter().copied().collect();
            assert_eq!(unique.len(), seen.len(), "somebody was seen twice");
            assert_eq!(seen.get(..30).unwrap(), before);
        }
        done.send(()).unwrap();
    };
    let (added, ()) = tokio::join!(adding, walking);
    assert_eq!(world.total().await, 30 + added);
}

pub async fn the_total_counts_the_people_that_were_created_and_no_others(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let elsewhere = World::new(&store).await;
    elsewhere.add("elsewhere").await;
    let ada = world.add("ada").await;
    world.add("grace").await;
    let twice = world
        .handle
        .commit(&change(Write::CreateUser(world.person("Ada"))))
        .await;
    assert!(matches!(twice, Err(CommitError::Taken(_))), "{twice:?}");
    let deactivated = edited(&ada, |user| user.active = false);
    world.handle.commit(&deactivated).await.unwrap();
    assert_eq!((world.total().await, elsewhere.total().await), (2, 1));

    let names: Vec<String> = (0..50).map(|number| format!("user-{number}")).collect();
    join_all(names.iter().map(|name| world.add(name))).await;
    assert_eq!(world.total().await, 52);
    assert_eq!(world.handle.users(&everybody()).await.unwrap().len(), 52);
}

pub async fn the_cursor_walks_over_equal_times_of_creation(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let expected = unordered(&world).await;
    for limit in [1, 2, 3] {
        let (mut seen, mut stretch) = (Vec::new(), UserStretch::First);
        loop {
            let query = UserQuery {
                stretch,
                limit,
                ..UserQuery::default()
            };
            let users = world.handle.users(&query).await.unwrap();
            let Some(last) = users.last() else { break };
            assert!(users.len() <= 3);
            stretch = UserStretch::After((last.created_at, last.id));
            seen.extend(users.iter().map(|user| user.id));
        }
        assert_eq!(seen, expected, "with {limit} a page");
    }
}

pub async fn the_cursor_walks_back_the_way_it_came(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let expected = unordered(&world).await;
    World::new(&store).await.add("elsewhere").await;
    let far = (at(1_000), UserId::new(id()));
    for limit in [1, 2, 3, 7, 8] {
        let (mut seen, mut position) = (Vec::new(), far);
        loop {
            let query = UserQuery {
                stretch: UserStretch::Before(position),
                limit,
                ..UserQuery::default()
            };
            let users = world.handle.users(&query).await.unwrap();
            let Some(first) = users.first() else { break };
            assert!(users.len() <= usize::try_from(limit).unwrap());
            position = (first.created_at, first.id);
            // A page is in the order of lists, whichever way it was come by.
            seen.splice(..0, users.iter().map(|user| user.id));
        }
        assert_eq!(seen, expected, "with {limit} a page");
    }
    let nobody = UserQuery {
        stretch: UserStretch::Before(far),
        ..UserQuery::default()
    };
    assert_eq!(world.handle.users(&nobody).await.unwrap(), []);
}
