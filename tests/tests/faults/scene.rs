//! What every fault needs: the machine for itself, servers, and a line for its figures.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use roster_tests::Backend;
use roster_tests::postgres::{Cluster, shared_cluster};
use roster_tests::proxy::Proxy;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use tokio::sync::{Mutex, MutexGuard};

/// Whether the long version was asked for.
pub(crate) fn is_long() -> bool {
    std::env::var("ROSTER_FAULTS").is_ok_and(|version| version == "long")
}

/// One or the other, for the short version and the long one.
pub(crate) fn short_or<T>(short: T, long: T) -> T {
    if is_long() { long } else { short }
}

/// A fault, which has the machine for itself while it lives.
pub(crate) struct Fault {
    name: &'static str,
    _alone: MutexGuard<'static, ()>,
}

impl Fault {
    /// Waits for its turn.
    pub(crate) async fn begin(name: &'static str) -> Self {
        static TURN: Mutex<()> = Mutex::const_new(());
        let alone = TURN.lock().await;
        Self {
            name,
            _alone: alone,
        }
    }

    /// Prints what was measured, as a row of the table that `make faults` makes.
    #[expect(clippy::print_stdout, reason = "the figures are what was asked for")]
    pub(crate) fn figures(&self, figures: &str) {
        println!("fault | {} | {figures}", self.name);
    }
}

/// A server on a database of its own that is reached through a proxy.
pub(crate) struct Scene {
    /// The tenant, at the server.
    pub(crate) tenant: Tenant,
    /// The server.
    pub(crate) server: Arc<Server>,
    /// What is between them.
    pub(crate) proxy: Proxy,
    /// The way past it.
    pub(crate) database: String,
}

impl Scene {
    /// Sets it up.
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// As [`Scene::new`], with settings of the server.
    pub(crate) fn with(settings: &[(&str, &str)]) -> Self {
        Self::on(shared_cluster(), settings)
    }

    /// As [`Scene::with`], on a cluster of the test's own.
    pub(crate) fn on(cluster: &Cluster, settings: &[(&str, &str)]) -> Self {
        let database = cluster.create_database().unwrap();
        let proxy = Proxy::before(cluster.port());
        let url = proxy.url(&database);
        let mut settings = settings.to_vec();
        settings.push(("ROSTER_DATABASE_URL", &url));
        let server = Server::start_with(Backend::Postgres, &settings);
        let tenant = Tenant::on(&server);
        // The command line that makes it has to reach the database.
        tenant.administrator_token();
        Self {
            tenant,
            server,
            proxy,
            database,
        }
    }
}

/// The same tenant at another server.
pub(crate) fn elsewhere(tenant: &Tenant, server: &Arc<Server>) -> Tenant {
    Tenant::existing(server, &tenant.slug)
}

/// The most memory that the server ever used, in KiB.
pub(crate) fn peak_memory(server: &Server) -> u64 {
    memory(server, "VmHWM:")
}

/// The memory that the server uses now, in KiB.
pub(crate) fn present_memory(server: &Server) -> u64 {
    memory(server, "VmRSS:")
}

fn memory(server: &Server, line: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let value = status
        .lines()
        .find_map(|text| text.strip_prefix(line))
        .unwrap();
    value.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Lets the load run for a while.
pub(crate) async fn run_for(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

/// Does what blocks, so that load and watch go on meanwhile.
pub(crate) async fn meanwhile<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// Asserts that the server has not panicked, and has answered nothing with a fault of its own.
pub(crate) fn is_sound(server: &Server) {
    let logs = server.logs();
    for sign in ["panicked", "a defect in Roster", "\"status\":500"] {
        let line = logs.lines().find(|line| line.contains(sign));
        assert!(line.is_none(), "{line:?}");
    }
}
