//! A standby: a second cluster that holds all that the first has acknowledged, and can take its place.

use std::thread::sleep;
use std::time::Instant;

use super::programs::{ClusterError, finish};
use super::server::{POLL, START_LIMIT};
use super::{Cluster, ClusterOptions};

impl Cluster {
    /// Starts a standby of this cluster, by streaming replication. From now on a commit is
    /// acknowledged when both have it on the disk.
    ///
    /// # Errors
    /// [`ClusterError`].
    pub fn standby(&self) -> Result<Self, ClusterError> {
        let options = ClusterOptions {
            files: Vec::new(),
            ..self.options.clone()
        };
        let standby = Self::made_by(options, |standby| {
            let mut backup = standby
                .programs
                .command("pg_basebackup", standby.directory.path());
            backup.args(["-h", "127.0.0.1", "-p", &self.port.to_string()]);
            backup.args(["-U", "postgres", "-R", "-X", "stream", "-c", "fast"]);
            let made = backup.args(["--no-sync", "-D"]).arg(standby.data());
            finish("pg_basebackup", made).map(drop)
        })?;
        let admin = self.url("postgres");
        for statement in [
            "ALTER SYSTEM SET synchronous_standby_names = '*'",
            "SELECT pg_reload_conf()",
        ] {
            let _ = self.sql(&admin, statement)?;
        }
        let question = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        self.wait_for(question, "1")?;
        Ok(standby)
    }

    /// Makes this standby the one that is written to, and waits until it can be.
    ///
    /// # Errors
    /// [`ClusterError`].
    pub fn promote(&self) -> Result<(), ClusterError> {
        let _ = self.sql(&self.url("postgres"), "SELECT pg_promote()")?;
        self.wait_for("SELECT pg_is_in_recovery()", "f")
    }

    fn wait_for(&self, question: &str, expected: &str) -> Result<(), ClusterError> {
        let begun = Instant::now();
        loop {
            let output = self.sql(&self.url("postgres"), question)?;
            if output == expected {
                return Ok(());
            }
            if begun.elapsed() > START_LIMIT {
                return Err(ClusterError::Failed {
                    what: question.to_owned(),
                    output,
                });
            }
            sleep(POLL);
        }
    }
}
