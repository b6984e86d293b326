//! The contract of the `Store` port, on a database file of its own for each promise.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use roster_store_kit::contract::Fresh;
use roster_store_sqlite::SqliteStore;

async fn fresh() -> Fresh {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&directory.path().join("roster.db"))
        .await
        .unwrap();
    store.migrate().await.unwrap();
    Fresh {
        store: Arc::new(store),
        keep: Box::new(directory),
    }
}

roster_store_kit::contract_tests!(fresh);
