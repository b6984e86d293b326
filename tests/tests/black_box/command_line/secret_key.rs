//! The secret key, under which private keys are kept in the database.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use roster_tests::binary::text;
use roster_tests::server::Server;
use roster_tests::{Backend, on_both_stores};

use super::refused;

const OTHER_SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// How each PKCS #8 key on the curve P-256 begins, up to the private number.
const PKCS8_P256: &[u8] = b"\x30\x81\x87\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";

/// A server that must not start: what it said.
fn ends(command: &mut Command) -> String {
    const LIMIT: Duration = Duration::from_secs(60);
    let mut process = command
        .arg("serve")
        .env("ROSTER_LISTEN", "127.0.0.1:0")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while process.try_wait().unwrap().is_none() {
        if begun.elapsed() > LIMIT {
            process.kill().unwrap();
            panic!("the server runs: {}", said(&mut process));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let said = said(&mut process);
    assert_eq!(process.wait().unwrap().code(), Some(1), "{said}");
    said
}

fn said(process: &mut Child) -> String {
    let mut bytes = Vec::new();
    let mut pipe = process.stderr.take().unwrap();
    pipe.read_to_end(&mut bytes).unwrap();
    text(&bytes)
}

/// A server on that server's database, with another secret key.
fn with_another_secret(server: &Server) -> Command {
    let mut command = server.command();
    command.env("ROSTER_SECRET_KEY", OTHER_SECRET);
    command
}

#[tokio::test]
async fn the_first_start_makes_it_for_its_owner_alone() {
    let server = Server::start(Backend::Sqlite);
    let path = server.directory().join("data/secret.key");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    let key = fs::read_to_string(&path).unwrap();
    let key = key.trim();
    assert!(
        key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{} characters",
        key.len()
    );
    server.restart();
    assert_eq!(fs::read_to_string(&path).unwrap().trim(), key);
    let shown = server.run(&["config", "check"]);
    assert!(
        shown.contains("secret.key") && !shown.contains(key),
        "{shown}"
    );
    assert!(!server.logs().contains(key));
    fs::remove_file(&path).unwrap();
    assert!(!server.database_content().contains(key));

    // Lost: the keys in the database are of no use, and no command makes it worse.
    let said = refused(&server, &["keys", "rotate"]);
    assert!(
        said.contains("secret.key") && said.contains("ROSTER_SECRET_KEY"),
        "{said}"
    );
    assert!(!path.exists());
    for command in [
        ["keys", "list"].as_slice(),
        &["tenant", "list"],
        &["admin", "link"],
    ] {
        let _ = server.run(command);
        assert!(!path.exists(), "{command:?}");
    }
    server.kill9();
    let said = ends(&mut server.command());
    assert!(
        said.contains("was sealed under another secret key"),
        "{said}"
    );
}

#[test]
fn a_file_that_others_may_read_is_refused() {
    let server = Server::start(Backend::Sqlite);
    server.kill9();
    let path = server.directory().join("data/secret.key");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let said = ends(&mut server.command());
    assert!(
        said.contains(&format!("chmod 600 {}", path.display())),
        "{said}"
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    server.restart();
}

#[test]
fn a_key_in_the_settings_is_never_shown() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("roster.toml");
    for (key, good) in [(OTHER_SECRET, true), (&OTHER_SECRET[1..], false)] {
        fs::write(&file, format!("secret_key = \"{key}\"\n")).unwrap();
        for in_file in [true, false] {
            let mut command = Command::new(roster_tests::binary::binary());
            command
                .env_clear()
                .current_dir(directory.path())
                .args(["config", "check"]);
            if in_file {
                command.arg("--config").arg(&file);
            } else {
                command.env("ROSTER_SECRET_KEY", key);
            }
            let output = command.output().unwrap();
            let said = text(&output.stdout) + &text(&output.stderr);
            assert_eq!(output.status.success(), good, "{said}");
            assert!(!said.contains(&OTHER_SECRET[1..20]), "{said}");
            assert!(good || said.contains("openssl rand -hex 32"), "{said}");
        }
    }
}

#[tokio::test]
async fn a_second_server_with_another_key_does_not_start() {
    let server = Server::start(Backend::Postgres);
    for mut command in [with_another_secret(&server), {
        // As a second machine has it, where nobody has set the key.
        let mut command = server.command();
        command.env_remove("ROSTER_SECRET_KEY");
        command.env("ROSTER_LOG_FORMAT", "json");
        command
    }] {
        let said = ends(&mut command);
        let last = said.lines().last().unwrap_or_default();
        assert!(
            last.contains("was sealed under another secret key")
                && last.contains("Give this server the secret key of the others"),
            "{said}"
        );
        assert!(!said.contains(OTHER_SECRET), "{said}");
    }
    // The first one noticed nothing, and a third with its key starts.
    let _ = server.run(&["keys", "list"]);
    let _third = server.replica();
}

#[tokio::test]
async fn servers_on_postgresql_are_warned_of_a_key_of_their_own() {
    let server = Server::start(Backend::Postgres);
    assert!(
        !server.logs().contains("ROSTER_SECRET_KEY"),
        "{}",
        server.logs()
    );
    let mut command = server.command();
    command
        .env_remove("ROSTER_SECRET_KEY")
        .args(["config", "check"]);
    let output = command.output().unwrap();
    assert!(output.status.success());
    let said = text(&output.stderr);
    assert!(
        said.starts_with("Warning: ")
            && said.contains("ROSTER_SECRET_KEY")
            && said.contains("secret.key"),
        "{said}"
    );
}

on_both_stores! {
    async fn nobody_rotates_with_another_key(backend: Backend) {
        let server = Server::start(backend);
        let before = server.run(&["keys", "list"]);
        let output = with_another_secret(&server).args(["keys", "rotate"]).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains("was sealed under another secret key"), "{}", text(&output.stderr));
        assert_eq!(server.run(&["keys", "list"]), before);
    }

    async fn private_keys_are_sealed_in_the_database(backend: Backend) {
        let server = Server::start(backend);
        let id = server.run(&["keys", "rotate"]);
        let content = server.database_content();
        assert!(content.contains(&id), "the database was read");
        match backend {
            Backend::Sqlite => {
                for entry in fs::read_dir(server.directory().join("data")).unwrap() {
                    let path = entry.unwrap().path();
                    let bytes = fs::read(&path).unwrap();
                    let found = bytes.windows(PKCS8_P256.len()).any(|window| window == PKCS8_P256);
                    assert!(!found, "{}", path.display());
                }
            }
            // A dump in XML holds bytes in base64.
            Backend::Postgres => assert!(!content.contains("MIGHAgEAMBMGByqGSM49")),
        }
    }
}
