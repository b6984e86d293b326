//! PostgreSQL is killed, restarted, and replaced by its standby.

use std::time::{Duration, Instant};

use roster_tests::Backend;
use roster_tests::postgres::{Cluster, ClusterOptions};
use roster_tests::raw::{Connection, answers_ok, get};
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;

use crate::scene::{Fault, Scene, is_sound, meanwhile, peak_memory, run_for, short_or};
use crate::watch::{RECOVERY, Watch};
use roster_tests::load::{Load, Settled};

/// What recovery took, at worst, in several rounds.
#[derive(Debug, Default)]
struct Recovery {
    noticed: Duration,
    ready: Duration,
    written: Duration,
}

impl Recovery {
    /// Measures one return of the database, and asserts what is promised of it.
    async fn see(&mut self, watch: &Watch, load: &Load, returned: Instant) {
        let ready = watch.says(true, returned).await;
        let written = load.written_after(returned).await;
        assert!(
            ready <= RECOVERY,
            "ready {ready:?} after the database's return"
        );
        assert!(
            written <= RECOVERY,
            "written to {written:?} after the database's return"
        );
        self.ready = self.ready.max(ready);
        self.written = self.written.max(written);
        let settled = returned + ready;
        run_for(short_or(500, 3_000)).await;
        watch.said_only(true, settled).await;
    }

    fn figures(&self, settled: &Settled, server: &Server) -> String {
        format!(
            "{}; /readyz 503 after {} ms; after the return ready in {} ms, written in {} ms; peak {} KiB",
            settled.figures(),
            self.noticed.as_millis(),
            self.ready.as_millis(),
            self.written.as_millis(),
            peak_memory(server),
        )
    }
}

/// Takes the database away several times, each for `away` and by `end`, and starts it again.
async fn away_and_back(fault: &Fault, end: fn(&mut Cluster), away: u64) {
    let mut cluster = Cluster::start(ClusterOptions::default()).unwrap();
    let scene = Scene::on(&cluster, &[]);
    let (tenant, server) = (&scene.tenant, &scene.server);
    let (load, watch) = (Load::start(&[tenant], 6), Watch::on(server));
    let mut recovery = Recovery::default();
    run_for(short_or(500, 5_000)).await;
    for _ in 0..short_or(2, 10) {
        let gone = Instant::now();
        cluster = meanwhile(move || {
            end(&mut cluster);
            cluster
        })
        .await;
        recovery.noticed = recovery.noticed.max(watch.says(false, gone).await);
        let noticed = Instant::now();
        run_for(away).await;
        watch.said_only(false, noticed).await;
        cluster = meanwhile(move || {
            cluster.restart().unwrap();
            cluster
        })
        .await;
        recovery.see(&watch, &load, Instant::now()).await;
    }
    let settled = load.settle(tenant).await;
    is_sound(server);
    fault.figures(&recovery.figures(&settled, server));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_is_killed_and_starts_again() {
    let fault = Fault::begin("kill -9 of PostgreSQL").await;
    away_and_back(
        &fault,
        |cluster| cluster.kill9().unwrap(),
        short_or(700, 5_000),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_is_restarted() {
    let fault = Fault::begin("restart of PostgreSQL").await;
    away_and_back(&fault, Cluster::stop, short_or(300, 2_000)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_starts_while_postgresql_is_away_waits_for_it() {
    let fault = Fault::begin("start without the database").await;
    let mut cluster = Cluster::start(ClusterOptions::default()).unwrap();
    let scene = Scene::on(&cluster, &[]);
    let (tenant, server) = (&scene.tenant, &scene.server);
    let mut ready = Duration::ZERO;
    for _ in 0..short_or(2, 10) {
        cluster = meanwhile(move || {
            cluster.kill9().unwrap();
            cluster
        })
        .await;
        server.kill9();
        let begun = Instant::now();
        server.begin();
        // Who asks meanwhile is answered as when the database goes away later.
        while !answers_ok(server.address(), "/livez") {
            let started = begun.elapsed();
            assert!(started < Duration::from_secs(20), "{}", server.logs());
            run_for(10).await;
        }
        let mut kept = Connection::open(server.address()).unwrap();
        kept.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
        run_for(short_or(1_000, 10_000)).await;
        assert_eq!(server.ended(), None, "{}", server.logs());
        let asked = |path: &str| get(server.address(), path, Some("Bearer x"));
        assert_eq!(asked("/readyz").status, 503);
        let users = asked(&format!("/t/{}/scim/v2/Users", tenant.slug));
        assert_eq!(
            (users.status, users.header("retry-after")),
            (503, Some("5"))
        );
        let error = "urn:ietf:params:scim:api:messages:2.0:Error";
        assert!(users.body.contains(error), "{}", users.body);
        cluster = meanwhile(move || {
            cluster.restart().unwrap();
            cluster
        })
        .await;
        let returned = Instant::now();
        while !answers_ok(server.address(), "/readyz") {
            let waited = returned.elapsed();
            assert!(waited <= RECOVERY, "{waited:?}\n{}", server.worries());
            run_for(10).await;
        }
        ready = ready.max(returned.elapsed());
        // Nobody goes on to speak to a server that waits.
        assert_eq!(kept.finish().status, 200);
        let closed = returned.elapsed();
        assert!(closed < Duration::from_secs(10), "closed after {closed:?}");
    }
    let said = server.worries();
    assert!(said.contains("waiting for the database"), "{said}");
    let load = Load::start(&[tenant], 2);
    run_for(short_or(300, 3_000)).await;
    let settled = load.settle(tenant).await;
    is_sound(server);
    // While it waits, it ends when it is told to.
    server.kill9();
    cluster.stop();
    server.begin();
    while !answers_ok(server.address(), "/livez") {
        run_for(10).await;
    }
    server.terminate();
    assert!(server.wait(Duration::from_secs(10)).success());
    let ready = ready.as_millis();
    fault.figures(&format!(
        "{}; after the return ready in {ready} ms",
        settled.figures()
    ));
}

/// Kills the primary and promotes its standby, to which `lead` then shows the way.
async fn fail_over(fault: &Fault, through_proxy: bool) {
    let mut primary = Cluster::start(ClusterOptions::default()).unwrap();
    let database = primary.create_database().unwrap();
    let standby = primary.standby().unwrap();
    let proxy = roster_tests::proxy::Proxy::before(primary.port());
    let url = if through_proxy {
        proxy.url(&database)
    } else {
        let (_, name) = database.rsplit_once('/').unwrap();
        let (one, two) = (primary.port(), standby.port());
        format!(
            "postgres://postgres@127.0.0.1:{one},127.0.0.1:{two}/{name}?target_session_attrs=read-write"
        )
    };
    let server = Server::start_with(Backend::Postgres, &[("ROSTER_DATABASE_URL", &url)]);
    let tenant = Tenant::on(&server);
    tenant.administrator_token();
    let (load, watch) = (Load::start(&[&tenant], 6), Watch::on(&server));
    let mut recovery = Recovery::default();
    run_for(short_or(1_000, 10_000)).await;

    let gone = Instant::now();
    let primary = meanwhile(move || {
        primary.kill9().unwrap();
        primary
    })
    .await;
    recovery.noticed = watch.says(false, gone).await;
    if through_proxy {
        // Whoever leads the way is sometimes ahead of the promotion: nothing can be written there yet.
        proxy.lead_to(standby.port());
        let readable = Instant::now();
        run_for(short_or(1_000, 3_000)).await;
        watch.said_only(false, readable).await;
    }
    let standby = meanwhile(move || {
        standby.promote().unwrap();
        standby
    })
    .await;
    recovery.see(&watch, &load, Instant::now()).await;
    let settled = load.settle(&tenant).await;
    is_sound(&server);
    fault.figures(&recovery.figures(&settled, &server));
    drop((primary, standby));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_takes_over_behind_the_same_address() {
    let fault = Fault::begin("fail-over, one address").await;
    fail_over(&fault, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_takes_over_at_the_second_address_of_the_url() {
    let fault = Fault::begin("fail-over, two addresses").await;
    fail_over(&fault, false).await;
}
