//! The running server: the real binary, started on a free port with a database of its own, killed and started
//! again, and its command line run against the same database.
//!
//! [`shared`] is one server for each store, for every story that is content with a tenant of its
//! own; a story that kills the server or needs other settings starts one with [`Server::start`]. What
//! happens to its process is in [`life`].

mod life;

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex, OnceLock};

use tempfile::TempDir;

use crate::Backend;
use crate::binary::{binary, text};
use crate::free_port;
use crate::postgres::shared_cluster;
use life::Running;

/// Where the servers of these tests say they are reached: nobody listens there, so an address in
/// an answer proves that it comes from this setting and not from the request.
pub const PUBLIC_URL: &str = "https://roster.example";

/// A running server, with its data. Everything goes when it is dropped.
#[derive(Debug)]
pub struct Server {
    /// Its store.
    pub backend: Backend,
    program: PathBuf,
    address: SocketAddr,
    public_url: String,
    database_url: Option<String>,
    settings: Vec<(String, String)>,
    running: Mutex<Option<Running>>,
    // Last, so that the directory goes when the process is gone.
    directory: TempDir,
}

/// The one server of that store that all stories share. The rate limits are off.
#[must_use]
pub fn shared(backend: Backend) -> Arc<Server> {
    static SQLITE: OnceLock<Arc<Server>> = OnceLock::new();
    static POSTGRES: OnceLock<Arc<Server>> = OnceLock::new();
    let slot = match backend {
        Backend::Sqlite => &SQLITE,
        Backend::Postgres => &POSTGRES,
    };
    slot.get_or_init(|| Server::start(backend)).clone()
}

/// The secret key of servers on PostgreSQL.
const SECRET_KEY: &str = "7e57000000000000000000000000000000000000000000000000000000007e57";

impl Server {
    /// Starts a server with an empty database and waits until it is ready. The rate limits are off.
    #[must_use]
    pub fn start(backend: Backend) -> Arc<Self> {
        Self::start_with(backend, &[])
    }

    /// As [`Server::start`], with further settings, which go before the usual ones.
    #[must_use]
    pub fn start_with(backend: Backend, settings: &[(&str, &str)]) -> Arc<Self> {
        Self::start_version(binary(), backend, settings)
    }

    /// As [`Server::start_with`], by another version of the program.
    #[must_use]
    pub fn start_version(program: &Path, backend: Backend, settings: &[(&str, &str)]) -> Arc<Self> {
        let database_url = new_database(backend);
        Self::start_as(program, backend, Some(PUBLIC_URL), database_url, settings)
    }

    /// As [`Server::start_with`], for a real browser: its public URL is `http://localhost` with its
    /// port, so that the addresses it hands out lead to it.
    #[must_use]
    pub fn start_reachable(backend: Backend, settings: &[(&str, &str)]) -> Arc<Self> {
        Self::start_as(binary(), backend, None, new_database(backend), settings)
    }

    /// Another process on the same PostgreSQL database, with the same settings and secret key.
    ///
    /// # Panics
    /// When this server's database is a file of its own.
    #[must_use]
    pub fn replica(&self) -> Arc<Self> {
        self.replica_of_version(&self.program)
    }

    /// As [`Server::replica`], by another version of the program.
    ///
    /// # Panics
    /// When this server's database is a file of its own.
    #[must_use]
    pub fn replica_of_version(&self, program: &Path) -> Arc<Self> {
        let database_url = self.database_url.clone();
        assert!(database_url.is_some(), "SQLite is for one process");
        let settings = self.given();
        let public_url = Some(self.public_url.as_str());
        Self::start_as(program, self.backend, public_url, database_url, &settings)
    }

    /// A server on what was restored of another, with its settings: on that PostgreSQL database, or on
    /// what `restore` puts into the data directory.
    #[must_use]
    pub fn restored(&self, database_url: Option<String>, restore: impl FnOnce(&Path)) -> Arc<Self> {
        let settings = self.given();
        let public_url = Some(self.public_url.as_str());
        let server = Self::prepare(
            &self.program,
            self.backend,
            public_url,
            database_url,
            &settings,
        );
        restore(&server.directory().join("data"));
        server.launch();
        Arc::new(server)
    }

    /// The settings that the story gave it.
    fn given(&self) -> Vec<(&str, &str)> {
        let settings = self.settings.iter();
        settings
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }

    fn start_as(
        program: &Path,
        backend: Backend,
        public_url: Option<&str>,
        database_url: Option<String>,
        settings: &[(&str, &str)],
    ) -> Arc<Self> {
        let server = Self::prepare(program, backend, public_url, database_url, settings);
        server.launch();
        Arc::new(server)
    }

    fn prepare(
        program: &Path,
        backend: Backend,
        public_url: Option<&str>,
        database_url: Option<String>,
        settings: &[(&str, &str)],
    ) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("roster-test-")
            .tempdir()
            .unwrap();
        let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        let mut settings: Vec<_> = settings.iter().map(owned).collect();
        if backend == Backend::Postgres
            && !settings
                .iter()
                .any(|(name, _)| name.starts_with("ROSTER_SECRET_KEY"))
        {
            // Any number of servers may come to share this database.
            settings.push(("ROSTER_SECRET_KEY".to_owned(), SECRET_KEY.to_owned()));
        }
        let port = free_port();
        Self {
            backend,
            program: program.to_owned(),
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            public_url: public_url
                .map_or_else(|| format!("http://localhost:{port}"), str::to_owned),
            database_url,
            settings,
            running: Mutex::default(),
            directory,
        }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://` and where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it says it is reached.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// The directory of its data and logs.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The PostgreSQL database, if it has one.
    #[must_use]
    pub fn database_url(&self) -> Option<&str> {
        self.database_url.as_deref()
    }

    /// What the story that started it gave it as a setting.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&str> {
        let given = self.settings.iter().find(|(setting, _)| setting == name);
        given.map(|(_, value)| value.as_str())
    }

    /// Everything it wrote to standard output and standard error.
    #[must_use]
    pub fn logs(&self) -> String {
        ["stdout", "stderr"]
            .map(|name| fs::read_to_string(self.directory().join(name)).unwrap_or_default())
            .concat()
    }

    /// What it has to say beside its requests: the last of it.
    #[must_use]
    pub fn worries(&self) -> String {
        let logs = self.logs();
        let worries = logs
            .lines()
            .filter(|line| !line.contains(r#""level":"INFO""#));
        let worries: Vec<_> = worries.collect();
        worries[worries.len().saturating_sub(20)..].join("\n")
    }

    /// Everything the database holds, as text that a secret could be searched in.
    #[must_use]
    pub fn database_content(&self) -> String {
        if let Some(url) = self.database_url() {
            return shared_cluster()
                .sql(url, "SELECT database_to_xml(true, false, '')")
                .unwrap();
        }
        let data = fs::read_dir(self.directory().join("data")).unwrap();
        let files = data.map(|entry| fs::read(entry.unwrap().path()).unwrap());
        files
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .collect()
    }

    /// The program, with this server's settings.
    #[must_use]
    pub fn command(&self) -> Command {
        self.command_of_version(&self.program)
    }

    /// Another version of the program, with this server's settings.
    #[must_use]
    pub fn command_of_version(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .current_dir(self.directory())
            .stdin(Stdio::null());
        command.env("USER", "operator").env("RUST_BACKTRACE", "1");
        command.env("ROSTER_LISTEN", self.address.to_string());
        command.env("ROSTER_PUBLIC_URL", &self.public_url);
        command.env("ROSTER_SCIM_RATE_LIMIT", "0");
        command.env("ROSTER_SIGN_IN_RATE_LIMIT", "0");
        match self.database_url() {
            Some(url) => command.env("ROSTER_DATABASE_URL", url),
            None => command.env("ROSTER_DATA_DIR", self.directory().join("data")),
        };
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs one of the program's commands against this server's database.
    #[must_use]
    pub fn cli(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    /// The standard output of a command that must succeed, without the white space around it.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.cli(arguments);
        let (said, complained) = (text(&output.stdout), text(&output.stderr));
        assert!(
            output.status.success(),
            "roster {arguments:?}: {}\n{said}\n{complained}",
            output.status
        );
        said.trim().to_owned()
    }
}

fn new_database(backend: Backend) -> Option<String> {
    match backend {
        Backend::Sqlite => None,
        Backend::Postgres => Some(shared_cluster().create_database().unwrap()),
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill9();
    }
}
