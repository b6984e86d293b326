//! The database's password is changed while people are at work.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use roster_tests::Backend;
use roster_tests::postgres::Cluster;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::json;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_notices_that_the_password_is_changed() {
    let cluster = Cluster::with_password().unwrap();
    let admin = cluster.url("postgres");
    let sql = |statements: &str| cluster.sql(&admin, statements).unwrap();
    let files = tempfile::tempdir().unwrap();
    let file = files.path().join("password");
    fs::write(&file, "first\n").unwrap();
    let url = format!("postgres://roster@127.0.0.1:{}/roster", cluster.port());
    let settings = [
        ("ROSTER_DATABASE_URL", url.as_str()),
        ("ROSTER_DATABASE_PASSWORD_FILE", file.to_str().unwrap()),
        // Nobody opens another between the change in the database and that of the file.
        ("ROSTER_DATABASE_POOL_SIZE", "1"),
    ];
    let server = Server::start_with(Backend::Postgres, &settings);
    let tenant = Tenant::on(&server);
    let path = format!("/Users/{}", tenant.user("ada", "Analyst"));

    let (over, answered) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let mut readers = JoinSet::new();
    for _ in 0..4 {
        let (scim, path) = (tenant.scim(), path.clone());
        let (over, answered) = (over.clone(), answered.clone());
        readers.spawn(async move {
            while !over.load(Ordering::Relaxed) {
                scim.get(&path).await.scim(200);
                answered.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    for password in ["second", "third", "fourth"] {
        tokio::time::sleep(Duration::from_millis(300)).await;
        sql(&format!("ALTER ROLE roster PASSWORD '{password}'"));
        let new = files.path().join("new");
        fs::write(&new, password).unwrap();
        fs::rename(&new, &file).unwrap();
        sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'roster'");
        let (cut, before) = (Instant::now(), answered.load(Ordering::Relaxed));
        while answered.load(Ordering::Relaxed) < before + 8 {
            let waited = cut.elapsed();
            assert!(waited < Duration::from_secs(10), "they all wait");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let wish = json!({ "externalId": password });
        tenant.scim().put(&path, &wish).await.scim(200);
        // The command line is another process, which reads the file too.
        assert!(server.run(&["tenant", "list"]).contains(&tenant.slug));
    }
    over.store(true, Ordering::Relaxed);
    // A reader that was answered otherwise than with the user has panicked.
    readers.join_all().await;
}
