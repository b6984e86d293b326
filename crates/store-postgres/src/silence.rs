//! A database that says nothing any more: the network swallows everything, its machine was switched
//! off, a proxy hangs. Nothing is closed then, so no error tells of it, and a statement could wait for
//! as long as a long one may take. When the database is back, at the same address or another, the old
//! connections may stay dead all the same: nobody at the other end knows them.
//!
//! So whoever has waited for a second tries a new connection. When for two seconds neither a statement
//! nor a new connection was answered, the database counts as silent, and nobody waits for long any
//! more. When a new connection is the first to be answered after that, the older ones are given up at
//! once, with all that waits on them.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::result::ConnectionResult;
use diesel_async::AsyncPgConnection;
use roster_application::ports::store::StoreError;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::address::ConnectError;
use crate::opening::Way;

/// How long is waited without a doubt, and how long between two attempts.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);

/// For how long nothing must have been heard.
const CERTAINTY: Duration = Duration::from_secs(2);

/// Why a statement is given up. Whether it was done nobody can say.
#[derive(Debug, thiserror::Error)]
#[error("the database has fallen silent: this connection is not answered any more")]
pub(crate) struct Silent;

/// Whether the database is heard, and the way to find out.
pub(crate) struct Silence {
    way: Way,
    begun: Instant,
    /// When it was last heard, in milliseconds since the beginning.
    heard: AtomicU64,
    is_silent: AtomicBool,
    since: Mutex<Option<Instant>>,
    /// Connections that were opened before that moment are dead.
    dead: watch::Sender<Option<Instant>>,
    /// One tries for all.
    trying: tokio::sync::Mutex<()>,
}

impl Silence {
    /// Of a database that was just heard.
    pub(crate) fn new(way: Way) -> Self {
        Self {
            way,
            begun: Instant::now(),
            heard: AtomicU64::new(0),
            is_silent: AtomicBool::new(false),
            since: Mutex::default(),
            dead: watch::Sender::new(None),
            trying: tokio::sync::Mutex::default(),
        }
    }

    /// Opens a connection. What was sent into a silence is sent again too late, or never: so after a
    /// while others are tried beside the first.
    pub(crate) async fn open(&self) -> ConnectionResult<AsyncPgConnection> {
        let open = || self.way.open(self.way.options.statement_timeout);
        let others = async {
            let mut ticks = interval(PATIENCE);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks.tick().await;
            loop {
                ticks.tick().await;
                if let Ok(Ok(connection)) = timeout(PATIENCE, open()).await {
                    return connection;
                }
            }
        };
        let connection = tokio::select! {
            biased;
            first = open() => first?,
            other = others => other,
        };
        self.heard(Instant::now());
        Ok(connection)
    }

    /// Waits for the answer on a connection that was opened at that time, unless the database has
    /// fallen silent.
    pub(crate) async fn watch<T, E: From<StoreError>>(
        &self,
        opened: Instant,
        answer: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let (asked, mut answer) = (Instant::now(), pin!(answer));
        let answer = match timeout(PATIENCE, answer.as_mut()).await {
            Ok(answer) => answer,
            Err(_) => tokio::select! {
                biased;
                answer = answer => answer,
                () = self.gives_up(opened, asked) => {
                    return Err(StoreError::Unavailable(Box::new(Silent)).into());
                }
            },
        };
        if answer.is_ok() {
            self.heard(opened);
        }
        answer
    }

    /// Returns when it is of no use to wait any more.
    async fn gives_up(&self, opened: Instant, asked: Instant) {
        let mut dead = self.dead.subscribe();
        let given_up = dead.wait_for(|dead| dead.is_some_and(|dead| opened < dead));
        let trying = async {
            loop {
                self.try_anew().await;
                sleep(PATIENCE / 4).await;
            }
        };
        // Beside it, since only one tries at a time.
        let hopeless = async {
            let wait = self.way.options.wait_timeout;
            sleep(wait.saturating_sub(asked.elapsed())).await;
            while !self.is_silent.load(Ordering::Relaxed) {
                sleep(PATIENCE / 4).await;
            }
        };
        tokio::select! {
            _ = given_up => {}
            () = trying => {}
            () = hopeless => {}
        }
    }

    /// Whether a connection that was opened at that time is not answered any more.
    pub(crate) fn is_dead(&self, opened: Instant) -> bool {
        self.dead.borrow().is_some_and(|dead| opened < dead)
    }

    /// Whether the database was heard a moment ago. Somebody who waits makes sure of it only when
    /// nothing was heard for [`PATIENCE`], and that takes them a moment.
    pub(crate) fn is_heard(&self) -> bool {
        self.unheard() < PATIENCE * 3 / 2
    }

    /// Makes sure within two seconds that the database is heard, or that it is silent.
    async fn try_anew(&self) {
        let _one = self.trying.lock().await;
        if self.unheard() < PATIENCE {
            return;
        }
        let knocking = async {
            tokio::select! {
                () = self.knock() => {}
                () = async { sleep(PATIENCE).await; self.knock().await } => {}
            }
        };
        let answered = timeout(CERTAINTY, knocking).await.is_ok();
        if answered {
            self.heard(Instant::now());
        } else if self.unheard() >= CERTAINTY {
            let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
            if since.is_none() {
                tracing::warn!("the database has fallen silent");
            }
            let _ = since.get_or_insert_with(Instant::now);
            self.is_silent.store(true, Ordering::Relaxed);
        }
    }

    /// Connects until somebody answers, and be it that there is no room for another connection.
    async fn knock(&self) {
        loop {
            match self.way.target.client().await {
                Ok(_) => return,
                Err(ConnectError::Refused(error)) if error.code().is_some() => return,
                Err(_) => sleep(PATIENCE / 4).await,
            }
        }
    }

    fn unheard(&self) -> Duration {
        let heard = Duration::from_millis(self.heard.load(Ordering::Relaxed));
        self.begun.elapsed().saturating_sub(heard)
    }

    /// A connection that was opened at that time has just been answered.
    fn heard(&self, opened: Instant) {
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.heard.store(now, Ordering::Relaxed);
        if self.is_silent.load(Ordering::Relaxed) {
            self.is_over(opened);
        }
    }

    fn is_over(&self, opened: Instant) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_silent.store(false, Ordering::Relaxed);
        let Some(since) = since.take() else {
            return;
        };
        tracing::info!("the database is heard again");
        // An old connection that is answered shows that nothing was lost, only late.
        if opened >= since {
            self.dead.send_replace(Some(since));
        }
    }
}
