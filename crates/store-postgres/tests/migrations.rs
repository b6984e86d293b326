//! The migrations, and what the store says about a schema that is not the one it knows.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{empty, sign_in};
use roster_application::ports::store::{Store, StoreError};
use roster_domain::session::SessionEpoch;
use roster_domain::user::User;
use roster_domain::user::identity::IdpIdentity;
use roster_store_kit::contract::world::World;
use roster_store_postgres::{PoolOptions, PostgresStore, Standing};
use roster_tests::postgres::{Cluster, ClusterOptions, shared_cluster};

const LEFT_OVER: &str = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace \
    AND relname NOT LIKE '\\_\\_diesel%' \
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace \
    AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    AND proname NOT LIKE 'diesel%' ORDER BY 1";

fn failure<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
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

/// The migrations after the first one, undone by hand as diesel would.
const UNDO_ALL_BUT_THE_FIRST: &str = concat!(
    include_str!("../../../migrations/postgres/2026-11-25-000004_schema_compatibility/down.sql"),
    include_str!("../../../migrations/postgres/2026-11-25-000003_scim_contact/down.sql"),
    include_str!("../../../migrations/postgres/2026-11-24-000002_sign_in/down.sql"),
    "DELETE FROM __diesel_schema_migrations WHERE version > '20261124000001';"
);

const TABLES: &str = "SELECT table_name, column_name, is_nullable, data_type, column_default \
    FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2";

#[tokio::test]
async fn people_of_the_first_version_survive_the_second_and_its_undoing() {
    let (url, store) = empty(shared_cluster(), PoolOptions::default()).await;
    store.migrate().await.unwrap();
    let sql = |statements| shared_cluster().sql(&url, statements).unwrap();
    let tables = sql(TABLES);
    let world = World::new(&(Arc::new(store.clone()) as Arc<dyn Store>)).await;
    let ada = world.add("ada").await;
    let bound = User {
        identity: Some(IdpIdentity::new("http://www.okta.com/exk1", "eve")),
        session_epoch: SessionEpoch::FIRST.next(),
        ..world.person("eve")
    };
    let eve = world.add_user(bound).await;
    let (session, start) = sign_in(&eve);
    world.handle.commit(&start).await.unwrap();

    sql(UNDO_ALL_BUT_THE_FIRST);
    let said = failure(store.ready().await);
    assert!(said.contains("20261124000002"), "{said}");
    // One whom a program of the first version adds meanwhile.
    sql(
        "INSERT INTO users (id, tenant_id, user_name, user_name_key, email, email_key, given_name, \
         family_name, active, role_id, version, created_at, updated_at, search_key) \
         SELECT gen_random_uuid(), tenant_id, 'bob', 'bob', 'bob@example.com', 'bob@example.com', '', '', \
         active, role_id, 1, created_at, updated_at, 'bob' FROM users WHERE user_name = 'ada'",
    );

    store.migrate().await.unwrap();
    store.ready().await.unwrap();
    assert_eq!(sql(TABLES), tables);
    // The connections of before have planned for the columns of before.
    let store = PostgresStore::connect(&url, PoolOptions::default())
        .await
        .unwrap();
    let tenant = store.tenant(world.tenant.id);
    assert_eq!(tenant.user(ada.id).await.unwrap(), Some(ada));
    let bob = tenant.user_by_user_name("bob").await.unwrap().unwrap();
    assert_eq!(
        (bob.identity, bob.session_epoch),
        (None, SessionEpoch::FIRST)
    );
    // What only the second version knows is gone, the person is not.
    let unbound = User {
        identity: None,
        session_epoch: SessionEpoch::FIRST,
        ..eve
    };
    assert_eq!(tenant.user(unbound.id).await.unwrap(), Some(unbound));
    assert_eq!(tenant.session(&session.secret).await.unwrap(), None);
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

/// What a newer version does that adds something, and what one does that takes something away.
const EXPANDED: &str = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000001')";
const CONTRACTED: &str = "UPDATE schema_compatibility SET oldest_migration = '29990101000001'";

#[tokio::test]
async fn a_newer_schema_serves_until_it_takes_away_what_this_program_uses() {
    let (url, store) = empty(shared_cluster(), PoolOptions::default()).await;
    assert_eq!(store.migrate().await.unwrap(), Standing::Current);
    shared_cluster().sql(&url, EXPANDED).unwrap();
    let ahead = Standing::Ahead(vec!["29990101000001".to_owned()]);
    assert_eq!(store.migrate().await.unwrap(), ahead);
    assert_eq!(store.schema().await.unwrap(), ahead);
    store.ready().await.unwrap();

    shared_cluster().sql(&url, CONTRACTED).unwrap();
    for said in [failure(store.ready().await), failure(store.migrate().await)] {
        assert!(
            said.contains("newer") && said.contains("29990101000001"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_newer_schema_that_says_nothing_of_compatibility_does_not_serve() {
    let (url, store) = empty(shared_cluster(), PoolOptions::default()).await;
    store.migrate().await.unwrap();
    let sql = |statements| shared_cluster().sql(&url, statements).unwrap();
    sql(EXPANDED);
    sql("DROP TABLE schema_compatibility");
    let said = failure(store.ready().await);
    assert!(said.contains("29990101000001"), "{said}");
}

#[tokio::test]
async fn a_standby_can_not_be_migrated_now_but_perhaps_soon() {
    let primary = Cluster::start(ClusterOptions::default()).unwrap();
    let (url, store) = empty(&primary, PoolOptions::default()).await;
    store.migrate().await.unwrap();
    let standby = primary.standby().unwrap();
    let (one, two) = (primary.port(), standby.port());
    let url = url.replace(&format!(":{one}/"), &format!(":{two}/"));
    let store = PostgresStore::connect(&url, PoolOptions::default()).await;
    let migrated = store.unwrap().migrate().await;
    assert!(
        matches!(migrated, Err(StoreError::Unavailable(_))),
        "{migrated:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_does_not_queue_for_a_lock_with_everybody_behind_it() {
    let (url, store) = empty(shared_cluster(), PoolOptions::default()).await;
    store.migrate().await.unwrap();
    let undo = include_str!(
        "../../../migrations/postgres/2026-11-25-000004_schema_compatibility/down.sql"
    );
    let forget = "DELETE FROM __diesel_schema_migrations WHERE version > '20261125000003'";
    shared_cluster()
        .sql(&url, &format!("{undo}{forget}"))
        .unwrap();

    // Somebody reads in a transaction that stays open for longer than the migration waits …
    let reading = url.clone();
    let reader = std::thread::spawn(move || {
        let long = "LOCK TABLE __diesel_schema_migrations IN SHARE MODE; SELECT pg_sleep(6)";
        shared_cluster().sql(&reading, long).unwrap();
    });
    let locked = "SELECT count(*) FROM pg_locks \
        WHERE relation = '__diesel_schema_migrations'::regclass AND mode = 'ShareLock' AND granted";
    while shared_cluster().sql(&url, locked).unwrap() != "1" {
        std::thread::sleep(Duration::from_millis(20));
    }
    let begun = Instant::now();
    let migrating = tokio::spawn(async move { store.migrate().await });
    // … so it steps back at least once, and comes through in the end.
    let mut waits = 0;
    let waiting = "SELECT count(*) FROM pg_locks \
        WHERE relation = '__diesel_schema_migrations'::regclass AND NOT granted";
    let mut before = "0".to_owned();
    while !migrating.is_finished() {
        let now = shared_cluster().sql(&url, waiting).unwrap();
        if before == "0" && now != "0" {
            waits += 1;
        }
        before = now;
    }
    assert_eq!(migrating.await.unwrap().unwrap(), Standing::Current);
    assert!(
        begun.elapsed() >= Duration::from_secs(5) && waits >= 2,
        "{waits}"
    );
    reader.join().unwrap();
}
