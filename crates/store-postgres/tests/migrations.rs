//! The migrations, and what the store says about a schema that is not the one it knows.
#![allow(clippy::unwrap_used)]

mod common;

use common::empty;
use roster_application::ports::store::{Store, StoreError};
use roster_store_postgres::{PoolOptions, PostgresStore};
use roster_tests::postgres::shared_cluster;

const LEFT_OVER: &str = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace \
    AND relname NOT LIKE '\\_\\_diesel%' \
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace \
    AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    AND proname NOT LIKE 'diesel%' ORDER BY 1";

fn failure(result: Result<(), StoreError>) -> String {
    match result {
        Err(StoreError::Failed(error)) => error.to_string(),
        other => format!("not Failed: {other:?}"),
    }
}

#[tokio::test]
async fn each_migration_can_be_undone_and_run_again() {
    let (url, store) = empty(shared_cluster(), PoolOptions::default()).await;
    store.migrate().await.unwrap();
    store.ready().await.unwrap();
    let tables = shared_cluster().sql(&url, LEFT_OVER).unwrap();
    assert!(
        tables.contains("audit_log_is_append_only") && tables.contains("users"),
        "{tables}"
    );

    store.revert_all_migrations().await.unwrap();
    assert_eq!(shared_cluster().sql(&url, LEFT_OVER).unwrap(), "");

    store.migrate().await.unwrap();
    store.ready().await.unwrap();
    assert_eq!(shared_cluster().sql(&url, LEFT_OVER).unwrap(), tables);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_processes_that_migrate_at_once_migrate_once() {
    let url = shared_cluster().create_database().unwrap();
    let processes: Vec<_> = (0..10)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move {
                let store = PostgresStore::connect(&url, PoolOptions::default())
                    .await
                    .unwrap();
                store.migrate().await?;
                store.ready().await
            })
        })
        .collect();
    for process in processes {
        process.await.unwrap().unwrap();
    }
    // Of this database alone: the tests beside this one migrate theirs in the same cluster.
    let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' \
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(shared_cluster().sql(&url, locks).unwrap(), "0");
}

#[tokio::test]
async fn a_database_without_the_schema_is_not_ready_and_says_what_to_run() {
    let (_, store) = empty(shared_cluster(), PoolOptions::default()).await;
    let said = failure(store.ready().await);
    assert!(said.contains("roster migrate"), "{said}");
}

#[tokio::test]
async fn a_schema_of_a_newer_version_is_refused_and_left_alone() {
    let (url, store) = empty(shared_cluster(), PoolOptions::default()).await;
    store.migrate().await.unwrap();
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000001')";
    shared_cluster().sql(&url, newer).unwrap();
    for result in [store.ready().await, store.migrate().await] {
        let said = failure(result);
        assert!(
            said.contains("newer") && said.contains("29990101000001"),
            "{said}"
        );
    }
}
