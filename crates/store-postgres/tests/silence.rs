//! A database that falls silent without closing a connection, and one that is merely slow.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use roster_application::ports::store::{CommitError, Store, StoreError};
use roster_store_kit::contract::world::{World, edited};
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
    let locked = tokio::task::spawn_blocking(move || {
        let lock = "LOCK TABLE users IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(5)";
        shared_cluster().sql(&direct, lock).unwrap()
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    let begun = Instant::now();
    assert_eq!(world.handle.user(ada.id).await.unwrap().unwrap().id, ada.id);
    assert!(begun.elapsed() > Duration::from_secs(3), "it did wait");
    locked.await.unwrap();
}
