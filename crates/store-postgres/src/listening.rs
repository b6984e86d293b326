//! Hearing what other processes tell (see [`announcements`](crate::announcements)), on a connection
//! of its own beside the pool. When it is cut, another is opened, sooner or later; whoever listens is
//! told then that something may have been missed.

use std::future::poll_fn;
use std::time::Duration;

use async_trait::async_trait;
use roster_application::ports::store::{OneProcess, RemoteChange, RemoteChanges};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::{AsyncMessage, Client};

use crate::address::{ConnectError, Target};
use crate::announcements::{CHANNEL, understand};
use crate::pooling::is_pooled;

/// How long to wait before another attempt at a connection; before each further one twice as long,
/// unless the one that was lost had lasted.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How often a connection on which nothing is said is used all the same: what stands between ends idle
/// ones, and one that is dead shows.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// So many announcements wait to be heard; further ones wait in the network.
const WAITING: usize = 1_000;

/// What other processes change.
pub(crate) struct Listening {
    target: Target,
    /// Whether it must be found out first that notifications come through.
    doubted: bool,
    ear: Option<Ear>,
    /// What failed since it last heard anything: said once, however often it fails.
    failing: bool,
    pause: Duration,
}

/// Why nothing is heard.
#[derive(Debug, thiserror::Error)]
enum DeafError {
    #[error(transparent)]
    Unconnected(#[from] ConnectError),
    #[error(
        "the listen URL leads to a pooler in transaction mode, which passes no notifications on; it has to name PostgreSQL itself"
    )]
    Pooled,
}

/// Nothing, after it was said why.
pub(crate) fn deaf() -> Box<dyn RemoteChanges> {
    tracing::warn!(
        "the database is reached through a pooler in transaction mode, which passes no notifications on: what other processes change takes effect here within a second, not at once. Set ROSTER_DATABASE_LISTEN_URL to a URL of PostgreSQL itself to mend that"
    );
    Box::new(OneProcess)
}

fn listen() -> String {
    format!("LISTEN {CHANNEL}")
}

/// A connection that listens.
struct Ear {
    announcements: mpsc::Receiver<Result<String, String>>,
    /// The connection ends with it.
    client: Client,
    since: Instant,
    /// How long an answer may take.
    limit: Duration,
}

impl Ear {
    /// The next announcement, or why there will be none.
    async fn hear(&mut self) -> Result<String, String> {
        loop {
            match timeout(HEARTBEAT, self.announcements.recv()).await {
                Ok(Some(announcement)) => return announcement,
                Ok(None) => return Err("the connection was closed".to_owned()),
                Err(_) => self.beat().await?,
            }
        }
    }

    async fn beat(&self) -> Result<(), String> {
        // Said again it changes nothing.
        let answer = timeout(self.limit, self.client.batch_execute(&listen())).await;
        let answer = answer.map_err(|_| "the connection does not answer any more")?;
        answer.map_err(|error| error.to_string())
    }
}

impl Listening {
    /// Listens by `target`; `doubted`: unless a pooler is on that way.
    pub(crate) const fn new(target: Target, doubted: bool) -> Self {
        Self {
            target,
            doubted,
            ear: None,
            failing: false,
            pause: FIRST_PAUSE,
        }
    }

    async fn open(&self) -> Result<Ear, DeafError> {
        if self.doubted && is_pooled(&self.target).await? {
            return Err(DeafError::Pooled);
        }
        let (client, mut connection) = self.target.connect().await?;
        let (told, announcements) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            loop {
                let message = match poll_fn(|context| connection.poll_message(context)).await {
                    Some(Ok(AsyncMessage::Notification(notification))) => {
                        Ok(notification.payload().to_owned())
                    }
                    Some(Ok(_)) => continue,
                    Some(Err(error)) => Err(error.to_string()),
                    None => return,
                };
                let over = message.is_err();
                if told.send(message).await.is_err() || over {
                    return;
                }
            }
        });
        client
            .batch_execute(&listen())
            .await
            .map_err(ConnectError::Refused)?;
        Ok(Ear {
            announcements,
            client,
            since: Instant::now(),
            limit: self.target.limit(),
        })
    }

    /// Waits before the next attempt.
    async fn rest(&mut self) {
        sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    /// Says once what keeps it from hearing.
    fn complain(&mut self, problem: &dyn std::fmt::Display) {
        if !std::mem::replace(&mut self.failing, true) {
            tracing::warn!(
                %problem,
                "can't hear what other processes change: until that is mended, it takes effect here within a second, not at once"
            );
        }
    }
}

#[async_trait]
impl RemoteChanges for Listening {
    async fn next(&mut self) -> Option<RemoteChange> {
        loop {
            if let Some(ear) = &mut self.ear {
                let heard = ear.hear().await;
                if ear.since.elapsed() > LONGEST_PAUSE {
                    self.pause = FIRST_PAUSE;
                }
                match heard {
                    Ok(announcement) => return Some(understand(&announcement)),
                    Err(problem) => self.complain(&problem),
                }
                self.ear = None;
                self.rest().await;
            }
            match self.open().await {
                Ok(ear) => {
                    self.ear = Some(ear);
                    if std::mem::take(&mut self.failing) {
                        tracing::info!("hears again at once what other processes change");
                    }
                    return Some(RemoteChange::Missed);
                }
                Err(problem) => {
                    self.complain(&problem);
                    self.rest().await;
                }
            }
        }
    }
}
