//! Upgrades (`docs/upgrades.md`): servers of the version before and of this one work side by side on one
//! database while its schema moves on, and the way back is open.
//!
//! The version before is the program that `ROSTER_PREVIOUS_BIN` names (`make test-upgrade` builds it from
//! the last release). Without one, this version stands in for it: it then meets a schema that a later
//! one has brought further, by the migration that stands here.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests, which tell their figures"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};

use roster_tests::Backend;
use roster_tests::binary::{binary, text};
use roster_tests::load::{Load, Outcome};
use roster_tests::postgres::shared_cluster;
use roster_tests::raw;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;

/// What a later version might add: to the tables of every request, a table of its own, and an index,
/// which is built without stopping anybody. One transaction each.
const LATER: [&str; 4] = [
    "SET lock_timeout = '2s'; \
     ALTER TABLE users ADD COLUMN title text, ADD COLUMN rank bigint NOT NULL DEFAULT 0",
    "SET lock_timeout = '2s'; \
     ALTER TABLE audit_log ADD COLUMN trace_id text; \
     ALTER TABLE api_tokens ADD COLUMN note text; \
     ALTER TABLE roles ADD COLUMN description text; \
     ALTER TABLE settings ADD COLUMN banner text; \
     CREATE TABLE groups (id uuid PRIMARY KEY, name text NOT NULL)",
    "CREATE INDEX CONCURRENTLY users_by_title ON users (tenant_id, title)",
    "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000001')",
];

/// What takes away what this version uses, in the end.
const CONTRACTED: &str = "UPDATE schema_compatibility SET oldest_migration = '29990101000001'";

const LOAD: Duration = Duration::from_secs(2);

fn previous() -> PathBuf {
    std::env::var_os("ROSTER_PREVIOUS_BIN").map_or_else(
        || binary().to_owned(),
        |path| std::fs::canonicalize(path).expect("ROSTER_PREVIOUS_BIN names no file"),
    )
}

/// What a program says when it is run like that.
fn said(output: &Output) -> String {
    text(&output.stdout) + &text(&output.stderr)
}

fn migrate(program: &Path, server: &Server, arguments: &[&str]) -> Output {
    let mut command: Command = server.command_of_version(program);
    command.arg("migrate").args(arguments).output().unwrap()
}

fn succeeds(output: &Output, with: &str) {
    let said = said(output);
    assert!(output.status.success() && said.contains(with), "{said}");
}

fn bring_further(url: &str) {
    for statements in LATER {
        let begun = Instant::now();
        while let Err(error) = shared_cluster().sql(url, statements) {
            let error = error.to_string();
            let again = error.contains("lock timeout") && begun.elapsed() < Duration::from_secs(20);
            assert!(again, "{error}");
        }
    }
}

fn assert_ready(servers: &[&Arc<Server>]) {
    for server in servers {
        assert!(
            raw::answers_ok(server.address(), "/readyz"),
            "{}",
            server.logs()
        );
    }
}

/// The tenant of the first of them at all of them.
fn everywhere(servers: &[&Arc<Server>]) -> Vec<Tenant> {
    let first = Tenant::on(servers[0]);
    let others = servers[1..]
        .iter()
        .map(|server| Tenant::existing(server, &first.slug));
    let others: Vec<Tenant> = others.collect();
    std::iter::once(first).chain(others).collect()
}

/// Puts load on the servers, does something meanwhile, and finds that every answer was a success, and
/// that nothing acknowledged was lost.
async fn under_load(
    what: &str,
    servers: &[&Arc<Server>],
    meanwhile: impl FnOnce() + Send + 'static,
) {
    let tenants = everywhere(servers);
    let load = Load::start(&tenants.iter().collect::<Vec<_>>(), 8);
    tokio::time::sleep(LOAD / 2).await;
    let done = tokio::task::spawn_blocking(move || {
        let begun = Instant::now();
        meanwhile();
        begun.elapsed()
    });
    let took = done.await.unwrap();
    load.written_after(Instant::now()).await;
    assert_ready(servers);
    tokio::time::sleep(LOAD / 2).await;
    let settled = load.settle(&tenants[0]).await;
    println!("{what}: {} ms; {}", took.as_millis(), settled.figures());
    assert_eq!(settled.count(Outcome::Answered), settled.events.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_versions_work_side_by_side_while_the_schema_moves_on() {
    let (old, new) = (previous(), binary());
    let first = Server::start_version(&old, Backend::Postgres, &[]);
    let second = first.replica();
    let url = first.database_url().unwrap().to_owned();

    // What the chart's Job does before any server is replaced.
    let at = first.clone();
    let work = move || succeeds(&migrate(new, &at, &[]), "up to date");
    under_load("this version migrates", &[&first, &second], work).await;
    succeeds(&migrate(new, &first, &["--check"]), "up to date");
    succeeds(&migrate(&old, &first, &["--check"]), "database's schema");

    // One server after the other is replaced.
    let third = first.replica_of_version(new);
    under_load("both versions serve", &[&first, &second, &third], || ()).await;
    second.terminate();
    assert!(second.wait(Duration::from_secs(40)).success());
    let later = url.clone();
    let work = move || bring_further(&later);
    under_load("a later version migrates", &[&first, &third], work).await;
    for program in [&old, new] {
        for arguments in [&[][..], &["--check"]] {
            succeeds(
                &migrate(program, &first, arguments),
                "is newer than this version",
            );
        }
    }

    // All servers are of this version; then the way back, and forth again.
    first.terminate();
    assert!(first.wait(Duration::from_secs(40)).success());
    let back = third.replica_of_version(&old);
    under_load("the way back", &[&third, &back], || ()).await;

    // Somebody has taken away what both of them use.
    shared_cluster().sql(&url, CONTRACTED).unwrap();
    for (program, server) in [(old.as_path(), &back), (new, &third)] {
        assert!(!raw::answers_ok(server.address(), "/readyz"));
        for arguments in [&[][..], &["--check"]] {
            let output = migrate(program, server, arguments);
            let said = said(&output);
            assert!(!output.status.success(), "{said}");
            assert!(
                said.contains("29990101000001") && said.contains("or a later one"),
                "{said}"
            );
        }
        let mut serve = server.command();
        let output = serve
            .env("ROSTER_LISTEN", "127.0.0.1:0")
            .arg("serve")
            .output()
            .unwrap();
        assert!(!output.status.success());
        assert!(
            said(&output).contains("newer than this program"),
            "{}",
            said(&output)
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_version_before_works_on_the_file_that_this_one_has_migrated() {
    let (old, new) = (previous(), binary());
    let server = Server::start_version(&old, Backend::Sqlite, &[]);
    let tenant = Tenant::on(&server);
    let ada = tenant.user("ada", "Analyst");
    server.terminate();
    assert!(server.wait(Duration::from_secs(40)).success());
    succeeds(&migrate(new, &server, &[]), "up to date");
    succeeds(&migrate(&old, &server, &["--check"]), "database's schema");
    server.restart();
    assert_eq!(tenant.record(&ada).await["id"], ada.as_str());
    under_load("the way back on a file", &[&server], || ()).await;
}

#[test]
fn a_schema_that_is_behind_is_told_from_one_that_is_not_there() {
    let server = Server::start(Backend::Postgres);
    let url = server.database_url().unwrap();
    let check = || {
        let output = migrate(binary(), &server, &["--check"]);
        (output.status.success(), said(&output))
    };
    assert!(check().0);
    let behind = "DROP TABLE schema_compatibility; \
        DELETE FROM __diesel_schema_migrations WHERE version >= '20261125000004'";
    shared_cluster().sql(url, behind).unwrap();
    let (fits, said) = check();
    assert!(
        !fits && said.contains("the schema lacks 20261125000004"),
        "{said}"
    );
    assert!(said.contains("run `roster migrate`"), "{said}");
    assert!(!raw::answers_ok(server.address(), "/readyz"));
    shared_cluster()
        .sql(url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        .unwrap();
    let (fits, said) = check();
    assert!(
        !fits && said.contains("the schema lacks 20261124000001"),
        "{said}"
    );
}
