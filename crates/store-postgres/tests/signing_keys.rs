//! Signing keys follow one another, whatever level of isolation the database is set to.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use common::empty;
use roster_application::ports::store::{CommitError, Store};
use roster_domain::change::Write;
use roster_domain::secret::Sealed;
use roster_domain::signing_key::SigningKey;
use roster_store_kit::contract::world::{World, at, change, number};
use roster_store_postgres::{PoolOptions, PostgresStore};
use roster_tests::postgres::shared_cluster;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_new_keys_at_once_one_is_added_at_any_level_of_isolation() {
    for level in ["read committed", "repeatable read", "serializable"] {
        let (url, migrating) = empty(shared_cluster(), PoolOptions::default()).await;
        migrating.migrate().await.unwrap();
        let set = format!(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = %L', \
             current_database(), '{level}'); END $$"
        );
        shared_cluster().sql(&url, &set).unwrap();
        // Its connections are new, so they have that level.
        let store = PostgresStore::connect(&url, PoolOptions::default()).await;
        let store: Arc<dyn Store> = Arc::new(store.unwrap());
        let world = World::new(&store).await;

        let mut newest = None;
        for round in 1..=3 {
            let writers: Vec<_> = (0..10)
                .map(|_| {
                    let tenant = store.tenant(world.tenant.id);
                    let key = key();
                    let after = newest.clone();
                    tokio::spawn(async move {
                        let id = key.id.clone();
                        let dead = Vec::new();
                        let write = Write::AddSigningKey { key, after, dead };
                        tenant.commit(&change(write)).await.map(|()| id)
                    })
                })
                .collect();
            let mut added = Vec::new();
            for writer in writers {
                match writer.await.unwrap() {
                    Ok(id) => added.push(id),
                    Err(CommitError::Conflict) => {}
                    Err(error) => panic!("{level}: {error}"),
                }
            }
            assert_eq!(added.len(), 1, "{level}: {added:?}");
            newest = added.pop();
            assert_eq!(store.signing_keys().await.unwrap().len(), round, "{level}");
        }
    }
}

fn key() -> SigningKey {
    let now = at(number());
    SigningKey {
        id: format!("key-{}", number()),
        public_jwk: "{}".to_owned(),
        private_key: Sealed::new(vec![7; 48]),
        created_at: now,
        signs_from: now,
    }
}
