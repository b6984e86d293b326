//! There is no room to write: reading goes on, writes are refused, and all is well when there is room
//! again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use roster_tests::Backend;
use roster_tests::postgres::{Cluster, ClusterOptions};
use roster_tests::server::Server;
use roster_tests::small_disk::SmallDisk;
use roster_tests::tenant::Tenant;

use crate::scene::{Fault, is_sound, peak_memory, run_for, short_or};
use crate::watch::{RECOVERY, Watch};
use roster_tests::load::{Event, Load, Outcome};

/// How long the load may take to use up the last page that is left in a file.
const LAST_PAGES: Duration = Duration::from_secs(30);

/// Fills `disk` under load, and makes room again.
async fn full_and_free(fault: &Fault, server: &Arc<Server>, disk: &SmallDisk) {
    let tenant = Tenant::on(server);
    tenant.administrator_token();
    let (load, watch) = (Load::start(&[&tenant], 6), Watch::on(server));
    run_for(short_or(500, 3_000)).await;
    let mut back = Duration::ZERO;
    for _ in 0..short_or(1, 5) {
        let filled = Instant::now();
        disk.fill();
        let refused = |event: &Event| event.writes && event.outcome == Outcome::Refused;
        while !load.since(filled).iter().any(refused) {
            assert!(filled.elapsed() < LAST_PAGES, "writes go on on a full disk");
            run_for(20).await;
        }
        let full = Instant::now();
        run_for(short_or(1_000, 5_000)).await;
        let events = load.begun_since(full);
        let reads: Vec<_> = events.iter().filter(|event| !event.writes).collect();
        let answered = reads.iter().all(|event| event.outcome == Outcome::Answered);
        assert!(
            !reads.is_empty() && answered,
            "who reads needs no room: {reads:?}"
        );
        watch.said_only(true, full).await;

        disk.make_room();
        let free = Instant::now();
        let written = load.written_after(free).await;
        assert!(
            written <= RECOVERY,
            "written to {written:?} after there was room"
        );
        back = back.max(written);
        run_for(300).await;
        let events = load.begun_since(free + written);
        assert!(!events.iter().any(refused), "every write finds room again");
    }
    let settled = load.settle(&tenant).await;
    is_sound(server);
    fault.figures(&format!(
        "{}; reads went on; written again {} ms after there was room; peak {} KiB",
        settled.figures(),
        back.as_millis(),
        peak_memory(server),
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_disk_of_the_embedded_database_is_full() {
    let fault = Fault::begin("disk full, SQLite").await;
    let disk = SmallDisk::of(16, None);
    let data = disk.path().join("data");
    let data = [("ROSTER_DATA_DIR", data.to_str().unwrap())];
    let server = Server::start_with(Backend::Sqlite, &data);
    full_and_free(&fault, &server, &disk).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_disk_of_postgresql_s_tables_is_full() {
    let fault = Fault::begin("disk full, PostgreSQL").await;
    let cluster = Cluster::start(ClusterOptions::default()).unwrap();
    let disk = SmallDisk::of(24, cluster.account());
    let admin = cluster.url("postgres");
    let tablespace = format!(
        "CREATE TABLESPACE small LOCATION '{}'",
        disk.path().display()
    );
    for statement in [&tablespace, "CREATE DATABASE small TABLESPACE small"] {
        let _ = cluster.sql(&admin, statement).unwrap();
    }
    let url = cluster.url("small");
    let server = Server::start_with(Backend::Postgres, &[("ROSTER_DATABASE_URL", &url)]);
    full_and_free(&fault, &server, &disk).await;
    // Nobody may be connected to what is to go, and the disk goes after all of them.
    drop((server, cluster));
}
