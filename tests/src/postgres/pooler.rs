//! PgBouncer before a cluster, in transaction mode unless another is asked for: to each transaction
//! another connection, of very few.

use std::fs::{self, File};
use std::io::Write;
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Instant;

use tempfile::TempDir;

use super::programs::{ClusterError, Programs, io_error};
use super::server::{POLL, START_LIMIT};
use super::{Cluster, free_port};

/// Ends PgBouncer and removes its directory when the test process ends without doing so.
const WATCHDOG: &str = r#"trap '' INT TERM HUP
if read -r word; then exit 0; fi
kill -9 "$1"; rm -rf "$2""#;

/// A PgBouncer of its own, gone when dropped.
#[derive(Debug)]
pub struct Pooler {
    port: u16,
    process: Child,
    watchdog: Child,
    // Last, so that the directory goes when the process is gone.
    directory: TempDir,
}

impl Pooler {
    /// Starts one before `cluster`, in transaction mode, that opens `connections` at most to each
    /// database.
    ///
    /// # Errors
    /// [`ClusterError`] says what is missing or what PgBouncer said.
    pub fn before(cluster: &Cluster, connections: u32) -> Result<Self, ClusterError> {
        Self::configured(cluster, connections, "")
    }

    /// As [`Pooler::before`], with further lines of settings, which go before the usual ones.
    ///
    /// # Errors
    /// [`ClusterError`] says what is missing or what PgBouncer said.
    pub fn configured(
        cluster: &Cluster,
        connections: u32,
        lines: &str,
    ) -> Result<Self, ClusterError> {
        let programs = Programs::find()?;
        let directory = tempfile::Builder::new()
            .prefix("roster-pooler-")
            .tempdir()
            .map_err(io_error("making a temporary directory"))?;
        let port = free_port().map_err(io_error("looking for a free port"))?;
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={} user=postgres\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = any\npool_mode = transaction\ndefault_pool_size = {connections}\n\
             max_client_conn = 500\nserver_idle_timeout = 5\nserver_login_retry = 1\n{lines}\n",
            cluster.port()
        );
        let file = directory.path().join("pgbouncer.ini");
        fs::write(&file, settings).map_err(io_error("writing PgBouncer's settings"))?;
        if let Some((user, group)) = programs.account {
            for path in [directory.path(), &file] {
                chown(path, Some(user), Some(group))
                    .map_err(io_error("giving the temporary directory away"))?;
            }
        }
        let log = directory.path().join("log");
        let output = File::create(&log).map_err(io_error("making the log file"))?;
        let mut command = Command::new(program());
        command
            .arg(&file)
            .current_dir(directory.path())
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(output);
        if let Some((user, group)) = programs.account {
            command.uid(user).gid(group);
        }
        let process = command.spawn().map_err(io_error(
            "starting pgbouncer (install it with `apt-get install pgbouncer`)",
        ))?;
        let watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "watchdog", &process.id().to_string()])
            .arg(directory.path())
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(io_error("starting sh"))?;
        let mut pooler = Self {
            port,
            process,
            watchdog,
            directory,
        };
        pooler.wait()?;
        Ok(pooler)
    }

    /// The database of that URL of the cluster, through the pooler.
    ///
    /// # Panics
    /// When it is not a URL of a cluster.
    #[must_use]
    pub fn url(&self, database_url: &str) -> String {
        let (_, database) = database_url.rsplit_once('/').unwrap();
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// What it has written to its log.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }

    fn wait(&mut self) -> Result<(), ClusterError> {
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            let ended = !matches!(self.process.try_wait(), Ok(None));
            if ended || begun.elapsed() > START_LIMIT {
                return Err(ClusterError::Failed {
                    what: "pgbouncer".to_owned(),
                    output: self.log(),
                });
            }
            sleep(POLL);
        }
        Ok(())
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if let Some(mut pipe) = self.watchdog.stdin.take() {
            let _ = pipe.write_all(b"done\n");
        }
        let _ = self.watchdog.wait();
    }
}

/// Debian keeps it where only the operator's PATH leads.
fn program() -> &'static str {
    const DEBIAN: &str = "/usr/sbin/pgbouncer";
    if Path::new(DEBIAN).is_file() {
        DEBIAN
    } else {
        "pgbouncer"
    }
}
