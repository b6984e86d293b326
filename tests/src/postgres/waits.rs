//! Waiting until another session has done something: a lock is held, somebody sleeps. Never by the
//! clock, since a machine that has much else to do takes its time.

use std::thread::sleep;
use std::time::Instant;

use super::{Cluster, ClusterError, POLL, START_LIMIT};

impl Cluster {
    /// Waits until somebody has locked a table of a database for nobody but themselves.
    ///
    /// # Errors
    /// [`ClusterError::Failed`] with what PostgreSQL said, or when that doesn't happen within a
    /// minute.
    pub fn until_locked(&self, url: &str, table: &str) -> Result<(), ClusterError> {
        let granted = format!(
            "SELECT count(*) = 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database \
             WHERE datname = current_database() AND relation = '{table}'::regclass \
             AND mode = 'AccessExclusiveLock' AND granted"
        );
        self.until(url, &granted)
    }

    /// Waits until somebody sleeps in a database by `pg_sleep`, so that what they did before is done.
    ///
    /// # Errors
    /// As [`until_locked`](Self::until_locked).
    pub fn until_asleep(&self, url: &str) -> Result<(), ClusterError> {
        let asleep = "SELECT count(*) = 1 FROM pg_stat_activity \
             WHERE datname = current_database() AND wait_event = 'PgSleep'";
        self.until(url, asleep)
    }

    fn until(&self, url: &str, question: &str) -> Result<(), ClusterError> {
        let begun = Instant::now();
        while self.sql(url, question)? != "t" {
            if begun.elapsed() > START_LIMIT {
                return Err(ClusterError::Failed {
                    what: "waiting for another session".to_owned(),
                    output: format!("this has not become true: {question}"),
                });
            }
            sleep(POLL);
        }
        Ok(())
    }
}
