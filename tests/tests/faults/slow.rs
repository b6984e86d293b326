//! The database answers late: by a little, and by more than anybody waits.

use std::time::{Duration, Instant};

use roster_tests::client::{Answer, Client};
use roster_tests::proxy::Network;
use tokio::task::JoinSet;

use crate::scene::{Fault, Scene, is_sound, peak_memory, present_memory, run_for, short_or};
use crate::watch::{RECOVERY, Watch};
use roster_tests::load::{Load, Outcome};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_database_makes_slow_answers_and_nothing_worse() {
    let fault = Fault::begin("slow database").await;
    let scene = Scene::new();
    let (load, watch) = (Load::start(&[&scene.tenant], 6), Watch::on(&scene.server));
    run_for(500).await;
    let mut slowest = Vec::new();
    for late in [50, 200] {
        let begun = Instant::now();
        scene
            .proxy
            .set(Network::Delays(Duration::from_millis(late)));
        run_for(short_or(1_500, 10_000)).await;
        watch.said_only(true, begun).await;
        let events = load.since(begun);
        let refused = events.iter().any(|e| e.outcome != Outcome::Answered);
        assert!(
            !refused,
            "a round trip of {late} ms is no reason to refuse anything"
        );
        let worst = events.iter().map(|e| e.took.as_millis()).max();
        slowest.push(format!("{late} ms: {} ms", worst.unwrap_or_default()));
    }
    scene.proxy.set(Network::Passes);
    let settled = load.settle(&scene.tenant).await;
    is_sound(&scene.server);
    fault.figures(&format!(
        "{}; slowest at a round trip of {}; /readyz never 503; peak {} KiB",
        settled.figures(),
        slowest.join(", of "),
        peak_memory(&scene.server),
    ));
}

/// Requests that come together while the database does not answer in any time that makes sense.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_before_a_database_that_answers_too_late_is_refused_in_time() {
    let fault = Fault::begin("database slower than the limits").await;
    let scene = Scene::with(&[("ROSTER_REQUEST_TIMEOUT_SECONDS", "4")]);
    let scim = Client::new(scene.tenant.scim_url()).with_token(scene.tenant.administrator_token());
    scim.get("/Users").await.scim(200);
    let (before, watch) = (present_memory(&scene.server), Watch::on(&scene.server));
    scene.proxy.set(Network::Delays(Duration::from_secs(7)));
    let begun = Instant::now();
    let mut crowd = JoinSet::new();
    for _ in 0..short_or(100, 1_000) {
        let request = scim.request(reqwest::Method::GET, "/Users?count=1");
        crowd.spawn(async move {
            let begun = Instant::now();
            let answer = Answer::of(request.timeout(Duration::from_secs(20))).await;
            answer.scim_error(503, None);
            assert!(answer.header("retry-after").is_some());
            begun.elapsed()
        });
    }
    let noticed = watch.says(false, begun).await;
    let crowd = crowd.join_all().await;
    let slowest = crowd.iter().max().copied().unwrap_or_default();
    assert!(slowest < Duration::from_secs(6), "{slowest:?}");
    let during = peak_memory(&scene.server);
    let kept = during.saturating_sub(before) / u64::try_from(crowd.len()).unwrap();
    assert!(kept < 256, "{kept} KiB for each request that waits");

    // What is on its way arrives when it is due; from then on all is as before.
    scene.proxy.set(Network::Passes);
    let returned = Instant::now();
    let ready = watch.says(true, returned).await;
    assert!(
        ready <= RECOVERY,
        "ready {ready:?} after the database is fast again"
    );
    scim.get("/Users").await.scim(200);
    is_sound(&scene.server);
    fault.figures(&format!(
        "{} requests at once, all refused, slowest {} ms; /readyz 503 after {} ms; after the return ready in {} ms; {kept} KiB a request, peak {during} KiB",
        crowd.len(),
        slowest.as_millis(),
        noticed.as_millis(),
        ready.as_millis(),
    ));
}
