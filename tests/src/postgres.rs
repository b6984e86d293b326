//! Private PostgreSQL clusters for tests: each on a free port of 127.0.0.1, in a temporary
//! directory, gone when its test ends, however that ends.
//!
//! [`shared_cluster`] is one for all tests of a process, each with a database of its own
//! ([`Cluster::create_database`]); a test that kills the server starts its own with
//! [`Cluster::start`]. [`Pooler`] is a PgBouncer before one.

mod pooler;
mod programs;
mod server;
mod standby;
mod waits;

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::Instant;

use crate::free_port;
pub use pooler::Pooler;
pub use programs::ClusterError;
use programs::{Programs, finish, io_error};
use server::{POLL, START_LIMIT, Server, Watchdog, free_shared_memory};
use tempfile::TempDir;

/// What kind of cluster to start.
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    /// Whether commits reach the disk. Off is faster, and survives the end of the server but not
    /// that of the machine.
    pub fsync: bool,
    /// Further settings, such as `("log_statement", "all")`.
    pub settings: Vec<(String, String)>,
    /// Files beside its data, by name and content, such as `server.crt` and `server.key`.
    pub files: Vec<(String, String)>,
}

impl Default for ClusterOptions {
    fn default() -> Self {
        Self {
            fsync: true,
            settings: Vec::new(),
            files: Vec::new(),
        }
    }
}

/// A PostgreSQL server of its own, stopped and removed when dropped.
#[derive(Debug)]
pub struct Cluster {
    programs: Programs,
    options: ClusterOptions,
    port: u16,
    databases: AtomicU32,
    server: Option<Server>,
    watchdog: Watchdog,
    // Last, so that the directory goes when the server is gone.
    directory: TempDir,
}

/// The one cluster that all tests of this process share; started at the first call, without fsync.
///
/// # Panics
/// When it can't be started; the message says what to install.
#[expect(
    clippy::panic,
    reason = "a test can't go on without its database; the message says why"
)]
pub fn shared_cluster() -> &'static Cluster {
    // A static is never dropped: the watchdog ends this one when the process ends.
    static SHARED: OnceLock<Result<Cluster, ClusterError>> = OnceLock::new();
    let options = || ClusterOptions {
        fsync: false,
        ..ClusterOptions::default()
    };
    match SHARED.get_or_init(|| Cluster::start(options())) {
        Ok(cluster) => cluster,
        Err(error) => panic!("{error}"),
    }
}

impl Cluster {
    /// Makes a new cluster and waits until it answers.
    ///
    /// # Errors
    /// [`ClusterError`] says what is missing or what PostgreSQL said.
    pub fn start(options: ClusterOptions) -> Result<Self, ClusterError> {
        Self::made_by(options, |cluster| {
            let mut initdb = cluster.programs.command("initdb", cluster.directory.path());
            initdb.args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
            ]);
            finish(
                "initdb",
                initdb.args(["--no-sync", "-D"]).arg(cluster.data()),
            )?;
            cluster.write_files()
        })
    }

    /// A cluster whose data `make` puts in its place.
    fn made_by(
        options: ClusterOptions,
        make: impl FnOnce(&Self) -> Result<(), ClusterError>,
    ) -> Result<Self, ClusterError> {
        let programs = Programs::find()?;
        let directory = tempfile::Builder::new()
            .prefix("roster-postgres-")
            .tempdir();
        let directory = directory.map_err(io_error("making a temporary directory"))?;
        if let Some((user, group)) = programs.account {
            chown(directory.path(), Some(user), Some(group))
                .map_err(io_error("giving the temporary directory away"))?;
        }
        let watchdog = Watchdog::start(directory.path())?;
        let databases = AtomicU32::new(0);
        let mut cluster = Self {
            programs,
            options,
            port: 0,
            databases,
            server: None,
            watchdog,
            directory,
        };

        make(&cluster)?;
        // Another process may take the port between its choice and its use.
        let mut attempts = 0;
        loop {
            attempts += 1;
            cluster.port = free_port();
            match cluster.launch() {
                Ok(()) => return Ok(cluster),
                Err(error) if attempts == 5 => return Err(error),
                Err(_) => {}
            }
        }
    }

    /// Starts one with the database `roster` of an account of that name, which needs the password
    /// `first`; the account postgres goes on without.
    ///
    /// # Errors
    /// [`ClusterError`].
    pub fn with_password() -> Result<Self, ClusterError> {
        let rules = "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256";
        let cluster = Self::start(ClusterOptions {
            fsync: false,
            files: vec![("pg_hba.conf".to_owned(), rules.to_owned())],
            ..ClusterOptions::default()
        })?;
        let admin = cluster.url("postgres");
        for statement in [
            "CREATE ROLE roster LOGIN PASSWORD 'first'",
            "CREATE DATABASE roster OWNER roster",
        ] {
            let _ = cluster.sql(&admin, statement)?;
        }
        Ok(cluster)
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The URL of a database of this cluster.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Creates an empty database and answers its URL.
    ///
    /// # Errors
    /// [`ClusterError::Failed`] with what PostgreSQL said.
    pub fn create_database(&self) -> Result<String, ClusterError> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql(&self.url("postgres"), &format!("CREATE DATABASE {name}"))?;
        Ok(self.url(&name))
    }

    /// Runs SQL with `psql` (several statements are one transaction) and answers the rows, a line
    /// each, columns parted by `|`.
    ///
    /// # Errors
    /// [`ClusterError::Failed`] with what PostgreSQL said.
    pub fn sql(&self, url: &str, statements: &str) -> Result<String, ClusterError> {
        let mut psql = self.programs.command("psql", self.directory.path());
        psql.args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-c",
            statements,
            url,
        ]);
        let output = finish("psql", &mut psql)?;
        Ok(String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned())
    }

    /// A backup of a database by `pg_dump`, restored by `pg_restore` into another that is new and
    /// belongs to an account of its own, as `docs/backup.md` tells: answers its URL for that account.
    ///
    /// # Errors
    /// [`ClusterError::Failed`] with what PostgreSQL said.
    pub fn restored_copy(&self, url: &str) -> Result<String, ClusterError> {
        let name = format!(
            "restored_{}",
            self.databases.fetch_add(1, Ordering::Relaxed)
        );
        let copy = format!("postgres://roster@127.0.0.1:{}/{name}", self.port);
        let admin = self.url("postgres");
        // Two may come at once.
        let role = "DO $$ BEGIN CREATE ROLE roster LOGIN; \
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$";
        for statement in [role, &format!("CREATE DATABASE {name} OWNER roster")] {
            self.sql(&admin, statement)?;
        }
        let file = self.directory.path().join(format!("{name}.dump"));
        let mut dump = self.programs.command("pg_dump", self.directory.path());
        dump.args(["--format=custom", "--file"]).arg(&file).arg(url);
        finish("pg_dump", &mut dump)?;
        let mut restore = self.programs.command("pg_restore", self.directory.path());
        restore.args([
            "--single-transaction",
            "--exit-on-error",
            "--no-owner",
            "--dbname",
            &copy,
        ]);
        finish("pg_restore", restore.arg(&file))?;
        Ok(copy)
    }

    /// What the server has written to its log since it was last started.
    ///
    /// # Errors
    /// [`ClusterError::Io`] when the log can't be read.
    pub fn log(&self) -> Result<String, ClusterError> {
        fs::read_to_string(self.log_file()).map_err(io_error("reading the server's log"))
    }

    /// Ends the server as a crash would.
    ///
    /// # Errors
    /// [`ClusterError::Io`] when it could not be killed.
    pub fn kill9(&mut self) -> Result<(), ClusterError> {
        self.server.take().map_or(Ok(()), Server::kill)
    }

    /// Starts the server again on the same port and data, after ending it properly if it runs.
    ///
    /// # Errors
    /// [`ClusterError::Failed`] with its log when it does not start.
    pub fn restart(&mut self) -> Result<(), ClusterError> {
        self.stop();
        let begun = Instant::now();
        loop {
            // After a crash the children of the old server need a moment to notice.
            match self.launch() {
                Err(_) if begun.elapsed() < START_LIMIT => sleep(POLL * 10),
                result => return result,
            }
        }
    }

    /// The user and group that PostgreSQL's processes run as, where these are not the test's own.
    #[must_use]
    pub const fn account(&self) -> Option<(u32, u32)> {
        self.programs.account
    }

    /// Ends the server properly, cutting all connections, and leaves it so.
    pub fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop("INT");
        }
    }

    fn write_files(&self) -> Result<(), ClusterError> {
        for (name, content) in &self.options.files {
            let path = self.data().join(name);
            let written = fs::write(&path, content)
                .and_then(|()| fs::set_permissions(&path, Permissions::from_mode(0o600)));
            written.map_err(io_error(format!("writing {name}")))?;
            if let Some((user, group)) = self.programs.account {
                chown(&path, Some(user), Some(group)).map_err(io_error("giving a file away"))?;
            }
        }
        Ok(())
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    fn log_file(&self) -> PathBuf {
        self.directory.path().join("log")
    }

    fn launch(&mut self) -> Result<(), ClusterError> {
        let mut command = self.programs.command("postgres", self.directory.path());
        command
            .arg("-D")
            .arg(self.data())
            .args(["-p", &self.port.to_string()]);
        let fixed = [
            ("listen_addresses", "127.0.0.1"),
            ("unix_socket_directories", ""),
            ("max_connections", "200"),
            ("fsync", if self.options.fsync { "on" } else { "off" }),
        ];
        let given = self.options.settings.iter();
        let given = given.map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in fixed.into_iter().chain(given) {
            command.args(["-c", &format!("{name}={value}")]);
        }
        self.server = Some(Server::start(&mut command, &self.data(), &self.log_file())?);
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        match self.server.take() {
            Some(server) => server.stop("QUIT"),
            None => free_shared_memory(&self.data()),
        }
        self.watchdog.dismiss();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_committed_survives_a_crash_and_the_directory_goes_with_the_cluster() {
        let mut cluster = Cluster::start(ClusterOptions::default()).unwrap();
        let url = cluster.create_database().unwrap();
        cluster
            .sql(&url, "CREATE TABLE t (n int); INSERT INTO t VALUES (7)")
            .unwrap();
        cluster.kill9().unwrap();
        assert!(cluster.sql(&url, "SELECT n FROM t").is_err());
        cluster.restart().unwrap();
        assert_eq!(cluster.sql(&url, "SELECT n FROM t").unwrap(), "7");
        let directory = cluster.directory.path().to_owned();
        drop(cluster);
        assert!(!directory.exists());
    }

    #[test]
    fn databases_of_the_shared_cluster_are_apart() {
        let [one, two] = [(); 2].map(|()| shared_cluster().create_database().unwrap());
        shared_cluster()
            .sql(&one, "CREATE TABLE t (n int)")
            .unwrap();
        assert!(shared_cluster().sql(&two, "SELECT * FROM t").is_err());
    }
}
