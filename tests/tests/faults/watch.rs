//! Watching `/readyz` through a fault, as Kubernetes does, only more often.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use roster_tests::client::{Answer, Client};
use roster_tests::server::Server;
use tokio::task::JoinHandle;

/// How often is asked.
const EVERY: Duration = Duration::from_millis(25);

/// How long an answer may take; the chart gives it five seconds.
pub(crate) const LIMIT: Duration = Duration::from_secs(5);

/// How soon after the database's return a server is ready again. This is promised.
pub(crate) const RECOVERY: Duration = Duration::from_secs(2);

/// One answer of `/readyz`.
#[derive(Debug, Clone, Copy)]
struct Look {
    asked: Instant,
    answered: Instant,
    ready: bool,
}

/// Looks at `/readyz` of one server, until dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    looks: Arc<Mutex<Vec<Look>>>,
    stop: Arc<AtomicBool>,
    watching: JoinHandle<()>,
}

impl Watch {
    /// Begins.
    pub(crate) fn on(server: &Server) -> Self {
        let (looks, stop) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let (noted, stopped): (Arc<Mutex<Vec<Look>>>, _) = (Arc::clone(&looks), Arc::clone(&stop));
        let client = Client::new(server.url());
        let watching = tokio::spawn(async move {
            while !stopped.load(Ordering::Relaxed) {
                let asked = Instant::now();
                let request = client.request(reqwest::Method::GET, "/readyz");
                let answer = Answer::try_of(request.timeout(LIMIT * 2)).await;
                let ready = answer.is_ok_and(|answer| {
                    assert!(matches!(answer.status, 200 | 503), "{}", answer.status);
                    answer.status == 200
                });
                let answered = Instant::now();
                noted.lock().unwrap().push(Look {
                    asked,
                    answered,
                    ready,
                });
                tokio::time::sleep(EVERY).await;
            }
        });
        Self {
            looks,
            stop,
            watching,
        }
    }

    /// Waits until it says so, asked after `moment`; how long after it that was.
    pub(crate) async fn says(&self, ready: bool, moment: Instant) -> Duration {
        loop {
            assert!(!self.watching.is_finished(), "the watch has ended");
            let looks = self.looks.lock().unwrap().clone();
            let said = |look: &&Look| look.asked >= moment && look.ready == ready;
            if let Some(look) = looks.iter().find(said) {
                return look.answered - moment;
            }
            let waited = moment.elapsed();
            assert!(
                waited < Duration::from_secs(60),
                "/readyz never says {ready}"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Asserts that all that was asked since a moment was answered like that, and in time. Waits for
    /// the answer to what is being asked now: one at least was asked since then and was answered.
    pub(crate) async fn said_only(&self, ready: bool, from: Instant) {
        let now = Instant::now();
        let looks = loop {
            let looks = self.looks.lock().unwrap().clone();
            if looks.iter().any(|l| l.asked >= from && l.answered >= now) {
                break looks;
            }
            assert!(!self.watching.is_finished(), "the watch has ended");
            // One that was asked before may take as long, too.
            assert!(now.elapsed() < LIMIT * 2, "/readyz does not answer");
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        for look in looks.iter().filter(|look| look.asked >= from) {
            let (after, took) = (look.asked - from, look.answered - look.asked);
            assert_eq!(look.ready, ready, "/readyz lied {after:?} after the moment");
            assert!(took < LIMIT, "/readyz took {took:?}");
        }
    }

    /// How long the slowest answer took.
    pub(crate) fn slowest(&self) -> Duration {
        let looks = self.looks.lock().unwrap();
        looks
            .iter()
            .map(|look| look.answered - look.asked)
            .max()
            .unwrap_or_default()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.watching.abort();
    }
}
