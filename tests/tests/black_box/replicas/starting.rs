//! Of many processes that start at once, one migrates the database, and the others wait for it.

use roster_tests::postgres::shared_cluster;

#[tokio::test]
async fn ten_processes_that_start_at_once_on_an_empty_database_migrate_it_once() {
    let url = shared_cluster().create_database().unwrap();
    super::ten_starts_migrate_once(&url).await;
}
