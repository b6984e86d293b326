//! What the settings promise to whoever writes them.

mod sign_in;

use super::*;

fn load(file: Option<&str>, variables: &[(&str, &str)]) -> Result<Configuration, String> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("roster.toml");
    let path = file.map(|text| {
        std::fs::write(&path, text).unwrap();
        path.as_path()
    });
    let environment = variables
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let shown = directory.path().display().to_string();
    Configuration::from_sources(path, environment)
        .map_err(|error| error.to_string().replace(&format!("{shown}/"), ""))
}

#[test]
fn without_settings_the_defaults_hold() {
    let configuration = load(None, &[("PATH", "/bin"), ("HOME", "/root")]).unwrap();
    assert_eq!(configuration.listen, "127.0.0.1:8080".parse().unwrap());
    assert_eq!(configuration.public_url(8080), "http://localhost:8080");
    assert_eq!(
        configuration.database,
        Database::Sqlite(PathBuf::from("./roster-data/roster.db"))
    );
    let rate = |limit, burst| Rate { limit, burst };
    assert_eq!(configuration.scim_rate, rate(50, 100));
    assert_eq!(configuration.sign_in_rate, rate(20, 60));
    assert_eq!(configuration.request_timeout, Duration::from_secs(30));
    let place = configuration.secret_key.clone();
    assert!(
        matches!(place, SecretKeyPlace::DataDir(path) if path == Path::new("./roster-data/secret.key"))
    );
    assert!(configuration.session_key_files.is_empty());
    assert!(configuration.metadata_allowed_networks.is_empty());
    let (given, default) = (
        configuration.application("http://localhost:8080".to_owned()),
        Settings::default(),
    );
    assert_eq!(given.public_url, default.public_url);
    assert_eq!(given.lifetimes, default.lifetimes);
    assert_eq!(given.token_lifetime, default.token_lifetime);
    assert_eq!(configuration.warnings(), Vec::<String>::new());
    assert!(configuration.migrate_on_start && configuration.trusted_proxies.is_empty());
    assert_eq!(configuration.log_of_command(), "warn");
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let file =
        "listen = \"127.0.0.1:1\"\nscim_rate_limit = 7\nmigrate_on_start = false\nlog = 'debug'\n";
    let configuration = load(
        Some(file),
        &[
            ("ROSTER_LISTEN", " [::1]:2 "),
            ("ROSTER_SCIM_RATE_LIMIT", ""),
        ],
    )
    .unwrap();
    assert_eq!(configuration.listen, "[::1]:2".parse().unwrap());
    assert_eq!(
        configuration.scim_rate.limit, 7,
        "an empty variable counts as not set"
    );
    assert_eq!(configuration.scim_rate.burst, 100);
    assert!(!configuration.migrate_on_start);
    assert_eq!(configuration.log_of_command(), "debug");
    let sources: Vec<Source> = configuration
        .effective
        .iter()
        .map(|setting| setting.source.clone())
        .collect();
    assert_eq!(sources.first(), Some(&Source::Environment));
    let from_file = |source: &Source| matches!(source, Source::File(_));
    assert_eq!(sources.iter().filter(|source| from_file(source)).count(), 3);
}

#[test]
fn a_file_may_be_named_by_the_environment_and_the_command_line_wins() {
    let directory = tempfile::tempdir().unwrap();
    let (one, other) = (
        directory.path().join("one.toml"),
        directory.path().join("other.toml"),
    );
    std::fs::write(&one, "scim_rate_burst = 1").unwrap();
    std::fs::write(&other, "scim_rate_burst = 2").unwrap();
    let environment = || {
        [(
            OsString::from("ROSTER_CONFIG"),
            one.clone().into_os_string(),
        )]
    };
    assert_eq!(
        Configuration::from_sources(None, environment())
            .unwrap()
            .scim_rate
            .burst,
        1
    );
    assert_eq!(
        Configuration::from_sources(Some(&other), environment())
            .unwrap()
            .scim_rate
            .burst,
        2
    );
}

#[test]
fn a_bad_value_is_named_with_what_is_allowed() {
    let cases = [
        (
            "ROSTER_LISTEN",
            "8080",
            "The setting ROSTER_LISTEN is \"8080\"; it must be an IP address and a port, such as 127.0.0.1:8080, 0.0.0.0:8080 or [::]:8080.",
        ),
        (
            "ROSTER_PUBLIC_URL",
            "roster.example.com",
            "The setting ROSTER_PUBLIC_URL is \"roster.example.com\"; it must be an http or https URL without a user, a query or a fragment, such as https://roster.example.com.",
        ),
        (
            "ROSTER_PUBLIC_URL",
            "https://my_host.example.com",
            "The setting ROSTER_PUBLIC_URL is \"https://my_host.example.com\"; it must be a URL without an underscore, since Okta refuses those; use a hyphen or another name.",
        ),
        (
            "ROSTER_DATABASE_POOL_SIZE",
            "0",
            "The setting ROSTER_DATABASE_POOL_SIZE is \"0\"; it must be a whole number from 1 to 1000.",
        ),
        (
            "ROSTER_MIGRATE_ON_START",
            "yes",
            "The setting ROSTER_MIGRATE_ON_START is \"yes\"; it must be true or false.",
        ),
        (
            "ROSTER_SCIM_RATE_LIMIT",
            "-1",
            "The setting ROSTER_SCIM_RATE_LIMIT is \"-1\"; it must be a whole number from 0 to 1000000.",
        ),
        (
            "ROSTER_SCIM_RATE_BURST",
            "0",
            "The setting ROSTER_SCIM_RATE_BURST is \"0\"; it must be a whole number from 1 to 1000000.",
        ),
        (
            "ROSTER_SIGN_IN_RATE_LIMIT",
            "many",
            "The setting ROSTER_SIGN_IN_RATE_LIMIT is \"many\"; it must be a whole number from 0 to 1000000.",
        ),
        (
            "ROSTER_SESSION_IDLE_MINUTES",
            "0",
            "The setting ROSTER_SESSION_IDLE_MINUTES is \"0\"; it must be a whole number from 1 to 43200.",
        ),
        (
            "ROSTER_SESSION_ABSOLUTE_HOURS",
            "721",
            "The setting ROSTER_SESSION_ABSOLUTE_HOURS is \"721\"; it must be a whole number from 1 to 720.",
        ),
        (
            "ROSTER_SESSION_TOKEN_SECONDS",
            "3601",
            "The setting ROSTER_SESSION_TOKEN_SECONDS is \"3601\"; it must be a whole number from 5 to 3600.",
        ),
        (
            "ROSTER_SESSION_TOKEN_SECONDS",
            "4",
            "The setting ROSTER_SESSION_TOKEN_SECONDS is \"4\"; it must be a whole number from 5 to 3600.",
        ),
        (
            "ROSTER_SESSION_KEY_FILES",
            ",",
            "The setting ROSTER_SESSION_KEY_FILES is \",\"; it must be files with commas between them, such as new.pem, old.pem.",
        ),
        (
            "ROSTER_METADATA_ALLOWED_NETWORKS",
            "idp.example",
            "The setting ROSTER_METADATA_ALLOWED_NETWORKS is \"idp.example\"; it must be networks or addresses with commas between them, such as 10.0.0.0/8, fd00::/8.",
        ),
        (
            "ROSTER_REQUEST_TIMEOUT_SECONDS",
            "31",
            "The setting ROSTER_REQUEST_TIMEOUT_SECONDS is \"31\"; it must be a whole number from 1 to 30.",
        ),
        (
            "ROSTER_TRUSTED_PROXIES",
            "10.0.0.0/33",
            "The setting ROSTER_TRUSTED_PROXIES is \"10.0.0.0/33\"; it must be networks or addresses with commas between them, such as 10.0.0.0/8, fd00::/8.",
        ),
        (
            "ROSTER_LOG",
            "roster=loud",
            "The setting ROSTER_LOG is \"roster=loud\"; it must be off, error, warn, info, debug or trace, also by module, such as info,roster=debug.",
        ),
        (
            "ROSTER_LOG_FORMAT",
            "xml",
            "The setting ROSTER_LOG_FORMAT is \"xml\"; it must be pretty or json.",
        ),
    ];
    for (variable, value, message) in cases {
        assert_eq!(load(None, &[(variable, value)]).unwrap_err(), message);
    }
    for url in [
        "ftp://a",
        "https://u:p@a",
        "https://a?b=c",
        "https://a#b",
        "https://",
        "https://a/my_roster",
        "mailto:a@b",
    ] {
        assert!(load(None, &[("ROSTER_PUBLIC_URL", url)]).is_err(), "{url}");
    }
}

#[test]
fn a_bad_line_of_the_file_is_named_with_the_file() {
    let error = |file| load(Some(file), &[]).unwrap_err();
    assert_eq!(
        error("listen = 8080"),
        "The setting listen in roster.toml is \"8080\"; it must be an IP address and a port, such as 127.0.0.1:8080, 0.0.0.0:8080 or [::]:8080."
    );
    assert_eq!(
        error("lisen = 'x'"),
        "lisen in roster.toml is not a setting of Roster. Did you mean listen?"
    );
    assert_eq!(
        error("[server]\nlisten = 'x'"),
        "server in roster.toml is not a setting of Roster. roster.example.toml lists them."
    );
    assert!(error("log = 1.5").contains("has a float as log"));
    let syntax = error("listen = '127.0.0.1:1'\ndatabase_url = postgres://u:hunter2@h/d\n");
    assert!(
        syntax.starts_with("The configuration file roster.toml is not TOML, line 2: "),
        "{syntax}"
    );
    assert!(!syntax.contains("hunter2"), "{syntax}");
    let missing =
        Configuration::from_sources(Some(Path::new("/nowhere/roster.toml")), []).unwrap_err();
    assert!(
        missing
            .to_string()
            .starts_with("The configuration file /nowhere/roster.toml can't be read: ")
    );
}

#[test]
fn an_unknown_variable_stops_the_start() {
    let error = |variable| load(None, &[(variable, "tcp")]).unwrap_err();
    assert_eq!(
        error("ROSTER_LISTN"),
        "ROSTER_LISTN is not a setting of Roster. Did you mean ROSTER_LISTEN?"
    );
    assert_eq!(
        error("ROSTER_COLOUR"),
        "ROSTER_COLOUR is not a setting of Roster. `roster serve --help` lists them."
    );
    assert!(
        load(None, &[("ROSTER_PORT", "8080")]).is_err(),
        "somebody meant to set a port"
    );
}

#[test]
fn what_kubernetes_sets_for_a_service_called_roster_is_no_mistake() {
    let links = [
        ("ROSTER_SERVICE_HOST", "10.0.0.1"),
        ("ROSTER_SERVICE_PORT", "80"),
        ("ROSTER_SERVICE_PORT_HTTP", "80"),
        ("ROSTER_PORT", "tcp://10.0.0.1:80"),
        ("ROSTER_PORT_80_TCP", "tcp://10.0.0.1:80"),
        ("ROSTER_PORT_80_TCP_PROTO", "tcp"),
        ("ROSTER_PORT_80_TCP_PORT", "80"),
        ("ROSTER_PORT_80_TCP_ADDR", "10.0.0.1"),
        ("ROSTER_POSTGRES_SERVICE_HOST", "10.0.0.2"),
    ];
    assert!(load(None, &links).is_ok());
}

#[test]
fn the_database_url_never_shows_its_password() {
    let url = "postgres://roster:hunter2@db:5432/roster?sslmode=disable&password=hunter2";
    let configuration = load(None, &[("ROSTER_DATABASE_URL", url)]).unwrap();
    let Database::Postgres {
        url: parsed,
        password_file: None,
        listen_url: None,
        pool_size: 16,
    } = &configuration.database
    else {
        panic!("not PostgreSQL")
    };
    assert_eq!(parsed.reveal(), url);
    assert_eq!(
        parsed.to_string(),
        "postgres://roster:****@db:5432/roster?sslmode=disable&password=****"
    );
    assert!(!format!("{configuration:?}").contains("hunter2"));
    for bad in [
        "mysql://u:hunter2@h/d",
        "u:hunter2@h/d",
        "sqlite:///hunter2.db",
        "host=h password=hunter2",
        "postgres:hunter2",
    ] {
        let error = load(None, &[("ROSTER_DATABASE_URL", bad)]).unwrap_err();
        assert!(error.starts_with("The setting ROSTER_DATABASE_URL is a value that is not shown here; it must be postgres://"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn what_belongs_to_a_database_url_is_not_ignored_without_one() {
    for (setting, value) in [
        ("ROSTER_DATABASE_PASSWORD_FILE", "/run/secrets/password"),
        ("ROSTER_DATABASE_LISTEN_URL", "postgres://u:hunter2@h/d"),
    ] {
        let refused = load(None, &[(setting, value)]).unwrap_err();
        let expected = format!(
            "{setting} is set, but not ROSTER_DATABASE_URL, to which it belongs. Set both, or neither."
        );
        assert_eq!(refused, expected);
        let url = ("ROSTER_DATABASE_URL", "postgres://u@h/d");
        let shown = format!("{:?}", load(None, &[(setting, value), url]).unwrap());
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn a_database_url_that_is_no_plain_url_is_passed_on_and_not_shown() {
    let several_hosts = "postgresql://u:hunter2@one:5432,two:5433/roster";
    for url in [
        several_hosts,
        "postgres://u:12/hunter2@h/roster",
        "postgres://u:12?hunter2@h/roster",
    ] {
        let configuration = load(None, &[("ROSTER_DATABASE_URL", url)]).unwrap();
        let Database::Postgres { url: parsed, .. } = configuration.database else {
            panic!("not PostgreSQL")
        };
        assert_eq!(parsed.reveal(), url);
        assert_eq!(parsed.to_string(), "postgres://****");
    }
}

#[test]
fn the_public_url_loses_its_last_slash_and_keeps_its_path() {
    let url = |text| {
        load(None, &[("ROSTER_PUBLIC_URL", text)])
            .unwrap()
            .public_url(1)
    };
    assert_eq!(
        url("https://roster.example.com/"),
        "https://roster.example.com"
    );
    assert_eq!(
        url("https://example.com/roster/"),
        "https://example.com/roster"
    );
    assert_eq!(url("http://[::1]:8080"), "http://[::1]:8080");
}

#[test]
fn proxies_may_be_a_list_in_the_file_or_a_text_with_commas() {
    let expected: Vec<IpNet> = ["10.0.0.0/8", "192.0.2.7/32", "fd00::/8"]
        .map(|net| net.parse().unwrap())
        .into();
    let of_file = load(
        Some("trusted_proxies = ['10.1.0.0/8', '192.0.2.7', 'fd00::/8']"),
        &[],
    )
    .unwrap();
    assert_eq!(of_file.trusted_proxies, expected);
    let of_variable = load(
        None,
        &[("ROSTER_TRUSTED_PROXIES", "10.0.0.0/8,192.0.2.7 , fd00::/8,")],
    )
    .unwrap();
    assert_eq!(of_variable.trusted_proxies, expected);
}

#[test]
fn the_example_file_names_every_setting_with_its_default() {
    let example = include_str!("../../../../roster.example.toml");
    // Its settings are commented out as `#key = value`, its prose as `# words`.
    let uncommented: String = example
        .lines()
        .map(|line| {
            line.strip_prefix('#')
                .filter(|rest| !rest.starts_with(' '))
                .unwrap_or(line)
        })
        .fold(String::new(), |text, line| text + line + "\n");
    let table: toml::Table = uncommented.parse().unwrap();
    for setting in settings::SETTINGS {
        assert!(
            table.contains_key(setting.key),
            "{} is missing",
            setting.key
        );
    }
    assert_eq!(table.len(), settings::SETTINGS.len());
    assert!(load(Some(example), &[]).is_ok());
    let both = load(Some(&uncommented), &[]).unwrap_err();
    assert_eq!(
        both,
        "secret_key in roster.toml and secret_key_file in roster.toml are both set, and only one may be. Unset one of them."
    );
    // What stands in the documentation must never become a key.
    let without = |key: &str| -> String {
        let key = format!("{key} =");
        let lines = uncommented.lines().filter(|line| !line.starts_with(&key));
        lines.fold(String::new(), |text, line| text + line + "\n")
    };
    let refused = load(Some(&without("secret_key_file")), &[]).unwrap_err();
    assert!(refused.starts_with("The setting secret_key in roster.toml is a value that is not shown here; it must be 32 random bytes"), "{refused}");
    let (configuration, defaults) = (
        load(Some(&without("secret_key")), &[]).unwrap(),
        load(None, &[]).unwrap(),
    );
    for (given, default) in configuration.effective.iter().zip(&defaults.effective) {
        if let Some(default) = &default.value {
            assert_eq!(given.value.as_ref(), Some(default), "{}", given.key);
        }
    }
}

#[test]
fn the_help_explains_every_setting() {
    let help = help();
    for setting in settings::SETTINGS {
        assert!(help.contains(&setting.variable()), "{}", setting.key);
    }
    assert!(help.lines().all(|line| line.len() <= 120), "{help}");
}
