//! Settings: the environment over a file over defaults, and one clear line for what is wrong.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use roster_tests::binary::{binary, text};
use roster_tests::postgres::shared_cluster;

/// Runs the program in `directory` with only these variables.
fn roster(directory: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(binary());
    command
        .env_clear()
        .envs(variables.iter().copied())
        .current_dir(directory);
    command.args(arguments).output().unwrap()
}

#[test]
fn a_bad_setting_stops_the_start_with_one_line_that_names_it() {
    let directory = tempfile::tempdir().unwrap();
    for (variable, value, allowed) in [
        ("ROSTER_LISTEN", "nonsense", "127.0.0.1:8080"),
        ("ROSTER_LISTEN", "127.0.0.1:99999", "127.0.0.1:8080"),
        ("ROSTER_PUBLIC_URL", "roster.example.com", "https://"),
        ("ROSTER_PUBLIC_URL", "ftp://roster.example.com", "http"),
        (
            "ROSTER_PUBLIC_URL",
            "https://roster_1.example.com",
            "underscore",
        ),
        ("ROSTER_PUBLIC_URL", "https://*.example.com", "asterisk"),
        (
            "ROSTER_PUBLIC_URL",
            "https://roster.example.com/?x=1",
            "query",
        ),
        (
            "ROSTER_DATABASE_URL",
            "mysql://root@localhost/roster",
            "postgres://",
        ),
        ("ROSTER_DATABASE_URL", "roster.db", "SQLite"),
        ("ROSTER_DATABASE_POOL_SIZE", "0", "1"),
        ("ROSTER_SCIM_RATE_LIMIT", "fast", "number"),
        ("ROSTER_SCIM_RATE_LIMIT", "-1", "number"),
        ("ROSTER_SCIM_RATE_BURST", "0", "1"),
        ("ROSTER_REQUEST_TIMEOUT_SECONDS", "600", "30"),
        ("ROSTER_TRUSTED_PROXIES", "10.0.0.0/99", "10.0.0.0/8"),
        ("ROSTER_LOG_FORMAT", "xml", "json"),
        ("ROSTER_LOG", "shout=loud=", "info"),
        ("ROSTER_MIGRATE_ON_START", "perhaps", "true or false"),
        ("ROSTER_SECRET_KEY", "too short", "openssl rand -hex 32"),
        ("ROSTER_SESSION_IDLE_MINUTES", "0", "1"),
        ("ROSTER_SESSION_ABSOLUTE_HOURS", "1000", "720"),
        ("ROSTER_SESSION_TOKEN_SECONDS", "4", "3600"),
        ("ROSTER_SESSION_KEY_FILES", ",", "new.pem"),
        ("ROSTER_METADATA_ALLOWED_NETWORKS", "intranet", "10.0.0.0/8"),
        ("ROSTER_SIGN_IN_RATE_BURST", "0", "1"),
        ("ROSTER_LISTNE", "127.0.0.1:8080", "ROSTER_LISTEN"),
    ] {
        for arguments in [["serve"].as_slice(), &["config", "check"]] {
            let output = roster(directory.path(), arguments, &[(variable, value)]);
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{variable}={value}: {said}");
            assert_eq!(
                said.trim_end().lines().count(),
                1,
                "{variable}={value}: {said}"
            );
            assert!(
                said.contains(variable) && said.contains(allowed),
                "{variable}={value}: {said}"
            );
        }
    }
    assert_eq!(
        fs::read_dir(directory.path()).unwrap().count(),
        0,
        "nothing was opened or made"
    );
}

#[test]
fn the_environment_goes_before_the_file_and_the_file_before_the_defaults() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("roster.toml");
    fs::write(&file, "listen = \"127.0.0.1:1111\"\nscim_rate_limit = 7\npublic_url = \"https://file.example/\"\n").unwrap();
    let path = file.to_str().unwrap();
    for (arguments, variables) in [
        (
            vec!["--config", path, "config", "check"],
            vec![("ROSTER_LISTEN", "127.0.0.1:2222")],
        ),
        (
            vec!["config", "check", "--config", path],
            vec![("ROSTER_LISTEN", "127.0.0.1:2222")],
        ),
        (
            vec!["config", "check"],
            vec![("ROSTER_LISTEN", "127.0.0.1:2222"), ("ROSTER_CONFIG", path)],
        ),
    ] {
        let output = roster(directory.path(), &arguments, &variables);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let shown = text(&output.stdout);
        for (line, source) in [
            ("listen = \"127.0.0.1:2222\"", "environment"),
            ("scim_rate_limit = 7", path),
            ("public_url = \"https://file.example", path),
            ("scim_rate_burst = 100", "default"),
        ] {
            assert!(
                shown
                    .lines()
                    .any(|shown| shown.starts_with(line) && shown.contains(source)),
                "{line}: {shown}"
            );
        }
    }
}

#[test]
fn what_is_wrong_in_the_file_is_named_with_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("roster.toml");
    let path = file.to_str().unwrap();
    for (content, told) in [
        ("listne = \"127.0.0.1:1\"", "listne"),
        ("[server]\nlisten = \"127.0.0.1:1\"", "server"),
        ("listen = \"nonsense\"", "listen"),
        ("listen = [", "roster.toml"),
        ("scim_rate_limit = true", "scim_rate_limit"),
    ] {
        fs::write(&file, content).unwrap();
        let output = roster(
            directory.path(),
            &["config", "check", "--config", path],
            &[],
        );
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{content}: {said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{content}: {said}");
        assert!(
            said.contains(told) && said.contains("roster.toml"),
            "{content}: {said}"
        );
    }
    fs::remove_file(&file).unwrap();
    let said = text(&roster(directory.path(), &["serve", "--config", path], &[]).stderr);
    assert!(said.contains("roster.toml"), "{said}");
}

#[test]
fn the_example_file_is_valid() {
    let directory = tempfile::tempdir().unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../roster.example.toml");
    let output = roster(
        directory.path(),
        &["config", "check", "--config", example.to_str().unwrap()],
        &[],
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
}

/// Starts the server, and ends it when it has said that it waits for its database.
fn what_a_waiting_server_says(directory: &Path, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(binary());
    command
        .env_clear()
        .envs(variables.iter().copied())
        .current_dir(directory)
        .arg("serve");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut said = String::new();
    for line in BufReader::new(process.stderr.take().unwrap()).lines() {
        said.push_str(&line.unwrap());
        said.push('\n');
        if said.contains("waiting for the database") {
            break;
        }
    }
    assert!(said.contains("waiting for the database"), "{said}");
    process.kill().unwrap();
    let output = process.wait_with_output().unwrap();
    said + &text(&output.stdout)
}

#[test]
fn a_databases_password_is_never_shown() {
    let directory = tempfile::tempdir().unwrap();
    for (url, is_valid) in [
        ("postgres://roster:hunter2@127.0.0.1:1/roster", true),
        (
            "postgresql://roster@127.0.0.1:1/roster?password=hunter2",
            true,
        ),
        ("postgres://roster:hunter2@[:1/roster", false),
        ("mysql://roster:hunter2@127.0.0.1/roster", false),
    ] {
        for arguments in [
            ["config", "check"].as_slice(),
            &["tenant", "list"],
            &["migrate"],
            &["serve"],
        ] {
            let variables = [
                ("ROSTER_DATABASE_URL", url),
                ("ROSTER_LISTEN", "127.0.0.1:0"),
                ("ROSTER_LOG", "debug"),
            ];
            if arguments == ["serve"] && is_valid {
                let said = what_a_waiting_server_says(directory.path(), &variables);
                assert!(!said.contains("hunter2"), "{said}");
                continue;
            }
            let output = roster(directory.path(), arguments, &variables);
            let said = text(&output.stdout) + &text(&output.stderr);
            assert!(!said.contains("hunter2"), "{arguments:?}: {said}");
            if arguments != ["config", "check"] {
                assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
                assert!(!said.contains("panicked"), "{said}");
            }
        }
    }
}

#[test]
fn a_database_that_is_not_there_is_not_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let variables = [
        (
            "ROSTER_DATABASE_URL",
            &*shared_cluster().url("no_such_database"),
        ),
        ("ROSTER_LISTEN", "127.0.0.1:0"),
    ];
    let output = roster(directory.path(), &["serve"], &variables);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("\"no_such_database\" does not exist"),
        "{said}"
    );
}

#[test]
fn help_lists_every_setting_and_every_command() {
    let directory = tempfile::tempdir().unwrap();
    let help = text(&roster(directory.path(), &["--help"], &[]).stdout);
    for command in [
        "serve", "migrate", "openapi", "tenant", "token", "user", "admin", "keys", "saml", "config",
    ] {
        assert!(help.contains(command), "{command} is not in {help}");
    }
    let help = text(&roster(directory.path(), &["serve", "--help"], &[]).stdout);
    // Each as `name = value`, most of them commented out.
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../roster.example.toml");
    let example = fs::read_to_string(example).unwrap();
    let names = example.lines().filter_map(|line| {
        let (name, _) = line.trim_start_matches('#').split_once(" = ")?;
        (!name.contains(' ')).then(|| name.to_owned())
    });
    let names: BTreeSet<_> = names.collect();
    assert!(names.len() >= 25, "{names:?}");
    for name in &names {
        let setting = format!("\n  ROSTER_{} ({name})", name.to_uppercase());
        assert!(help.contains(&setting), "{setting} is not in {help}");
    }
    assert!(help.contains("\n  ROSTER_CONFIG\n"), "{help}");
    let version = text(&roster(directory.path(), &["--version"], &[]).stdout);
    assert!(
        version.starts_with("roster ") && version.trim().ends_with(|c: char| c.is_ascii_digit()),
        "{version}"
    );
}

#[test]
fn a_public_url_over_which_nobody_can_sign_in_is_warned_of() {
    let directory = tempfile::tempdir().unwrap();
    for (url, warned) in [
        ("http://roster.example.com", true),
        ("https://roster.example.com", false),
        ("http://localhost:8080", false),
    ] {
        let variables = [("ROSTER_PUBLIC_URL", url)];
        let output = roster(directory.path(), &["config", "check"], &variables);
        assert!(output.status.success(), "{url}");
        let said = text(&output.stderr);
        assert_eq!(said.contains("Nobody can sign in"), warned, "{url}: {said}");
    }
}
