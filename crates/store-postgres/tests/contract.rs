//! The contract of the stores, on PostgreSQL.

mod common;

use roster_store_kit::contract::Fresh;
use roster_store_postgres::PoolOptions;
use roster_tests::postgres::shared_cluster;

async fn fresh() -> Fresh {
    let (_, store) = common::migrated(shared_cluster(), PoolOptions::default()).await;
    Fresh {
        store,
        keep: Box::new(()),
    }
}

roster_store_kit::contract_tests!(fresh);
