//! What a running server does by the clock, until it is told to stop, and what it hears of others
//! meanwhile. What is being done by the clock then is finished first.

use std::fmt::Display;
use std::time::Duration;

use roster_application::Application;

use crate::telemetry::process::LastExpiries;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How often the last uses of tokens are written down.
const NOTE_INTERVAL: Duration = Duration::from_secs(5);

/// How often what has expired is deleted.
const CLEANING_INTERVAL: Duration = Duration::from_secs(60);

/// How often is looked for metadata that is a day old.
const METADATA_INTERVAL: Duration = Duration::from_secs(10 * 60);

/// How often is looked for what expires soon.
const EXPIRY_INTERVAL: Duration = Duration::from_secs(5 * 60);

/// Within what time after the start these are done for the first time: something may have become
/// due while no server ran.
const FIRST: Duration = Duration::from_secs(10);

/// The work in the background.
pub(crate) struct Upkeep {
    application: Application,
    tasks: Tasks,
    /// Hears of others until the last request is answered; ends when it is dropped.
    hearing: JoinSet<()>,
}

impl Upkeep {
    /// Begins. `expiries`: where to note what expires soon, if anybody wants to know.
    pub(crate) fn start(application: Application, expiries: Option<LastExpiries>) -> Self {
        let mut tasks = Tasks::new();
        let app = application.clone();
        tasks.every(NOTE_INTERVAL, NOTE_INTERVAL, move || note(app.clone()));
        let app = application.clone();
        tasks.every(CLEANING_INTERVAL, FIRST, move || clean(app.clone()));
        let app = application.clone();
        tasks.every(METADATA_INTERVAL, FIRST, move || refresh(app.clone()));
        if let Some(expiries) = expiries {
            let app = application.clone();
            tasks.every(EXPIRY_INTERVAL, FIRST, move || {
                let (app, expiries) = (app.clone(), expiries.clone());
                async move { expiries.look(&app).await }
            });
        }
        let mut hearing = JoinSet::new();
        let app = application.clone();
        hearing.spawn(async move { app.follow_changes().await });
        Self {
            application,
            tasks,
            hearing,
        }
    }

    /// Begins nothing more; to be told before the last requests are answered.
    pub(crate) fn stop(&self) {
        self.tasks.stop();
    }

    /// Waits for what is being done, and writes down the last notes. What takes longer than
    /// `limit` is cut off.
    pub(crate) async fn end(self, limit: Duration) {
        drop(self.hearing);
        // The notes don't wait for a slow identity provider.
        let ending = async { tokio::join!(note(self.application), self.tasks.end()) };
        if timeout(limit, ending).await.is_err() {
            tracing::warn!(
                "the work in the background took too long and was cut off; the last uses of tokens may be lost"
            );
        }
    }
}

async fn note(application: Application) {
    if let Err(error) = application.write_token_uses().await {
        tracing::warn!(%error, "the last uses of tokens can't be noted");
    }
    if let Err(error) = application.write_scim_contacts().await {
        complain(&error, "the last requests of SCIM clients can't be noted");
    }
}

async fn clean(application: Application) {
    match application.delete_expired().await {
        Ok(0) => {}
        Ok(rows) => tracing::debug!(rows, "deleted what has expired"),
        Err(error) => complain(&error, "what has expired can't be deleted"),
    }
}

async fn refresh(application: Application) {
    if let Err(error) = application.refresh_all_metadata().await {
        complain(
            &error,
            "the identity providers' metadata can't be refreshed",
        );
    }
}

fn complain(error: &dyn Display, what: &str) {
    tracing::warn!(%error, "{what}; it is tried again later");
}

/// Tasks that repeat.
struct Tasks {
    running: JoinSet<()>,
    stopped: watch::Sender<bool>,
}

impl Tasks {
    fn new() -> Self {
        Self {
            running: JoinSet::new(),
            stopped: watch::Sender::new(false),
        }
    }

    /// Does `work` within the time `first`, and again and again about one `interval` after it was
    /// done: several servers that were started together don't stay in step.
    fn every<F>(
        &mut self,
        interval: Duration,
        first: Duration,
        work: impl Fn() -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send,
    {
        let mut stopped = self.stopped.subscribe();
        self.running.spawn(async move {
            let mut pause = first.mul_f64(rand::random());
            loop {
                let stop = timeout(pause, stopped.wait_for(|stopped| *stopped));
                if stop.await.is_ok() {
                    return;
                }
                work().await;
                pause = interval.mul_f64(rand::random_range(0.8..1.2));
            }
        });
    }

    fn stop(&self) {
        self.stopped.send_replace(true);
    }

    async fn end(mut self) {
        self.stop();
        while self.running.join_next().await.is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Semaphore;

    use super::*;

    const TICK: Duration = Duration::from_millis(1);

    #[tokio::test]
    async fn work_is_repeated_until_the_end() {
        let (mut tasks, begun) = (Tasks::new(), Arc::new(Semaphore::new(0)));
        let counted = begun.clone();
        tasks.every(TICK, TICK, move || {
            let counted = counted.clone();
            async move { counted.add_permits(1) }
        });
        begun.acquire_many(3).await.unwrap().forget();
        tasks.end().await;
        assert_eq!(Arc::strong_count(&begun), 1, "nothing goes on");
    }

    #[tokio::test]
    async fn what_was_begun_is_finished_and_nothing_more_is_begun() {
        let (mut tasks, done) = (Tasks::new(), Arc::new(AtomicUsize::new(0)));
        let (begun, go_on) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let work = (begun.clone(), go_on.clone(), done.clone());
        tasks.every(TICK, TICK, move || {
            let (begun, go_on, done) = work.clone();
            async move {
                begun.add_permits(1);
                let _permit = go_on.acquire().await;
                done.fetch_add(1, Ordering::SeqCst);
            }
        });
        begun.acquire().await.unwrap().forget();
        tasks.stop();
        go_on.add_permits(1_000);
        tasks.end().await;
        assert_eq!(done.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn the_first_time_and_the_end_wait_for_no_interval() {
        let (mut tasks, begun) = (Tasks::new(), Arc::new(Semaphore::new(0)));
        let counted = begun.clone();
        tasks.every(Duration::from_secs(100_000), TICK, move || {
            let counted = counted.clone();
            async move { counted.add_permits(1) }
        });
        let both = async {
            begun.acquire().await.unwrap().forget();
            tasks.end().await;
        };
        timeout(Duration::from_secs(60), both).await.unwrap();
    }
}
