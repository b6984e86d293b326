//! The end of the server: at SIGTERM or SIGINT it accepts nothing more, finishes what is in
//! flight, and goes. A second signal ends it at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// How long answers may take to be sent, after the time that a request has.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// How long requests in flight may take to finish: whatever time each of them has. With all that comes
/// after, it stays within the 40 seconds that the chart gives a server to end
/// (`terminationGracePeriodSeconds`).
pub(crate) const fn limit(request_timeout: Duration) -> Duration {
    request_timeout.saturating_add(LAST_ANSWERS)
}

/// How long the work in the background, and the last notes, may take after that.
pub(crate) const LAST_NOTES: Duration = Duration::from_secs(3);

/// How long threads that wait for something else are waited for at the very end.
pub(crate) const LAST_THREADS: Duration = Duration::from_secs(1);

/// The signals that ask the process to end.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Catches the signals from now on.
    ///
    /// # Errors
    /// When the system does not let it.
    pub(crate) fn catch() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next one and answers its name.
    pub(crate) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// How long nothing must be in flight before the end, so that the last answers are sent and a
/// request that was just arriving is still seen. A client that opened a connection and sends its
/// request too slowly holds the end up no longer than this.
const QUIET: Duration = Duration::from_secs(1);

/// Counts the requests that are being answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct InFlight(Arc<AtomicUsize>);

impl InFlight {
    /// Answers by `answer`, counted.
    pub(crate) async fn count<T>(self, answer: impl Future<Output = T>) -> T {
        self.0.fetch_add(1, Ordering::Relaxed);
        // Also when the answer is given up half way.
        let _counted = Counted(self.0);
        answer.await
    }

    /// Waits until nothing was in flight for a moment.
    pub(crate) async fn quiet(&self) {
        const GLANCES: u32 = 20;
        let mut quiet = 0;
        while quiet < GLANCES {
            tokio::time::sleep(QUIET / GLANCES).await;
            quiet = if self.0.load(Ordering::Relaxed) == 0 {
                quiet + 1
            } else {
                0
            };
        }
    }
}

struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{Instant, sleep, timeout};

    #[tokio::test]
    async fn the_end_waits_for_what_is_in_flight_and_not_for_what_was_given_up() {
        let (in_flight, start) = (InFlight::default(), Instant::now());
        let working = Duration::from_millis(300);
        let answer = tokio::spawn(in_flight.clone().count(async move {
            sleep(working).await;
            "answer"
        }));
        let given_up = in_flight.clone().count(std::future::pending::<()>());
        assert!(timeout(Duration::from_millis(10), given_up).await.is_err());
        in_flight.quiet().await;
        assert!(
            start.elapsed() >= working + QUIET / 2,
            "{:?}",
            start.elapsed()
        );
        assert!(answer.is_finished());
    }
}
