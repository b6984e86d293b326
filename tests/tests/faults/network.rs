//! The way to the database is cut, refuses, or is silent.

use std::time::{Duration, Instant};

use roster_tests::proxy::{Network, Proxy};

use crate::scene::{Fault, Scene, is_sound, peak_memory, run_for, short_or};
use crate::watch::{RECOVERY, Watch};
use roster_tests::load::{Load, Outcome};

/// How long the slowest request may take while the network is silent: that of a request, and a second.
const BOUND: Duration = Duration::from_secs(31);

/// Brings `fault` about several times for `away` milliseconds each.
async fn gone_and_back(fault: &Fault, rounds: u32, end: fn(&Proxy), away: u64) {
    let scene = Scene::new();
    let (load, watch) = (Load::start(&[&scene.tenant], 6), Watch::on(&scene.server));
    let (mut noticed, mut ready, mut written) = Default::default();
    run_for(short_or(500, 5_000)).await;
    for _ in 0..rounds {
        let gone = Instant::now();
        end(&scene.proxy);
        noticed = watch.says(false, gone).await.max(noticed);
        let known = Instant::now();
        run_for(away).await;
        watch.said_only(false, known).await;
        let events = load.begun_since(known);
        let answered = events.iter().any(|e| e.outcome == Outcome::Answered);
        assert!(!answered, "nobody can answer without a database");
        scene.proxy.set(Network::Passes);
        let returned = Instant::now();
        let again = watch.says(true, returned).await;
        let writes = load.written_after(returned).await;
        assert!(
            again <= RECOVERY,
            "ready {again:?} after the network's return"
        );
        assert!(
            writes <= RECOVERY,
            "written to {writes:?} after the network's return"
        );
        (ready, written) = (again.max(ready), writes.max(written));
        run_for(short_or(500, 3_000)).await;
        watch.said_only(true, returned + again).await;
    }
    let settled = load.settle(&scene.tenant).await;
    assert!(settled.slowest() < BOUND, "{:?}", settled.slowest());
    is_sound(&scene.server);
    fault.figures(&format!(
        "{}; /readyz 503 after {} ms, slowest {} ms; after the return ready in {} ms, written in {} ms; peak {} KiB",
        settled.figures(),
        noticed.as_millis(),
        watch.slowest().as_millis(),
        ready.as_millis(),
        written.as_millis(),
        peak_memory(&scene.server),
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_network_is_cut_and_refuses() {
    let fault = Fault::begin("network cut, connections refused").await;
    let end = |proxy: &Proxy| {
        proxy.set(Network::Refuses);
        proxy.cut();
    };
    gone_and_back(&fault, short_or(2, 5), end, short_or(1_000, 5_000)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_network_is_silent_and_the_old_connections_stay_dead() {
    let fault = Fault::begin("network silent").await;
    gone_and_back(
        &fault,
        short_or(1, 4),
        |proxy| proxy.set(Network::Swallows),
        short_or(3_000, 20_000),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_of_a_moment_is_hardly_noticed() {
    let fault = Fault::begin("connections reset").await;
    let scene = Scene::new();
    let (load, watch) = (Load::start(&[&scene.tenant], 6), Watch::on(&scene.server));
    run_for(200).await;
    let mut ready = Duration::ZERO;
    for _ in 0..short_or(5, 30) {
        let cut = Instant::now();
        scene.proxy.cut();
        // One that is just being opened is cut, too: who is asked in that moment can't but say so.
        let again = watch.says(true, cut).await;
        assert!(again <= RECOVERY, "ready {again:?} after a cut");
        ready = again.max(ready);
        run_for(200).await;
    }
    let settled = load.settle(&scene.tenant).await;
    is_sound(&scene.server);
    fault.figures(&format!(
        "{}; ready within {} ms; peak {} KiB",
        settled.figures(),
        ready.as_millis(),
        peak_memory(&scene.server),
    ));
}
