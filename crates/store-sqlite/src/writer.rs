//! The one connection that writes, on a thread of its own.
//!
//! Whatever waits when it comes free is committed together: the disk is waited for once, not once
//! for each. Each job is in a savepoint of its own, so that one that is refused takes no other
//! with it; and nobody is answered before the disk has it.

use std::thread::JoinHandle;

use diesel::{Connection, QueryResult, SqliteConnection};
use roster_application::ports::store::{CommitError, Expired, ScimContact, StoreError};
use roster_domain::change::Change;
use roster_domain::id::{SessionId, TenantId, TokenId};
use roster_domain::secret::SecretHash;
use roster_domain::token::LastUse;
use time::OffsetDateTime;
use tokio::sync::{mpsc, oneshot};

use crate::connections::{DatabaseFile, OpenError, WAIT};
use crate::errors::store_error;
use crate::{commit, expired, metadata_checks, scim_contacts, session_uses, token_uses, used_once};

/// How many jobs may wait; those beyond wait for a place.
const QUEUE: usize = 1024;
/// How many are committed together at most, so that the first doesn't wait long for the last, and
/// other processes get the lock in between.
const TOGETHER: usize = 64;

/// What is to be written.
pub(crate) enum Work {
    /// A change with its audit record.
    Commit(TenantId, Box<Change>),
    /// What is not audited, of one tenant.
    Note(TenantId, Note),
    /// What has expired, of all tenants: a batch of it is deleted.
    DeleteExpired(Expired),
}

/// What is written beside the audit log.
pub(crate) enum Note {
    TokenUses(Vec<(TokenId, LastUse)>),
    SessionUse(SessionId, OffsetDateTime),
    ScimContact(Box<ScimContact>),
    UsedOnce {
        keys: Vec<SecretHash>,
        until: OffsetDateTime,
    },
    ClaimCheck {
        due: OffsetDateTime,
        now: OffsetDateTime,
    },
    Check {
        at: OffsetDateTime,
        problem: Option<String>,
    },
}

/// How many records were written.
type Outcome = Result<usize, CommitError>;

const STOPPED: &str = "the thread that writes has stopped";

fn unavailable(problem: &'static str) -> CommitError {
    CommitError::Store(StoreError::Unavailable(problem.into()))
}

struct Job {
    work: Work,
    answer: oneshot::Sender<Outcome>,
}

impl Job {
    fn run(&self, connection: &mut SqliteConnection) -> Outcome {
        let written = match &self.work {
            Work::Commit(tenant, change) => {
                return commit::commit(connection, *tenant, change).map(|()| 1);
            }
            Work::Note(tenant, note) => note.write(connection, *tenant),
            Work::DeleteExpired(before) => expired::delete_some(connection, before),
        };
        written.map_err(|error| CommitError::Store(store_error(error)))
    }
}

impl Note {
    fn write(&self, connection: &mut SqliteConnection, tenant: TenantId) -> QueryResult<usize> {
        match self {
            Self::TokenUses(uses) => token_uses::note(connection, tenant, uses),
            Self::SessionUse(session, at) => session_uses::note(connection, tenant, *session, *at),
            Self::ScimContact(contact) => scim_contacts::note(connection, tenant, contact),
            Self::UsedOnce { keys, until } => used_once::mark(connection, tenant, keys, *until),
            Self::ClaimCheck { due, now } => metadata_checks::claim(connection, tenant, *due, *now),
            Self::Check { at, problem } => {
                metadata_checks::note(connection, tenant, *at, problem.as_deref())
            }
        }
    }
}

/// The way to the thread. Dropping it waits until what was handed in is written.
pub(crate) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Opens the connection and starts the thread.
    pub(crate) fn start(file: &DatabaseFile) -> Result<Self, OpenError> {
        let mut connection = file.connect()?;
        let (jobs, mut waiting) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new().name("sqlite-writer".to_owned());
        let thread = thread.spawn(move || {
            while let Some(first) = waiting.blocking_recv() {
                let mut batch = vec![first];
                while batch.len() < TOGETHER
                    && let Ok(next) = waiting.try_recv()
                {
                    batch.push(next);
                }
                write(&mut connection, batch);
            }
        });
        let thread = thread.map_err(|source| OpenError::Thread {
            path: file.path().to_owned(),
            source,
        })?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Whether the thread still runs.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it has ended, which only a fault of the program can do.
    pub(crate) fn ready(&self) -> Result<(), StoreError> {
        let ended = self.thread.as_ref().is_none_or(JoinHandle::is_finished);
        if ended {
            return Err(StoreError::Unavailable(STOPPED.into()));
        }
        Ok(())
    }

    /// Writes, and answers when it is on the disk. Work that was handed in is done even if the
    /// caller goes away.
    pub(crate) async fn write(&self, work: Work) -> Outcome {
        let stopped = || unavailable(STOPPED);
        let (answer, answered) = oneshot::channel();
        let job = Job { work, answer };
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        match jobs.send_timeout(job, WAIT).await {
            Ok(()) => answered.await.unwrap_or_else(|_| Err(stopped())),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => {
                Err(unavailable("too many writes are waiting"))
            }
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Err(stopped()),
        }
    }
}

/// The error of a write that no change and no precondition can refuse.
pub(crate) fn unaudited(error: CommitError) -> StoreError {
    match error {
        CommitError::Store(error) => error,
        error => StoreError::Failed(Box::new(error)),
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        // The last connection that closes moves the log into the file: a database that nobody
        // uses is one file.
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that writes to the database panicked");
        }
    }
}

/// Rolls a transaction or a savepoint back.
struct Stop(CommitError);

impl From<diesel::result::Error> for Stop {
    fn from(error: diesel::result::Error) -> Self {
        Self(CommitError::Store(store_error(error)))
    }
}

fn write(connection: &mut SqliteConnection, batch: Vec<Job>) {
    let outcomes = together(connection, &batch).unwrap_or_else(|| {
        let mut locked = false;
        let one_by_one = batch.iter().map(|job| {
            // Whoever holds the lock would make each of them wait in turn, until nobody is left to
            // hear that it was written after all.
            if locked {
                return Err(unavailable("another process holds the lock"));
            }
            let outcome = alone(connection, job);
            locked = is_locked(&outcome);
            outcome
        });
        one_by_one.collect()
    });
    for (job, outcome) in batch.into_iter().zip(outcomes) {
        // Nobody may be there to hear it any more.
        let _ = job.answer.send(outcome);
    }
}

const fn is_locked(outcome: &Outcome) -> bool {
    matches!(outcome, Err(CommitError::Store(StoreError::Unavailable(_))))
}

fn alone(connection: &mut SqliteConnection, job: &Job) -> Outcome {
    connection
        .immediate_transaction(|connection| job.run(connection).map_err(Stop))
        .map_err(|Stop(error)| error)
}

/// `None`: nothing was written, and each job must be run alone. That is so for a single job, and
/// when the database itself fails: it may then have rolled back more than one savepoint.
fn together(connection: &mut SqliteConnection, batch: &[Job]) -> Option<Vec<Outcome>> {
    if batch.len() < 2 {
        return None;
    }
    let outcomes = connection.immediate_transaction(|connection| {
        let run = |job: &Job| {
            let done = connection.transaction(|connection| job.run(connection).map_err(Stop));
            match done {
                Err(Stop(CommitError::Store(error))) => Err(Stop(error.into())),
                done => Ok(done.map_err(|Stop(error)| error)),
            }
        };
        batch
            .iter()
            .map(run)
            .collect::<Result<Vec<Outcome>, Stop>>()
    });
    match outcomes {
        Ok(outcomes) => Some(outcomes),
        Err(Stop(error)) => is_locked(&Err(error)).then(|| {
            let locked = |_| Err(unavailable("another process holds the lock"));
            batch.iter().map(locked).collect()
        }),
    }
}
