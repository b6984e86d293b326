//! What the tests of this crate share.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::sync::Arc;

use roster_application::ports::store::Store;
use roster_store_postgres::{PoolOptions, PostgresStore};
use roster_tests::postgres::Cluster;

/// An empty database of `cluster`: its URL, and the store on it.
pub async fn empty(cluster: &Cluster, options: PoolOptions) -> (String, PostgresStore) {
    let url = cluster.create_database().unwrap();
    let store = PostgresStore::connect(&url, options).await.unwrap();
    (url, store)
}

/// A migrated database of `cluster`: its URL, and the store on it.
pub async fn migrated(cluster: &Cluster, options: PoolOptions) -> (String, Arc<dyn Store>) {
    let (url, store) = empty(cluster, options).await;
    store.migrate().await.unwrap();
    (url, Arc::new(store))
}
