//! What the tests of this store share: a database in a directory of its own, and another program
//! that looks into it.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use diesel::{Connection, SqliteConnection};
use roster_store_sqlite::SqliteStore;
use tempfile::TempDir;

/// A directory that goes with the test.
pub(crate) fn directory() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The database at `path`, migrated.
pub(crate) async fn open(path: &Path) -> SqliteStore {
    let store = SqliteStore::open(path).await.unwrap();
    store.migrate().await.unwrap();
    store
}

/// A connection of another program.
pub(crate) fn foreign(path: &Path) -> SqliteConnection {
    SqliteConnection::establish(path.to_str().unwrap()).unwrap()
}
