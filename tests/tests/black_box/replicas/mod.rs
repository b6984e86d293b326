//! Several processes on one PostgreSQL database are one Roster. That sessions, SAML settings and the
//! protection against replays hold at all of them is told by [`crate::sign_in`], since those are read
//! anew each time; here is what a process remembers, and how it hears of others.
//!
//! - [`hearing`]: what one changes, the others know within 100 ms.

mod hearing;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use roster_tests::Backend;
use roster_tests::client::Client;
use roster_tests::postgres::shared_cluster;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;

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
            listening(&first, 2);
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

/// Waits until so many processes listen on the server's database.
fn listening(server: &Server, processes: u32) {
    let url = server.database_url().unwrap();
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

/// How long it takes from now on until `look` sees what is expected.
async fn until<T: PartialEq + std::fmt::Debug>(expected: T, look: impl AsyncFn() -> T) -> Duration {
    let begun = Instant::now();
    loop {
        let seen = look().await;
        if seen == expected {
            return begun.elapsed();
        }
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "{seen:?}, not {expected:?}"
        );
    }
}
