//! The migrations: up, down and up again, and whether the program and the database agree.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use std::path::Path;
use std::sync::Arc;

use common::{directory, foreign, open};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use roster_application::ports::store::{Store, StoreError};
use roster_domain::session::SessionEpoch;
use roster_domain::user::User;
use roster_domain::user::identity::IdpIdentity;
use roster_store_kit::contract::world::{World, at};
use roster_store_sqlite::{SqliteStore, Standing};

const FIRST: &str = include_str!("../../../migrations/sqlite/2026-11-24-000001_initial/up.sql");

/// The migrations after the first one, undone by hand as diesel would.
const UNDO_ALL_BUT_THE_FIRST: &str = concat!(
    "PRAGMA foreign_keys = ON; BEGIN;",
    include_str!("../../../migrations/sqlite/2026-11-25-000004_schema_compatibility/down.sql"),
    include_str!("../../../migrations/sqlite/2026-11-25-000003_scim_contact/down.sql"),
    include_str!("../../../migrations/sqlite/2026-11-24-000002_sign_in/down.sql"),
    "DELETE FROM __diesel_schema_migrations WHERE version > '20261124000001'; COMMIT;"
);

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    of: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    required: i64,
}

/// The columns of all tables, but diesel's own: table, column, type, whether it may be null; sorted.
fn columns_of_the_database(path: &Path) -> Vec<String> {
    let query = "SELECT tables.name AS of, columns.name AS name, columns.type AS kind, \
        columns.\"notnull\" AS required \
        FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns \
        WHERE tables.type = 'table' AND tables.name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'";
    let columns = diesel::sql_query(query).load::<Column>(&mut foreign(path));
    let line = |column: Column| {
        let null = if column.required == 1 { "" } else { "?" };
        format!("{}.{} {}{null}", column.of, column.name, column.kind)
    };
    let mut columns: Vec<_> = columns.unwrap().into_iter().map(line).collect();
    columns.sort();
    columns
}

/// The same of the program's `table!`s.
fn columns_of_the_program() -> Vec<String> {
    let mut table = "";
    let mut columns = Vec::new();
    for line in include_str!("../src/schema.rs").lines().map(str::trim) {
        if let Some((column, kind)) = line.trim_end_matches(',').split_once(" -> ") {
            let inner = kind.strip_prefix("Nullable<");
            let inner = inner.and_then(|kind| kind.strip_suffix('>'));
            let null = if inner.is_some() { "?" } else { "" };
            let kind = match inner.unwrap_or(kind) {
                "Binary" => "BLOB",
                "Text" | "Json" => "TEXT",
                "BigInt" | "Bool" => "INTEGER",
                other => panic!("{other} is no type of these tables"),
            };
            columns.push(format!("{table}.{column} {kind}{null}"));
        } else if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            table = name;
        }
    }
    columns.retain(|column| !column.starts_with("__diesel"));
    columns.sort();
    columns
}

#[tokio::test]
async fn the_program_and_the_migrations_have_the_same_columns() {
    let directory = directory();
    let path = directory.path().join("roster.db");
    open(&path).await;
    assert_eq!(columns_of_the_program(), columns_of_the_database(&path));
}

#[tokio::test]
async fn people_of_the_first_version_survive_the_second_and_its_undoing() {
    let directory = directory();
    let (path, older) = (
        directory.path().join("roster.db"),
        directory.path().join("first.db"),
    );
    foreign(&older).batch_execute(FIRST).unwrap();
    let store = open(&path).await;
    let columns = columns_of_the_database(&path);
    let world = World::new(&(Arc::new(store.clone()) as Arc<dyn Store>)).await;
    let ada = world.add("ada").await;
    let bound = User {
        identity: Some(IdpIdentity::new("http://www.okta.com/exk1", "eve")),
        session_epoch: SessionEpoch::FIRST.next(),
        ..world.person("eve")
    };
    let eve = world.add_user(bound).await;
    let session = world.sign_in(&eve, at(1)).await;
    world.add_link(at(600)).await;
    world
        .handle
        .use_once(&[session.secret], at(1))
        .await
        .unwrap();

    foreign(&path)
        .batch_execute(UNDO_ALL_BUT_THE_FIRST)
        .unwrap();
    assert_eq!(
        columns_of_the_database(&path),
        columns_of_the_database(&older)
    );
    let said = store.ready().await.unwrap_err().to_string();
    assert!(said.contains("20261124000002"), "{said}");
    // One whom a program of the first version adds meanwhile.
    let bob = "INSERT INTO users SELECT randomblob(16), tenant_id, 'bob', 'bob', 'bob@example.com', \
        'bob@example.com', '', '', NULL, active, role_id, NULL, 1, created_at, updated_at, 'bob' \
        FROM users WHERE user_name = 'ada'";
    foreign(&path).batch_execute(bob).unwrap();

    store.migrate().await.unwrap();
    store.ready().await.unwrap();
    assert_eq!(columns_of_the_database(&path), columns);
    assert_eq!(world.user(&ada).await, ada);
    let bob = world.handle.user_by_user_name("bob").await;
    let bob = bob.unwrap().unwrap();
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
    assert_eq!(world.user(&unbound).await, unbound);
    assert_eq!(world.session(&session.secret).await, None);
}

#[tokio::test]
async fn what_belongs_together_is_there_whole_or_not_at_all() {
    let directory = directory();
    let path = directory.path().join("roster.db");
    let store: Arc<dyn Store> = Arc::new(open(&path).await);
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    world.sign_in(&ada, at(1)).await;
    let mut program = foreign(&path);
    for half in [
        "UPDATE sessions SET operator_name = 'root'",
        "UPDATE sessions SET user_id = NULL",
        "UPDATE sessions SET user_epoch = NULL",
        "UPDATE sessions SET name_id = NULL",
        "UPDATE sessions SET operator_name = 'root', user_id = NULL, user_epoch = NULL, \
         idp_entity_id = NULL, name_id = NULL, name_id_format = NULL, session_index = 'x'",
        "UPDATE users SET name_id = 'ada'",
        "UPDATE users SET idp_entity_id = 'idp', name_id = 'ada'",
        "UPDATE users SET identity_key = zeroblob(32)",
        "UPDATE users SET idp_entity_id = 'idp', name_id = 'ada', identity_key = zeroblob(31)",
        "UPDATE users SET session_epoch = 0",
    ] {
        let refusal = program.batch_execute(half).unwrap_err().to_string();
        assert!(
            refusal.contains("CHECK constraint failed"),
            "{half}: {refusal}"
        );
    }
    for whole in [
        "UPDATE sessions SET operator_name = 'root', user_id = NULL, user_epoch = NULL, \
         idp_entity_id = NULL, name_id = NULL, name_id_format = NULL",
        "UPDATE users SET idp_entity_id = 'idp', name_id = 'ada', identity_key = zeroblob(32)",
    ] {
        program.batch_execute(whole).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_may_migrate_at_once() {
    let directory = directory();
    let path = directory.path().join("roster.db");
    let migrations = [(); 8].map(|()| {
        let path = path.clone();
        tokio::spawn(async move {
            let store = SqliteStore::open(&path).await.unwrap();
            store.migrate().await.unwrap();
            store.ready().await.unwrap();
        })
    });
    for migration in migrations {
        migration.await.unwrap();
    }
}

#[tokio::test]
async fn migrations_go_up_and_down_and_up_again() {
    let directory = directory();
    let store = open(&directory.path().join("roster.db")).await;
    store.ready().await.unwrap();
    store.revert_all_migrations().await.unwrap();
    let behind = store.ready().await.unwrap_err();
    assert!(matches!(behind, StoreError::Failed(_)), "{behind:?}");
    store.migrate().await.unwrap();
    store.migrate().await.unwrap();
    let store: Arc<dyn Store> = Arc::new(store);
    World::new(&store).await.add("ada").await;
}

#[tokio::test]
async fn a_database_that_was_not_migrated_says_what_to_do() {
    let directory = directory();
    let store = SqliteStore::open(&directory.path().join("roster.db"))
        .await
        .unwrap();
    let error = store.ready().await.unwrap_err().to_string();
    assert!(
        error.contains("000001") && error.contains("roster migrate"),
        "{error}"
    );
}

#[tokio::test]
async fn a_newer_schema_serves_until_it_takes_away_what_this_program_uses() {
    let directory = directory();
    let path = directory.path().join("roster.db");
    let store = open(&path).await;
    assert_eq!(store.migrate().await.unwrap(), Standing::Current);
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')";
    foreign(&path).batch_execute(newer).unwrap();
    let ahead = Standing::Ahead(vec!["29990101000000".to_owned()]);
    assert_eq!(store.migrate().await.unwrap(), ahead);
    assert_eq!(store.schema().await.unwrap(), ahead);
    store.ready().await.unwrap();

    for taken_away in [
        "UPDATE schema_compatibility SET oldest_migration = '29990101000000'",
        "DROP TABLE schema_compatibility",
    ] {
        foreign(&path).batch_execute(taken_away).unwrap();
        let ready = store.ready().await.unwrap_err();
        let migrated = store.migrate().await.unwrap_err();
        for error in [ready.to_string(), migrated.to_string()] {
            assert!(
                error.contains("29990101000000") && error.contains("newer"),
                "{taken_away}: {error}"
            );
        }
    }
}
