//! What is particular to a database that is one file.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use std::path::Path;
use std::sync::Arc;

use common::{directory, foreign, open};
use diesel::connection::SimpleConnection;
use roster_application::ports::store::{CommitError, Store, StoreError};
use roster_domain::change::Write;
use roster_domain::id::Version;
use roster_store_kit::contract::world::{World, change, edited, person_name};
use roster_store_sqlite::{OpenError, SqliteStore};

#[tokio::test]
async fn what_was_committed_is_there_after_the_store_was_dropped() {
    let directory = directory();
    let path = directory.path().join("roster.db");
    let store: Arc<dyn Store> = Arc::new(open(&path).await);
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let World { handle, tenant, .. } = world;
    drop((handle, store));
    let files = std::fs::read_dir(directory.path()).unwrap();
    let names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
    assert_eq!(names, ["roster.db"], "the log was moved into the file");

    let store = SqliteStore::open(&path).await.unwrap();
    store.ready().await.unwrap();
    assert_eq!(
        store.tenants().await.unwrap(),
        std::slice::from_ref(&tenant)
    );
    assert_eq!(
        store.tenant(tenant.id).user(ada.id).await.unwrap(),
        Some(ada)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_stores_on_one_file_see_and_respect_each_other() {
    let directory = directory();
    let path = directory.path().join("roster.db");
    let first: Arc<dyn Store> = Arc::new(open(&path).await);
    let second: Arc<dyn Store> = Arc::new(open(&path).await);
    let world = World::new(&first).await;
    let ada = world.add("ada").await;
    assert_eq!(
        second.tenants().await.unwrap(),
        std::slice::from_ref(&world.tenant)
    );

    let writers = [first, second].map(|store| {
        let (ada, handle) = (ada.id, store.tenant(world.tenant.id));
        tokio::spawn(async move {
            let mut written = 0;
            while written < 50 {
                let stored = handle.user(ada).await.unwrap().unwrap();
                let name = person_name(&format!("{written}"));
                match handle
                    .commit(&edited(&stored, |user| user.given_name = name))
                    .await
                {
                    Ok(()) => written += 1,
                    Err(CommitError::Conflict) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        })
    });
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(world.user(&ada).await.version, Version::new(101));
    assert_eq!(world.log().await.len(), 102);
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_but_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;

    let directory = directory();
    let inner = directory.path().join("a/b");
    let store: Arc<dyn Store> = Arc::new(open(&inner.join("roster.db")).await);
    World::new(&store).await;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&inner), 0o700);
    let mut names = Vec::new();
    for file in std::fs::read_dir(&inner).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        names.push(path);
    }
    assert!(names.len() >= 2, "the log has a file of its own: {names:?}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone_and_named() {
    let directory = directory();
    let path = directory.path().join("notes.txt");
    std::fs::write(&path, "x".repeat(4096)).unwrap();
    let error = SqliteStore::open(&path).await.err().unwrap();
    assert!(matches!(error, OpenError::Unusable { .. }), "{error:?}");
    assert!(error.to_string().contains("notes.txt"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), b"x".repeat(4096));
}

#[tokio::test]
async fn a_directory_that_can_not_be_made_is_named() {
    let directory = directory();
    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = SqliteStore::open(&file.join("roster.db"))
        .await
        .err()
        .unwrap();
    assert!(matches!(error, OpenError::Directory { .. }), "{error:?}");
    assert!(error.to_string().contains("file/roster.db"), "{error}");
}

#[tokio::test]
async fn odd_names_are_names_of_files() {
    let directory = directory();
    for name in ["file:x?mode=memory", ":memory:", "ü %2F'.db"] {
        let path = directory.path().join(name);
        open(&path).await.ready().await.unwrap();
        assert!(std::fs::metadata(&path).unwrap().len() > 0, "{name}");
    }
}

#[tokio::test]
async fn no_program_can_change_an_audit_record() {
    let directory = directory();
    let path = directory.path().join("roster.db");
    let store: Arc<dyn Store> = Arc::new(open(&path).await);
    let world = World::new(&store).await;
    let log = world.log().await;
    let update = foreign(&path).batch_execute("UPDATE audit_log SET result = 'FAILED'");
    assert!(update.unwrap_err().to_string().contains("append-only"));
    assert_eq!(world.log().await, log);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_waits_for_another_program_and_a_read_does_not() {
    let directory = directory();
    let path = directory.path().join("roster.db");
    let store: Arc<dyn Store> = Arc::new(open(&path).await);
    let world = Arc::new(World::new(&store).await);
    let mut other = foreign(&path);
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let writing = tokio::spawn({
        let world = Arc::clone(&world);
        async move { world.add("ada").await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(!writing.is_finished());
    assert_eq!(world.total().await, 0);
    other.batch_execute("COMMIT").unwrap();
    writing.await.unwrap();
    assert_eq!(world.total().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_commits_at_once_those_that_fail_take_no_other_with_them() {
    let directory = directory();
    let path = directory.path().join("roster.db");
    let store: Arc<dyn Store> = Arc::new(open(&path).await);
    let world = Arc::new(World::new(&store).await);
    let used = change(Write::Nothing);
    world.handle.commit(&used).await.unwrap();
    // While another program holds the lock they gather, and are written together.
    let mut other = foreign(&path);
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let commits: Vec<_> = (0..40)
        .map(|number| {
            let mut commit = match number % 4 {
                // A name that is taken: refused in its own savepoint.
                1 => change(Write::CreateUser(world.person("same"))),
                _ => change(Write::CreateUser(world.person(&format!("user-{number}")))),
            };
            // A failure of the database itself, half way.
            if number == 22 {
                commit.audit.id = used.audit.id;
            }
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.handle.commit(&commit).await })
        })
        .collect();
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    other.batch_execute("COMMIT").unwrap();
    let (mut written, mut taken, mut failed) = (0, 0, 0);
    for commit in commits {
        match commit.await.unwrap() {
            Ok(()) => written += 1,
            Err(CommitError::Taken(_)) => taken += 1,
            Err(CommitError::Store(StoreError::Failed(_))) => failed += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!((written, taken, failed), (30, 9, 1));
    assert_eq!(world.total().await, 30);
    assert_eq!(world.log().await.len(), 32);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_told_that_the_lock_is_held_is_not_written_after_all() {
    let directory = directory();
    let path = directory.path().join("roster.db");
    let store: Arc<dyn Store> = Arc::new(open(&path).await);
    let world = Arc::new(World::new(&store).await);
    let mut other = foreign(&path);
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let begun = std::time::Instant::now();
    let commits: Vec<_> = (0..20)
        .map(|number| {
            let commit = change(Write::CreateUser(world.person(&format!("user-{number}"))));
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.handle.commit(&commit).await })
        })
        .collect();
    for commit in commits {
        let outcome = commit.await.unwrap();
        assert!(
            matches!(outcome, Err(CommitError::Store(StoreError::Unavailable(_)))),
            "{outcome:?}"
        );
    }
    // One wait for whoever came first and one for all that gathered behind, not one for each.
    let waited = begun.elapsed();
    assert!(waited < std::time::Duration::from_secs(16), "{waited:?}");
    other.batch_execute("COMMIT").unwrap();
    world.add("ada").await;
    assert_eq!(world.total().await, 1);
}
