//! What has expired is deleted in batches, and by several processes at once.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use common::{migrated, sign_in};
use roster_application::ports::store::Expired;
use roster_store_kit::contract::world::{World, at};
use roster_store_postgres::PoolOptions;
use roster_tests::postgres::shared_cluster;
use time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_a_batch_goes_at_once_and_nothing_else() {
    let (url, store) = migrated(shared_cluster(), PoolOptions::default()).await;
    let sql = |statement: &str| shared_cluster().sql(&url, statement).unwrap();
    let world = World::new(&store).await;
    let (session, start) = sign_in(&world.add("ada").await);
    world.handle.commit(&start).await.unwrap();
    // 25,000 that are over, 25,000 that aren't.
    let copies = "INSERT INTO sessions (id, tenant_id, secret_hash, operator_name, started_at, \
        last_seen_at, expires_at) SELECT gen_random_uuid(), tenant_id, sha256(n::text::bytea), 'root', \
        started_at, last_seen_at, \
        CASE WHEN n % 2 = 0 THEN started_at + interval '1 s' ELSE expires_at END \
        FROM sessions, generate_series(1, 50000) AS n";
    sql(copies);
    let before = Expired {
        now: session.started_at + Duration::seconds(1),
        seen_before: session.started_at,
        links_before: at(0),
    };

    let processes: Vec<_> = (0..4)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.delete_expired(&before).await })
        })
        .collect();
    let mut deleted = 0;
    for process in processes {
        deleted += process.await.unwrap().unwrap();
    }
    assert_eq!(deleted, 25_000);
    assert_eq!(sql("SELECT count(*) FROM sessions"), "25001");
    assert_eq!(store.delete_expired(&before).await.unwrap(), 0);

    let unseen = Expired {
        seen_before: session.started_at + Duration::microseconds(1),
        ..before
    };
    assert_eq!(store.delete_expired(&unseen).await.unwrap(), 25_001);
}
