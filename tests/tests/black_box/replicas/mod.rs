//! Several processes on one PostgreSQL database are one Roster. That sessions, SAML settings and the
//! protection against replays hold at all of them is told by [`crate::sign_in`], since those are read
//! anew each time; here is what a process remembers, and how it hears of others.
//!
//! - [`hearing`]: what one changes, the others know within 100 ms;
//! - [`notes`]: what several of them note by the way;
//! - [`starting`]: of many that start at once, one migrates;
//! - [`pooler`]: all of it through PgBouncer in transaction mode.

mod hearing;
mod notes;
mod pooler;
mod starting;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use roster_tests::Backend;
use roster_tests::client::Client;
use roster_tests::postgres::shared_cluster;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// What a process remembers it remembers for a second; then it takes a moment to answer.
const FALLBACK: Duration = Duration::from_millis(1_300);

/// The same tenant at two processes on one database.
struct Pair {
    here: Tenant,
    there: Tenant,
}

impl Pair {
    fn of(first: &Arc<Server>, second: &Arc<Server>) -> Self {
        let here = Tenant::on(first);
        let there = Tenant::existing(second, &here.slug);
        Self { here, there }
    }

    /// A new tenant on the two processes that the tests of this module share.
    fn shared() -> Self {
        static SERVERS: OnceLock<[Arc<Server>; 2]> = OnceLock::new();
        let [first, second] = SERVERS.get_or_init(|| {
            let first = Server::start(Backend::Postgres);
            let second = first.replica();
            listening(&first, first.database_url().unwrap(), 2);
            [first, second]
        });
        Self::of(first, second)
    }

    /// The other process's SCIM API with that token.
    fn scim_there(&self, token: &str) -> Client {
        Client::new(self.there.scim_url()).with_token(token)
    }
}

/// Whose last statement was to listen.
const LISTENERS: &str = "FROM pg_stat_activity WHERE datname = current_database() \
    AND query = 'LISTEN roster_changes'";

/// Waits until so many processes listen on the database at `url`, past any pooler.
fn listening(server: &Server, url: &str, processes: u32) {
    let begun = Instant::now();
    loop {
        let count = shared_cluster()
            .sql(url, &format!("SELECT count(*) {LISTENERS}"))
            .unwrap();
        if count == processes.to_string() {
            return;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "{count} of {processes} processes listen\n{}",
            server.logs()
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Looks until it sees what is expected. How long after now was the last look that saw something
/// else? However slowly it was answered: what counts is what somebody is told who asks at that moment.
async fn until<T: PartialEq + std::fmt::Debug>(expected: T, look: impl AsyncFn() -> T) -> Duration {
    let begun = Instant::now();
    let mut stale = Duration::ZERO;
    loop {
        let asked = begun.elapsed();
        let seen = look().await;
        if seen == expected {
            return stale;
        }
        stale = asked;
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "{seen:?}, not {expected:?}"
        );
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Asserts that news travelled at once, and prints how fast.
#[expect(clippy::print_stdout, reason = "the figures are worth reading")]
fn at_once(what: &str, mut delays: Vec<Duration>) {
    delays.sort_unstable();
    let median = delays[delays.len() / 2];
    println!("{what}: still unknown elsewhere after {median:?} (median of {delays:?})");
    assert!(median < Duration::from_millis(100), "{what}: {delays:?}");
    let slowest = delays[delays.len() - 1];
    assert!(slowest < Duration::from_millis(800), "{what}: {delays:?}");
}

/// A new token, and the path of its record in the management API.
async fn new_token(tenant: &Tenant) -> (String, String) {
    let body = json!({ "name": "t", "permissions": ["UserRead"] });
    let issued = tenant.api().post("/api-tokens", &body).await.api(201);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&issued["value"]), text(&issued["token"]["id"]))
}

/// Starts ten processes at once on an empty database; one of them migrates it, and they agree on one
/// tenant and one key.
async fn ten_starts_migrate_once(url: &str) {
    let mut starts = JoinSet::new();
    for _ in 0..10 {
        let url = url.to_owned();
        starts.spawn_blocking(move || {
            Server::start_with(Backend::Postgres, &[("ROSTER_DATABASE_URL", &url)])
        });
    }
    let servers = starts.join_all().await;
    let migrated: Vec<_> = servers
        .iter()
        .map(|server| server.logs().matches("migrated the database").count())
        .filter(|migrations| *migrations > 0)
        .collect();
    let list: Value = serde_json::from_str(&servers[0].run(&["tenant", "list", "--json"])).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 1, "one tenant: {list}");
    let keys: Value = serde_json::from_str(&servers[0].run(&["keys", "list", "--json"])).unwrap();
    assert_eq!(keys.as_array().unwrap().len(), 1, "one key: {keys}");
    let migrations = std::fs::read_dir(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../migrations/postgres"
    ));
    assert_eq!(
        migrated,
        [migrations.unwrap().count()],
        "each ran once, by one process"
    );
}
