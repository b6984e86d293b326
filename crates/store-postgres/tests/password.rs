//! A password that stands in a file, and changes there.
#![allow(clippy::unwrap_used)]

use std::fs;

use roster_application::ports::store::Store;
use roster_store_postgres::{Address, OpenError, PoolOptions, PostgresStore};
use roster_tests::postgres::Cluster;

#[tokio::test]
async fn a_password_is_read_from_its_file_for_each_new_connection() {
    let cluster = Cluster::with_password().unwrap();
    let admin = cluster.url("postgres");
    let sql = |statements: &str| cluster.sql(&admin, statements).unwrap();
    let files = tempfile::tempdir().unwrap();
    let file = files.path().join("password");
    let port = cluster.port();
    let url = |user: &str| format!("postgres://{user}@127.0.0.1:{port}/roster");
    let open = |user: &str| {
        let address = Address::new(url(user)).with_password_in(&file);
        PostgresStore::connect(address, PoolOptions::default())
    };

    let missing = open("roster").await.err().unwrap();
    assert!(matches!(missing, OpenError::Password(_)), "{missing:?}");
    assert!(missing.to_string().contains("password can't be read"));
    fs::write(&file, "\n").unwrap();
    let empty = open("roster").await.err().unwrap();
    assert!(empty.to_string().contains("it is empty"), "{empty}");
    fs::write(&file, "hunter2").unwrap();
    let wrong = open("roster").await.err().unwrap();
    assert!(matches!(wrong, OpenError::Unreachable(_)), "{wrong:?}");
    assert!(!wrong.is_passing(), "somebody has to mend that");
    assert!(!format!("{wrong} {wrong:?}").contains("hunter2"), "{wrong}");
    fs::write(&file, "first\n").unwrap();
    let both = open("roster:first").await.err().unwrap();
    assert!(matches!(both, OpenError::TwoPasswords), "{both:?}");

    let store = open("roster").await.unwrap();
    store.migrate().await.unwrap();
    sql("ALTER ROLE roster PASSWORD 'second'");
    fs::write(&file, "second").unwrap();
    store.ready().await.unwrap();
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'roster'");
    store.ready().await.unwrap();
}
