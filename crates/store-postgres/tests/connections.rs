//! What happens when the server is busy, gone, or back again.
#![allow(clippy::unwrap_used)]

mod common;

use std::time::{Duration, Instant};

use common::migrated;
use futures_util::future::join_all;
use roster_application::ports::store::{CommitError, StoreError};
use roster_domain::change::Precondition;
use roster_domain::refusal::Loss;
use roster_store_kit::contract::world::{World, edited, requiring};
use roster_store_postgres::{Address, OpenError, PoolOptions, PostgresStore};
use roster_tests::postgres::{Cluster, ClusterOptions, shared_cluster};

fn is_unavailable<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Unavailable(_)))
}

/// Waits until somebody else has locked the table of users.
async fn until_locked(url: &str) {
    let url = url.to_owned();
    tokio::task::spawn_blocking(move || shared_cluster().until_locked(&url, "users").unwrap())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_of_the_server_every_connection_works_again() {
    let mut cluster = Cluster::start(ClusterOptions::default()).unwrap();
    let options = PoolOptions {
        max_size: 8,
        ..PoolOptions::default()
    };
    let (_, store) = migrated(&cluster, options).await;
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let read_often = || join_all((0..64).map(|_| world.handle.user(ada.id)));

    assert!(read_often().await.iter().all(Result::is_ok));
    cluster.restart().unwrap();
    // Not one error, although all connections of the pool were cut.
    for result in read_often().await {
        assert_eq!(result.unwrap().as_ref(), Some(&ada));
    }

    world
        .handle
        .commit(&edited(&ada, |user| user.active = false))
        .await
        .unwrap();
    cluster.kill9().unwrap();
    // The processes of the old server live on for a moment; then nobody answers.
    let begun = Instant::now();
    loop {
        let results = read_often().await;
        let fine = results
            .iter()
            .all(|result| result.is_ok() || is_unavailable(result));
        assert!(
            fine && begun.elapsed() < Duration::from_secs(5),
            "{results:?}"
        );
        if results.iter().all(is_unavailable) {
            break;
        }
    }
    cluster.restart().unwrap();
    for result in read_often().await {
        assert!(
            !result.unwrap().unwrap().active,
            "an acknowledged change is lost"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_what_runs_when_connections_are_cut_a_read_is_asked_again_and_a_write_is_not() {
    let (url, store) = migrated(shared_cluster(), PoolOptions::default()).await;
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let written = world.log().await.len();

    let locked = url.clone();
    let cut = tokio::task::spawn_blocking(move || {
        // Ends every other connection of the database when both wait for this lock.
        let cut = "BEGIN; LOCK TABLE users; \
            DO $$ BEGIN \
                WHILE (SELECT count(*) FROM pg_locks \
                    WHERE relation = 'users'::regclass AND NOT granted) < 2 \
                LOOP PERFORM pg_sleep(0.02); END LOOP; \
            END $$; \
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
            WHERE datname = current_database() AND pid <> pg_backend_pid(); COMMIT";
        shared_cluster().sql(&url, cut).unwrap();
    });
    until_locked(&locked).await;
    let deactivation = edited(&ada, |user| user.active = false);
    let (read, commit) = tokio::join!(
        world.handle.user(ada.id),
        world.handle.commit(&deactivation)
    );
    cut.await.unwrap();
    assert_eq!(read.unwrap().as_ref(), Some(&ada));
    assert!(
        matches!(commit, Err(CommitError::Store(StoreError::Unavailable(_)))),
        "{commit:?}"
    );
    assert_eq!(world.user(&ada).await, ada);
    assert_eq!(world.log().await.len(), written);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_too_long_hears_that_the_database_is_unavailable() {
    let (wait_timeout, statement_timeout) = (Duration::from_secs(1), Duration::from_secs(3));
    let options = PoolOptions {
        max_size: 1,
        wait_timeout,
        statement_timeout,
        ..PoolOptions::default()
    };
    let (url, store) = migrated(shared_cluster(), options).await;
    let world = World::new(&store).await;
    let ada = world.add("ada").await;

    let lock = url.clone();
    let locked = tokio::task::spawn_blocking(move || {
        shared_cluster()
            .sql(&lock, "BEGIN; LOCK TABLE users; SELECT pg_sleep(5); COMMIT")
            .unwrap();
    });
    until_locked(&url).await;
    let second = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        world.handle.user(ada.id).await
    };
    let (canceled, crowded_out) = tokio::join!(world.handle.user(ada.id), second);
    let said = [canceled, crowded_out].map(|result| match result {
        Err(StoreError::Unavailable(error)) => error.to_string(),
        other => format!("not unavailable: {other:?}"),
    });
    assert!(said[0].contains("statement timeout"), "{said:?}");
    assert!(said[1].contains("none of 1 connections"), "{said:?}");
    locked.await.unwrap();
    assert_eq!(world.handle.user(ada.id).await.unwrap(), Some(ada));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_its_request_abandons_leaves_no_lock_and_no_change() {
    let (url, store) = migrated(shared_cluster(), PoolOptions::default()).await;
    let world = World::new(&store).await;
    let (ada, bea) = (world.add_admin("ada").await, world.add_admin("bea").await);
    let deactivation = requiring(
        Precondition::AnotherActiveAdmin {
            besides: ada.id,
            loss: Loss::Access,
        },
        edited(&ada, |user| user.active = false),
    );
    let locked = tokio::task::spawn_blocking({
        let url = url.clone();
        move || {
            // Reads go on; the update of the commit waits, in the middle of its transaction.
            let lock = "BEGIN; SELECT id FROM users FOR UPDATE; SELECT pg_sleep(3); COMMIT";
            shared_cluster().sql(&url, lock).unwrap();
        }
    });
    let asleep = url.clone();
    tokio::task::spawn_blocking(move || shared_cluster().until_asleep(&asleep).unwrap())
        .await
        .unwrap();
    let limit = Duration::from_millis(200);
    assert!(
        tokio::time::timeout(limit, world.handle.commit(&deactivation))
            .await
            .is_err()
    );
    locked.await.unwrap();

    let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
        AND state <> 'idle' AND pid <> pg_backend_pid()";
    let begun = Instant::now();
    while shared_cluster().sql(&url, open).unwrap() != "0" {
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "a transaction stays open"
        );
    }
    assert_eq!(world.user(&ada).await, ada);
    world.handle.commit(&deactivation).await.unwrap();
    let last = Precondition::AnotherActiveAdmin {
        besides: bea.id,
        loss: Loss::Access,
    };
    let second = requiring(last, edited(&bea, |user| user.active = false));
    let refused = world.handle.commit(&second).await;
    assert!(matches!(refused, Err(CommitError::Broken(_))));
}

#[tokio::test]
async fn no_error_of_opening_a_database_shows_its_password() {
    let options = PoolOptions {
        connect_timeout: Duration::from_secs(1),
        ..PoolOptions::default()
    };
    for url in [
        "postgres://roster:hunter2@127.0.0.1:1/roster",
        "postgres://roster:hunter2@127.0.0.1:1/roster?sslmode=require",
        "postgres://roster:hunter2@127.0.0.1:1/roster?sslmode=verify-full",
        "postgres://roster:hunter2?hunter2=hunter2@host/roster",
        "postgres://roster:hunter2/hunter2@host:hunter2/roster",
        "postgres://hunter2",
        "mysql://roster:hunter2@host/roster",
        "hunter2",
    ] {
        let Err(error) = PostgresStore::connect(url, options).await else {
            continue;
        };
        let said = format!("{error} {error:?}");
        assert!(!said.contains("hunter2"), "{said}");
    }
    let open = |url: &'static str| PostgresStore::connect(url, options);
    for malformed in [
        "hunter2",
        "postgres://a:b@127.0.0.1/c?sslmodes=verify-full",
        "postgres://a:b@127.0.0.1/c?sslnegotiation=nonsense",
    ] {
        let refused = open(malformed).await;
        assert!(
            matches!(refused, Err(OpenError::MalformedUrl)),
            "{malformed}"
        );
    }
    let nobody = "postgres://a:b@127.0.0.1:1/c";
    let unreachable = open(nobody).await.err().unwrap();
    assert!(
        matches!(unreachable, OpenError::Unreachable(_)) && unreachable.is_passing(),
        "{unreachable:?}"
    );
    let elsewhere = shared_cluster().url("no_such_database");
    let elsewhere = PostgresStore::connect(&elsewhere, options).await;
    let elsewhere = elsewhere.err().unwrap();
    assert!(
        matches!(elsewhere, OpenError::Unreachable(_)) && !elsewhere.is_passing(),
        "{elsewhere:?}"
    );
    let past = Address::new(nobody).listening_at("postgres://a:hunter2@127.0.0.1:1:1/c");
    let refused = PostgresStore::connect(past, options).await.err().unwrap();
    assert!(matches!(refused, OpenError::Listen(_)), "{refused:?}");
    let said = format!("{refused} {refused:?}");
    assert!(
        said.contains("ROSTER_DATABASE_LISTEN_URL") && !said.contains("hunter2"),
        "{said}"
    );
    let none = PoolOptions {
        max_size: 0,
        ..options
    };
    assert!(matches!(
        PostgresStore::connect(nobody, none).await,
        Err(OpenError::NoConnections)
    ));
}
