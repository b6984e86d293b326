//! A database that falls silent without closing a connection, and one that is merely slow.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use roster_application::ports::store::{CommitError, Store, StoreError};
use roster_domain::change::Write;
use roster_store_kit::contract::world::{World, change, edited};
use roster_store_postgres::{PoolOptions, PostgresStore};
use roster_tests::postgres::shared_cluster;
use roster_tests::proxy::{Network, Proxy};

/// A migrated store that reaches its database through a proxy.
async fn behind_a_proxy() -> (Proxy, String, Arc<dyn Store>) {
    let cluster = shared_cluster();
    let direct = cluster.create_database().unwrap();
    let proxy = Proxy::before(cluster.port());
    let options = PoolOptions {
        wait_timeout: Duration::from_secs(2),
        ..PoolOptions::default()
    };
    let store = PostgresStore::connect(&proxy.url(&direct), options).await;
    let store = store.unwrap();
    store.migrate().await.unwrap();
    (proxy, direct, Arc::new(store))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_it_is_heard_again_what_waits_on_dead_connections_is_given_up() {
    let (proxy, _, store) = behind_a_proxy().await;
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    store.ready().await.unwrap();

    proxy.set(Network::Swallows);
    let begun = Instant::now();
    let unready = store.ready().await;
    assert!(
        matches!(unready, Err(StoreError::Unavailable(_))),
        "{unready:?}"
    );
    let change = edited(&ada, |user| user.active = false);
    let written = world.handle.commit(&change).await;
    let unavailable = matches!(written, Err(CommitError::Store(StoreError::Unavailable(_))));
    assert!(
        unavailable,
        "nobody can say whether it was done: {written:?}"
    );
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(8), "given up after {took:?}");

    // A read that is under way when the network is back finds an answer on another connection.
    let (reading, handle) = (Instant::now(), store.tenant(world.tenant.id));
    let reading = tokio::spawn(async move { (handle.user(ada.id).await, reading.elapsed()) });
    tokio::time::sleep(Duration::from_millis(200)).await;
    proxy.set(Network::Passes);
    let returned = Instant::now();
    while store.ready().await.is_err() {}
    let ready = returned.elapsed();
    assert!(
        ready < Duration::from_secs(2),
        "ready {ready:?} after the return"
    );
    let (read, took) = reading.await.unwrap();
    assert_eq!(read.unwrap().unwrap().id, ada.id);
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_statement_of_a_database_that_lives_is_left_alone() {
    let (_proxy, direct, store) = behind_a_proxy().await;
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let locker = direct.clone();
    let locked = tokio::task::spawn_blocking(move || {
        let lock = "LOCK TABLE users IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(5)";
        shared_cluster().sql(&locker, lock).unwrap()
    });
    shared_cluster().until_locked(&direct, "users").unwrap();
    let begun = Instant::now();
    assert_eq!(world.handle.user(ada.id).await.unwrap().unwrap().id, ada.id);
    assert!(begun.elapsed() > Duration::from_secs(3), "it did wait");
    locked.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_whose_connections_all_wait_is_no_reason_to_be_unready() {
    let (_proxy, direct, store) = behind_a_proxy().await;
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let locked = direct.clone();
    let locked = tokio::task::spawn_blocking(move || {
        let lock = "LOCK TABLE users IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(6)";
        shared_cluster().sql(&locked, lock).unwrap()
    });
    shared_cluster().until_locked(&direct, "users").unwrap();
    // As many as the pool has connections, and more.
    let crowd = PoolOptions::default().max_size * 2;
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..crowd {
        let handle = store.tenant(world.tenant.id);
        waiting.spawn(async move { handle.user(ada.id).await });
    }
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let begun = Instant::now();
    store.ready().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(3));
    assert!(!locked.is_finished(), "they did wait meanwhile");
    drop(waiting);
    locked.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_wait_on_a_silent_database_none_waits_longer_than_the_others() {
    let (proxy, _, store) = behind_a_proxy().await;
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let crowd = |count: usize| {
        let mut asking = tokio::task::JoinSet::new();
        for _ in 0..count {
            let handle = store.tenant(world.tenant.id);
            asking.spawn(async move {
                let begun = Instant::now();
                (handle.user(ada.id).await, begun.elapsed())
            });
        }
        asking
    };
    let size = PoolOptions::default().max_size;
    for (answer, _) in crowd(size * 2).join_all().await {
        assert!(answer.unwrap().is_some());
    }

    proxy.set(Network::Swallows);
    for (answer, took) in crowd(size).join_all().await {
        assert!(
            matches!(answer, Err(StoreError::Unavailable(_))),
            "{answer:?}"
        );
        // A read asks three times at most, each of which is given up after two seconds and a little.
        assert!(took < Duration::from_secs(15), "given up after {took:?}");
    }

    // What idled through the silence is never handed out: the first write of each is done.
    proxy.set(Network::Passes);
    while store.ready().await.is_err() {}
    let mut writing = tokio::task::JoinSet::new();
    for number in 0..size {
        let (handle, person) = (
            store.tenant(world.tenant.id),
            world.person(&format!("eve{number}")),
        );
        let change = change(Write::CreateUser(person));
        writing.spawn(async move { handle.commit(&change).await });
    }
    for written in writing.join_all().await {
        written.unwrap();
    }
}
