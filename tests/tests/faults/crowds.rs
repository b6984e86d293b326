//! Very many connections: idle ones, all at once, and such that trickle. Whoever else comes is served
//! meanwhile, and what they cost is bounded.

use std::fs;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use roster_tests::Backend;
use roster_tests::client::Answer;
use roster_tests::postgres::shared_cluster;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;

use crate::scene::{
    Fault, Scene, is_sound, meanwhile, peak_memory, present_memory, run_for, short_or,
};
use crate::watch::Watch;
use roster_tests::load::{Load, Outcome};

/// So many files may be open in this process, once the system was asked for what it allows.
fn open_files(at_least: u64) {
    let limits = fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let hard = line.unwrap().split_whitespace().nth(4).unwrap();
    let mut prlimit = std::process::Command::new("prlimit");
    let me = std::process::id().to_string();
    let raised = prlimit.args(["--pid", &me, &format!("--nofile={hard}:{hard}")]);
    assert!(raised.status().unwrap().success(), "prlimit failed");
    let hard = hard.parse().unwrap_or(u64::MAX);
    assert!(
        hard >= at_least,
        "this takes {at_least} open files, and the system allows {hard}: ulimit -Hn"
    );
}

/// Opens so many connections that say nothing.
fn idle_connections(server: &Server, count: usize) -> Vec<TcpStream> {
    let limit = Duration::from_secs(10);
    let open = |_| TcpStream::connect_timeout(&server.address(), limit).unwrap();
    (0..count).map(open).collect()
}

/// How many files the server has open.
fn files_of(server: &Server) -> usize {
    fs::read_dir(format!("/proc/{}/fd", server.pid()))
        .unwrap()
        .count()
}

/// Waits until the server has accepted so many connections.
async fn until_accepted(server: &Server, count: usize) {
    let begun = Instant::now();
    while files_of(server) < count {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{} files",
            files_of(server)
        );
        run_for(20).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_idle_connections_leave_room_for_others() {
    let fault = Fault::begin("idle connections").await;
    let count = short_or(1_000, 10_000);
    open_files(count as u64 + 500);
    let scene = Scene::new();
    let load = Load::start(&[&scene.tenant], 4);
    let watch = Watch::on(&scene.server);
    run_for(1_000).await;
    let (begun, before) = (Instant::now(), present_memory(&scene.server));
    let crowded = scene.server.clone();
    let idle = meanwhile(move || idle_connections(&crowded, count)).await;
    until_accepted(&scene.server, count).await;
    let opened = begun.elapsed();
    let each = (present_memory(&scene.server).saturating_sub(before)) as f64 / count as f64;
    run_for(short_or(1_000, 5_000)).await;
    watch.said_only(true, begun).await;
    assert!(each < 16.0, "{each} KiB for each idle connection");
    let settled = load.settle(&scene.tenant).await;
    assert_eq!(
        settled.count(Outcome::Refused),
        0,
        "nobody is refused for those that are silent"
    );
    is_sound(&scene.server);
    fault.figures(&format!(
        "{count} opened in {} ms, {each:.1} KiB each; meanwhile {}; peak {} KiB",
        opened.as_millis(),
        settled.figures(),
        peak_memory(&scene.server),
    ));
    drop(idle);
}

/// As many as there may be at all, and more, while others come and go.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_connections_than_there_may_be_take_nothing_from_the_database() {
    let fault = Fault::begin("more connections than files").await;
    open_files(3_000);
    let scene = Scene::new();
    scene.server.restart_with_open_files(400);
    let watch = Watch::on(&scene.server);
    let load = Load::start(&[&scene.tenant], 4);
    run_for(500).await;
    let crowded = scene.server.clone();
    let idle = meanwhile(move || idle_connections(&crowded, 600)).await;
    run_for(short_or(6_500, 30_000)).await;
    drop(idle);
    let settled = load.settle(&scene.tenant).await;
    assert_eq!(
        settled.count(Outcome::Refused),
        0,
        "the database's connections are kept free"
    );
    is_sound(&scene.server);
    fault.figures(&format!(
        "600 idle ones where 400 files may be open: {}; /readyz at most {} ms; peak {} KiB",
        settled.figures(),
        watch.slowest().as_millis(),
        peak_memory(&scene.server),
    ));
}

/// Everybody comes at once, while the connections to the database are all taken, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_connections_is_answered_to_the_last() {
    let fault = Fault::begin("connection storm").await;
    let count = short_or(500, 4_000);
    open_files(count as u64 + 500);
    let scene = Scene::with(&[("ROSTER_DATABASE_POOL_SIZE", "4")]);
    let watch = Watch::on(&scene.server);
    let scim = scene.tenant.scim();
    scim.get("/Users").await.scim(200);
    let database = scene.database.clone();
    let locked = tokio::task::spawn_blocking(move || {
        let lock = "LOCK TABLE users IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(2)";
        shared_cluster().sql(&database, lock).unwrap()
    });
    let database = scene.database.clone();
    meanwhile(move || shared_cluster().until_locked(&database, "users").unwrap()).await;
    let (begun, before) = (Instant::now(), present_memory(&scene.server));
    let mut storm = JoinSet::new();
    for _ in 0..count {
        let request = scim.request(reqwest::Method::GET, "/Users?count=1");
        storm.spawn(async move {
            let begun = Instant::now();
            let answer = Answer::try_of(request.timeout(Duration::from_secs(40))).await;
            (answer.unwrap(), begun.elapsed())
        });
    }
    let answers = storm.join_all().await;
    let took = begun.elapsed();
    let (mut refused, mut slowest) = (0, Duration::ZERO);
    for (answer, took) in answers {
        slowest = slowest.max(took);
        if answer.status == 503 {
            answer.scim_error(503, None);
            assert!(answer.header("retry-after").is_some());
            refused += 1;
        } else {
            answer.scim(200);
        }
    }
    let _ = locked.await.unwrap();
    let returned = Instant::now();
    let ready = watch.says(true, returned).await;
    let peak = peak_memory(&scene.server);
    let each = peak.saturating_sub(before) / count as u64;
    assert!(each < 256, "{each} KiB for each of the storm");
    is_sound(&scene.server);
    fault.figures(&format!(
        "{count} at once with the pool of 4 taken: {refused} refused, 0 without an answer, slowest {} ms, all in {} ms; ready {} ms later; {each} KiB each, peak {peak} KiB",
        slowest.as_millis(),
        took.as_millis(),
        ready.as_millis(),
    ));
}

/// Heads and bodies that come a byte at a time, for longer than a request may take.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_trickles_is_cut_off_and_starves_nobody() {
    let fault = Fault::begin("slowloris").await;
    let count = short_or(200, 2_000);
    open_files(count as u64 + 500);
    let server = Server::start_with(
        Backend::Postgres,
        &[("ROSTER_REQUEST_TIMEOUT_SECONDS", "3")],
    );
    let tenant = Tenant::on(&server);
    let token = tenant.administrator_token().to_owned();
    let load = Load::start(&[&tenant], 4);
    let watch = Watch::on(&server);
    run_for(500).await;
    let (begun, before) = (Instant::now(), present_memory(&server));
    let mut trickles = JoinSet::new();
    for number in 0..count {
        let address = server.address();
        let path = format!(
            "/t/{}/scim/v2/Users/01890a5d-ac96-774b-bcce-b302099a8057",
            tenant.slug
        );
        let begin = if number % 2 == 0 {
            format!("GET {path} HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        } else {
            format!(
                "PUT {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
                 Content-Type: application/scim+json\r\nContent-Length: 100000\r\n\r\n{{\"externalId\":\""
            )
        };
        trickles.spawn(async move {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            stream.write_all(begin.as_bytes()).await.unwrap();
            let (mut from, mut to) = stream.into_split();
            let trickle = async {
                while to.write_all(b"x").await.is_ok() {
                    run_for(100).await;
                }
                // It was closed; what it said before that is read by the other.
                run_for(5_000).await;
            };
            let mut said = Vec::new();
            tokio::select! {
                _ = from.read_to_end(&mut said) => {}
                () = trickle => {}
            }
            begun.elapsed()
        });
    }
    let lives = tokio::time::timeout(Duration::from_secs(40), trickles.join_all()).await;
    let lives = lives.expect("some trickle for ever");
    let longest = lives.iter().max().copied().unwrap_or_default();
    assert!(
        longest < Duration::from_secs(20),
        "the limit is 3 s and 10 s of grace: {longest:?}"
    );
    watch.said_only(true, begun).await;
    let peak = peak_memory(&server);
    let each = peak.saturating_sub(before) as f64 / count as f64;
    assert!(each < 256.0, "{each} KiB for each that trickles");
    let settled = load.settle(&tenant).await;
    assert_eq!(
        settled.count(Outcome::Refused),
        0,
        "nobody else is kept waiting"
    );
    is_sound(&server);
    fault.figures(&format!(
        "{count} that trickle, the last cut off after {} ms, {each:.1} KiB each; meanwhile {}; peak {peak} KiB",
        longest.as_millis(),
        settled.figures(),
    ));
}
