//! Backup and restore, as `docs/backup.md` tells to: a copy that is taken while many write has
//! everything that was acknowledged before, and a server starts on it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use roster_tests::binary::text;
use roster_tests::browser::Browser;
use roster_tests::client::Client;
use roster_tests::idp::{OktaIdp, Person};
use roster_tests::postgres::shared_cluster;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use roster_tests::{Backend, jwt, on_both_stores};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const WRITERS: usize = 4;

/// Writers that count up the external ids of users, one after the other, until they are stopped.
struct Writers {
    users: Vec<String>,
    stop: Arc<AtomicBool>,
    counts: Arc<[std::sync::atomic::AtomicI64; WRITERS]>,
    running: JoinSet<()>,
}

impl Writers {
    fn start(tenant: &Tenant) -> Self {
        let users: Vec<_> = (0..WRITERS)
            .map(|number| tenant.user(&format!("writer{number}"), "Analyst"))
            .collect();
        let (stop, counts) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let mut running = JoinSet::new();
        for (writer, id) in users.iter().enumerate() {
            let (scim, path) = (tenant.scim(), format!("/Users/{id}"));
            let (stop, counts): (_, Arc<[std::sync::atomic::AtomicI64; WRITERS]>) =
                (Arc::clone(&stop), Arc::clone(&counts));
            running.spawn(async move {
                while !stop.load(Ordering::SeqCst) {
                    let next = counts[writer].load(Ordering::SeqCst) + 1;
                    let body = json!({ "externalId": next.to_string() });
                    scim.put(&path, &body).await.scim(200);
                    counts[writer].store(next, Ordering::SeqCst);
                }
            });
        }
        Self {
            users,
            stop,
            counts,
            running,
        }
    }

    /// How far each has come, as far as it was acknowledged.
    fn acknowledged(&self) -> Vec<i64> {
        let counts = self.counts.iter();
        counts.map(|count| count.load(Ordering::SeqCst)).collect()
    }

    /// Waits until each has written something, and some time more; how far each has come.
    async fn all_have_written(&self) -> Vec<i64> {
        let begun = Instant::now();
        tokio::time::sleep(Duration::from_millis(500)).await;
        loop {
            let acknowledged = self.acknowledged();
            if acknowledged.iter().all(|count| *count > 0) {
                return acknowledged;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "some write nothing: {acknowledged:?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn end(self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = self.running.join_all().await;
    }
}

/// A server on a copy of what `server` has stored.
fn restored(server: &Server) -> Arc<Server> {
    if let Some(url) = server.database_url() {
        let copy = shared_cluster().restored_copy(url).unwrap();
        return server.restored(Some(copy), |_| ());
    }
    let backup = server.directory().join("backup.db");
    let said = server.run(&["backup", "--to", backup.to_str().unwrap()]);
    assert_eq!(said, backup.display().to_string());
    let mode = fs::metadata(&backup).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    served_from(server, &backup)
}

/// A server on such a copy of the embedded database, with the secret key of the other.
fn served_from(server: &Server, backup: &Path) -> Arc<Server> {
    server.restored(None, |data| {
        fs::create_dir(data).unwrap();
        fs::copy(backup, data.join("roster.db")).unwrap();
        let key = server.directory().join("data/secret.key");
        fs::copy(key, data.join("secret.key")).unwrap();
    })
}

on_both_stores! {
    async fn a_copy_taken_under_load_has_all_that_was_acknowledged_before(backend: Backend) {
        let server = Server::start(backend);
        let tenant = Tenant::on(&server);
        let idp = OktaIdp::new();
        idp.connect(&tenant).await;
        let browser = Browser::new(&tenant);
        let ada = Person::new("ada").role("Admin");
        let _ = browser.sign_in(&idp, &ada).await.signed_in();
        let session_token = browser.token().await;
        let role = json!({ "name": "Responder", "permissions": ["AlertRead"] });
        let role = tenant.api().post("/roles", &role).await.api(201);
        let role_path = format!("/roles/{}", role["id"].as_str().unwrap());
        let role = tenant.api().get(&role_path).await.api(200);
        let revoked = tenant.token(&["UserRead"]);
        let own = Client::new(tenant.api_url()).with_token(&revoked).get("/api-tokens/self").await.api(200);
        let _ = server.run(&["token", "revoke", "--tenant", &tenant.slug, own["id"].as_str().unwrap()]);
        let export = ["audit", "export", "--tenant", &tenant.slug];

        let writers = Writers::start(&tenant);
        let acknowledged = writers.all_have_written().await;
        let audited = server.run(&export);
        let making = server.clone();
        let copy = tokio::task::spawn_blocking(move || restored(&making)).await.unwrap();
        let users = writers.users.clone();
        writers.end().await;

        let there = Tenant::existing(&copy, &tenant.slug);
        let token = Client::new(there.scim_url()).with_token(tenant.administrator_token());
        // Nothing is there by half: each change is one version, and has its record.
        let log = copy.run(&export);
        let records: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for (id, acknowledged) in users.iter().zip(acknowledged) {
            let user = token.get(&format!("/Users/{id}")).await.scim(200);
            let stored: i64 = user["externalId"].as_str().unwrap().parse().unwrap();
            assert!(stored >= acknowledged, "acknowledged {acknowledged}, restored {stored}");
            assert_eq!(user["meta"]["version"], format!("W/\"{}\"", stored + 1));
            let changes = records.iter().filter(|record| record["actionName"] == "UPDATE_USER" && record["target"]["id"] == id.as_str());
            assert_eq!(i64::try_from(changes.count()).unwrap(), stored);
        }
        for record in audited.lines() {
            assert!(log.contains(record), "{record}");
        }
        // Roles and settings, tokens and their end, sessions and the keys that sign for them.
        let roles = Client::new(there.api_url()).with_token(tenant.administrator_token());
        assert_eq!(roles.get(&role_path).await.api(200), role);
        Client::new(there.scim_url()).with_token(&revoked).get("/Users").await.scim_error(401, None);
        let browser = browser.through(&copy);
        assert_eq!(browser.session().await.api(200)["role"], "Admin");
        let keys = jwt::key_set(&copy).await;
        assert!(jwt::verify(&session_token, &keys, &there).is_ok());
        assert_eq!(jwt::header(&browser.token().await)["kid"], jwt::header(&session_token)["kid"]);
        let _ = Browser::new(&there).sign_in(&idp, &ada).await.signed_in();
        there.user("afterwards", "Analyst");
    }

    async fn without_its_secret_key_a_copy_says_so(backend: Backend) {
        let server = Server::start(backend);
        let copy = restored(&server);
        copy.kill9();
        let mut command = copy.command();
        command.arg("serve").stdout(Stdio::null());
        match backend {
            Backend::Sqlite => fs::remove_file(copy.directory().join("data/secret.key")).unwrap(),
            Backend::Postgres => drop(command.env_remove("ROSTER_SECRET_KEY")),
        }
        let output = command.output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("was sealed under another secret key") && said.contains("Give this server the secret key"), "{said}");
    }
}

#[test]
fn a_backup_replaces_nothing_and_leaves_nothing_behind_when_it_fails() {
    let server = Server::start(Backend::Sqlite);
    let taken = server.directory().join("taken.db");
    fs::write(&taken, "mine").unwrap();
    for (to, told) in [
        (&taken, "exists already"),
        (&server.directory().join("no/such/place.db"), "place.db"),
    ] {
        let output = server.cli(&["backup", "--to", to.to_str().unwrap()]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(told), "{said}");
    }
    assert_eq!(fs::read_to_string(&taken).unwrap(), "mine");
    // A database that can't be copied: what was begun beside the target goes again.
    let broken = server.directory().join("broken");
    fs::create_dir(&broken).unwrap();
    fs::write(broken.join("roster.db"), "no database").unwrap();
    let mut backup = server.command();
    backup.env("ROSTER_DATA_DIR", &broken);
    let to = server.directory().join("copy.db");
    let output = backup.arg("backup").arg("--to").arg(&to).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let left = fs::read_dir(server.directory()).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    let of_backup = |name: &&std::ffi::OsString| {
        let name = name.to_string_lossy();
        name.contains("backup") || name.contains("copy.db")
    };
    assert_eq!(left.iter().find(of_backup), None, "{left:?}");
}

#[test]
fn a_backup_is_where_it_was_asked_for_whatever_its_name_and_its_owners_alone() {
    let server = Server::start(Backend::Sqlite);
    let tenant = Tenant::on(&server);
    let user = tenant.user("ada", "Analyst");
    // The names that SQLite would take for something else.
    for name in [
        "file:copy.db",
        "file:copy.db?mode=memory",
        "a copy's.db",
        ":memory:",
    ] {
        assert_eq!(server.run(&["backup", "--to", name]), name);
        let copy = server.directory().join(name);
        let mode = fs::metadata(&copy).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
        let restored = served_from(&server, &copy);
        let users = restored.run(&["user", "list", "--tenant", &tenant.slug]);
        assert!(users.contains(&user), "{name}: {users}");
    }
}

#[test]
fn of_postgresql_the_right_tools_are_told() {
    let server = Server::start(Backend::Postgres);
    let output = server.cli(&["backup", "--to", "backup.db"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("pg_dump") && said.contains("docs/backup.md"),
        "{said}"
    );
    assert!(!server.directory().join("backup.db").exists());
}
