//! The contract of the stores, on PostgreSQL behind a PgBouncer that gives each transaction another
//! of two connections; and that nothing is left behind on these.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use roster_application::ports::store::{RemoteChange, Store, StoreError};
use roster_domain::change::{Change, Event, Write};
use roster_store_kit::contract::Fresh;
use roster_store_kit::contract::world::{World, change, edited};
use roster_store_postgres::{Address, PoolOptions, PostgresStore};
use roster_tests::postgres::{Cluster, ClusterOptions, Pooler, shared_cluster};

/// How many connections to PostgreSQL there are for each database.
const FEW: u32 = 2;

fn pooler() -> &'static Pooler {
    // A static is never dropped: the watchdog ends this one when the process ends.
    static SHARED: OnceLock<Pooler> = OnceLock::new();
    SHARED.get_or_init(|| Pooler::before(shared_cluster(), FEW).unwrap())
}

/// A migrated database: its URL past the pooler, and the store that goes through it.
async fn pooled() -> (String, PostgresStore) {
    let url = shared_cluster().create_database().unwrap();
    let store = PostgresStore::connect(&pooler().url(&url), PoolOptions::default())
        .await
        .unwrap();
    store.migrate().await.unwrap();
    (url, store)
}

async fn fresh() -> Fresh {
    Fresh {
        store: Arc::new(pooled().await.1),
        keep: Box::new(()),
    }
}

roster_store_kit::contract_tests!(fresh);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_behind_on_a_connection_that_others_get_next() {
    let (url, store) = pooled().await;
    store.revert_all_migrations().await.unwrap();
    store.migrate().await.unwrap();
    let world = World::new(&(Arc::new(store) as Arc<dyn Store>)).await;
    let ada = world.add("ada").await;
    let reads = join_all((0..32).map(|_| world.handle.user(ada.id)));
    let writes = join_all((0..32).map(|_| async {
        let edit = edited(&ada, |user| user.active = false);
        world.handle.commit(&edit).await
    }));
    let (read, written) = tokio::join!(reads, writes);
    assert!(read.iter().all(Result::is_ok), "{read:?}");
    assert_eq!(written.iter().filter(|done| done.is_ok()).count(), 1);

    let pooled = pooler().url(&url);
    let left = "SELECT (SELECT count(*) FROM pg_prepared_statements), \
        current_setting('statement_timeout'), \
        current_setting('idle_in_transaction_session_timeout'), \
        current_setting('plan_cache_mode'), \
        (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = \
            (SELECT oid FROM pg_database WHERE datname = current_database())), \
        (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
            AND state LIKE 'idle in transaction%')";
    let looks = (0..8).map(|_| {
        let (pooled, left) = (pooled.clone(), left.to_owned());
        tokio::task::spawn_blocking(move || shared_cluster().sql(&pooled, &left).unwrap())
    });
    for look in join_all(looks).await {
        assert_eq!(look.unwrap(), "0|0|0|auto|0|0");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_processes_that_migrate_through_two_connections_migrate_once() {
    let url = pooler().url(&shared_cluster().create_database().unwrap());
    let processes = (0..10).map(|_| async {
        let store = PostgresStore::connect(&url, PoolOptions::default())
            .await
            .unwrap();
        store.migrate().await?;
        store.ready().await
    });
    for process in join_all(processes).await {
        process.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_for_another_to_migrate_takes_no_connection_from_it() {
    let (url, store) = pooled().await;
    let others = join_all((0..4).map(|_| async {
        let url = pooler().url(&url);
        let other = PostgresStore::connect(&url, PoolOptions::default());
        other.await.unwrap()
    }));
    let others = others.await;
    let direct = url.clone();
    let migrates = tokio::task::spawn_blocking(move || {
        let lock =
            "BEGIN; SELECT pg_advisory_xact_lock(x'726f73746572'::bigint); SELECT pg_sleep(4)";
        shared_cluster().sql(&direct, lock).unwrap()
    });
    tokio::task::spawn_blocking(move || shared_cluster().until_asleep(&url).unwrap())
        .await
        .unwrap();
    let waiting = others
        .into_iter()
        .map(|store| tokio::spawn(async move { store.migrate().await }));
    let waiting: Vec<_> = waiting.collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    store.ready().await.unwrap();
    assert!(!migrates.is_finished(), "it was asked too late");
    assert!(waiting.iter().all(|waiting| !waiting.is_finished()));
    for waiting in waiting {
        waiting.await.unwrap().unwrap();
    }
    migrates.await.unwrap();
}

#[tokio::test]
async fn whom_a_pooler_does_not_let_in_need_not_wait() {
    let options = PoolOptions::default;
    let nowhere = pooler().url(&shared_cluster().url("no_such_database"));
    let strict = Pooler::configured(shared_cluster(), FEW, "auth_type = md5").unwrap();
    let nobody = strict.url(&shared_cluster().create_database().unwrap());
    let nobody = nobody.replace("postgres@", "postgres:wrong@");
    for url in [nowhere, nobody] {
        let refused = PostgresStore::connect(&url, options()).await;
        let refused = refused.err().unwrap();
        assert!(!refused.is_passing(), "{refused:?}");
    }
    let mut away = Cluster::start(ClusterOptions::default()).unwrap();
    let before = Pooler::before(&away, FEW).unwrap();
    let url = before.url(&away.create_database().unwrap());
    away.stop();
    let refused = PostgresStore::connect(&url, options()).await;
    let refused = refused.err().unwrap();
    assert!(refused.is_passing(), "{refused:?}");
}

#[tokio::test]
async fn whoever_can_listen_past_the_pooler_hears_what_others_change() {
    let (url, store) = pooled().await;
    assert_eq!(store.changes().next().await, None);
    let told = || Change {
        events: vec![Event::SettingsChanged],
        ..change(Write::Nothing)
    };
    let world = World::new(&(Arc::new(store) as Arc<dyn Store>)).await;

    let address = Address::new(pooler().url(&url)).listening_at(&url);
    let other = PostgresStore::connect(address, PoolOptions::default())
        .await
        .unwrap();
    let mut changes = other.changes();
    assert_eq!(changes.next().await, Some(RemoteChange::Missed));
    world.handle.commit(&told()).await.unwrap();
    let expected = RemoteChange::Committed {
        tenant: world.tenant.id,
        events: told().events,
    };
    assert_eq!(changes.next().await, Some(expected));
}

fn is_unavailable<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Unavailable(_)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_database_goes_behind_the_pooler_it_is_unavailable_and_comes_back() {
    let mut cluster = Cluster::start(ClusterOptions::default()).unwrap();
    let pooler = Pooler::before(&cluster, FEW).unwrap();
    let url = pooler.url(&cluster.create_database().unwrap());
    let wait_timeout = Duration::from_secs(2);
    let options = PoolOptions {
        wait_timeout,
        ..PoolOptions::default()
    };
    let store = PostgresStore::connect(&url, options).await.unwrap();
    store.migrate().await.unwrap();
    let world = World::new(&(Arc::new(store) as Arc<dyn Store>)).await;
    let ada = world.add("ada").await;
    let read_often = || join_all((0..16).map(|_| world.handle.user(ada.id)));
    assert!(read_often().await.iter().all(Result::is_ok));

    cluster.kill9().unwrap();
    let begun = Instant::now();
    loop {
        let results = read_often().await;
        let fine = results
            .iter()
            .all(|result| result.is_ok() || is_unavailable(result));
        assert!(fine, "{results:?}");
        if results.iter().all(is_unavailable) {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{results:?}");
    }
    cluster.restart().unwrap();
    // The pooler tries again when it thinks fit.
    let begun = Instant::now();
    while !read_often().await.iter().all(Result::is_ok) {
        assert!(begun.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let change = edited(&ada, |user| user.active = false);
    world.handle.commit(&change).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_every_connection_is_cut_behind_the_pooler_reads_are_asked_again() {
    let (url, store) = pooled().await;
    let world = World::new(&(Arc::new(store) as Arc<dyn Store>)).await;
    let ada = world.add("ada").await;
    for _ in 0..5 {
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
            WHERE datname = current_database() AND pid <> pg_backend_pid()";
        shared_cluster().sql(&url, cut).unwrap();
        let read = join_all((0..16).map(|_| world.handle.user(ada.id)));
        for result in read.await {
            assert_eq!(result.unwrap().as_ref(), Some(&ada));
        }
    }
}

/// Whether a store that goes through `pooler` has connections to itself; it works in any case.
async fn keeps_connections(pooler: &Pooler) -> bool {
    let url = shared_cluster().create_database().unwrap();
    let options = PoolOptions {
        max_size: 2,
        ..PoolOptions::default()
    };
    let store = PostgresStore::connect(&pooler.url(&url), options).await;
    let store = store.unwrap();
    store.migrate().await.unwrap();
    store.ready().await.unwrap();
    // Whoever has one to itself listens by it, and is told first that what came before is missed.
    store.changes().next().await.is_some()
}

#[tokio::test]
async fn each_way_of_pooling_is_told_from_the_others() {
    const SESSION: &str = "pool_mode = session";
    const FORGETFUL: &str = "ignore_startup_parameters = options";
    const BY_TURNS: &str = "server_round_robin = 1";
    // In session mode each client keeps one: two of the pool, one that listens, those that ask.
    let session = [8].as_slice();
    let transaction = [1, 2, 3, 8].as_slice();
    for (lines, keeps, sizes) in [
        (SESSION.to_owned(), true, session),
        (format!("{SESSION}\n{FORGETFUL}"), true, session),
        (String::new(), false, transaction),
        (BY_TURNS.to_owned(), false, transaction),
        (FORGETFUL.to_owned(), false, transaction),
        (format!("{FORGETFUL}\n{BY_TURNS}"), false, transaction),
    ] {
        for &size in sizes {
            let pooler = Pooler::configured(shared_cluster(), size, &lines).unwrap();
            assert_eq!(keeps_connections(&pooler).await, keeps, "{size}, {lines}");
        }
    }
}
