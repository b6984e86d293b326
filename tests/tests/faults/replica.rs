//! One process of two is killed under load: the other serves on, and the one comes back.

use std::time::{Duration, Instant};

use crate::scene::{Fault, Scene, elsewhere, is_sound, meanwhile, peak_memory, run_for, short_or};
use crate::watch::Watch;
use roster_tests::load::Load;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_is_killed_and_the_other_serves_on() {
    let fault = Fault::begin("kill -9 of a replica").await;
    let scene = Scene::new();
    let other = scene.server.replica();
    let there = elsewhere(&scene.tenant, &other);
    let load = Load::start(&[&scene.tenant, &there], 6);
    let watch = Watch::on(&scene.server);
    run_for(short_or(500, 5_000)).await;
    let (mut back, mut gap) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..short_or(1, 10) {
        load.connections_may_fail(true);
        let killed = Instant::now();
        let killing = other.clone();
        meanwhile(move || killing.kill9()).await;
        gap = gap.max(load.written_after(killed).await);
        run_for(500).await;
        let begun = Instant::now();
        let starting = other.clone();
        meanwhile(move || starting.restart()).await;
        back = back.max(begun.elapsed());
        load.connections_may_fail(false);
        run_for(short_or(300, 2_000)).await;
        watch.said_only(true, killed).await;
    }
    let settled = load.settle(&scene.tenant).await;
    is_sound(&scene.server);
    fault.figures(&format!(
        "{}; the other wrote on within {} ms; back in {} ms; peak {} KiB",
        settled.figures(),
        gap.as_millis(),
        back.as_millis(),
        peak_memory(&scene.server),
    ));
}
