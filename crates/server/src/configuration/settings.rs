//! The settings: for each its name, its default and what it is for. The help of `roster serve`,
//! `roster config check` and the checks for unknown names are all made of this one list.

/// One setting.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Its name in the file; in the environment it is `ROSTER_` and this in capitals.
    pub(crate) key: &'static str,
    /// Its value unless it is set, as text; empty where that depends.
    pub(crate) default: &'static str,
    /// What it is for, and what is allowed.
    pub(crate) help: &'static str,
}

impl Setting {
    /// Its name in the environment.
    pub(crate) fn variable(&self) -> String {
        format!("{PREFIX}{}", self.key.to_ascii_uppercase())
    }
}

/// What the names of all variables begin with.
pub(crate) const PREFIX: &str = "ROSTER_";

/// The variable that names the file; it can't stand in the file.
pub(crate) const FILE_VARIABLE: &str = "ROSTER_CONFIG";

macro_rules! settings {
    ($($name:ident = $key:literal, $default:literal, $help:literal;)+) => {
        $(pub(super) const $name: Setting = Setting { key: $key, default: $default, help: $help };)+

        /// Every setting, in the order of the documentation.
        pub(crate) const SETTINGS: &[Setting] = &[$($name),+];
    };
}

settings! {
    LISTEN = "listen", "127.0.0.1:8080",
        "IP address and port to listen on. Port 0 takes a free one.";
    PUBLIC_URL = "public_url", "",
        "The http or https URL under which clients reach this server; the Tenant URL is made of it, and the addresses of sign-in. Nobody can sign in over plain http, except to localhost. No underscore: Okta refuses it. Default: http://localhost with the port of `listen`.";
    DATABASE_URL = "database_url", "",
        "The PostgreSQL database, as postgres://user:password@host:5432/name. Over a network add ?sslmode=verify-full, and &sslrootcert=FILE unless one of the system's authorities has signed the server's certificate; without sslmode TLS is used if the server offers it, unchecked. Default: SQLite in roster.db under `data_dir`.";
    DATABASE_PASSWORD_FILE = "database_password_file", "",
        "The file that holds the database's password, instead of `database_url`. It is read for each new connection, so that a changed password works without a restart.";
    DATABASE_LISTEN_URL = "database_listen_url", "",
        "The same database past a pooler in transaction mode, such as PgBouncer's, to which `database_url` leads: on this one connection a server hears at once what the others change. Without it, that takes a second there. Default: `database_url`.";
    DATABASE_POOL_SIZE = "database_pool_size", "16",
        "The most connections to PostgreSQL of this server, 1 to 1000; one more listens.";
    DATA_DIR = "data_dir", "./roster-data",
        "The directory of the SQLite database and of the secret key, unless these are elsewhere; made when it is missing.";
    MIGRATE_ON_START = "migrate_on_start", "true",
        "Whether `roster serve` brings the database's schema up to date itself: true or false.";
    SECRET_KEY = "secret_key", "",
        "The secret key, under which the database keeps private keys: 32 random bytes, as 64 hexadecimal digits or as base64. Make one with: openssl rand -hex 32. All servers on one database need the same. Default: in secret.key under `data_dir`, made at the first start.";
    SECRET_KEY_FILE = "secret_key_file", "",
        "The file that holds the secret key, instead of `secret_key`; its owner alone may read it (mode 600).";
    SESSION_IDLE_MINUTES = "session_idle_minutes", "480",
        "Minutes after which a session that is not used ends, 1 to 43200.";
    SESSION_ABSOLUTE_HOURS = "session_absolute_hours", "24",
        "Hours after which a session ends, used or not, 1 to 720.";
    SESSION_TOKEN_SECONDS = "session_token_seconds", "300",
        "Seconds for which a session's signed token (JWT) holds, 5 to 3600. Your application accepts it for so long, even from somebody who has just been deactivated.";
    SESSION_KEY_FILES = "session_key_files", "",
        "PEM files of the keys that sign these tokens, with commas between them: EC private keys on the curve P-256. The first one signs, all are published. Default: keys are made by Roster, kept sealed in the database, and rotated by `roster keys rotate`.";
    METADATA_ALLOWED_NETWORKS = "metadata_allowed_networks", "",
        "Private networks from which the metadata of identity providers may be fetched, as 10.0.0.0/8, fd00::/8. Default: none; from public addresses only.";
    METADATA_CA_FILE = "metadata_ca_file", "",
        "PEM file with the certificates of further authorities that are trusted when metadata is fetched. Default: the system's alone.";
    SCIM_RATE_LIMIT = "scim_rate_limit", "50",
        "SCIM requests a second that one tenant may make, 0 to 1000000; 0: as many as it likes. Like the other rates, each server counts them for itself.";
    SCIM_RATE_BURST = "scim_rate_burst", "100",
        "SCIM requests that one tenant may make at once before the limit holds, 1 to 1000000.";
    SIGN_IN_RATE_LIMIT = "sign_in_rate_limit", "20",
        "Sign-ins a second to one tenant from one address, 0 to 1000000; 0: as many as it likes.";
    SIGN_IN_RATE_BURST = "sign_in_rate_burst", "60",
        "Sign-ins at once to one tenant from one address before the limit holds, 1 to 1000000.";
    REQUEST_TIMEOUT_SECONDS = "request_timeout_seconds", "30",
        "Seconds until a request is given up, 1 to 30.";
    TRUSTED_PROXIES = "trusted_proxies", "",
        "Networks of reverse proxies whose X-Forwarded-For is believed, as 10.0.0.0/8, fd00::/8. Default: none.";
    METRICS_LISTEN = "metrics_listen", "",
        "IP address and port on which Prometheus finds /metrics, apart from `listen`. Default: none. (Traces, and metrics that are pushed, are switched on by the standard variables of OpenTelemetry, such as OTEL_EXPORTER_OTLP_ENDPOINT.)";
    LOG = "log", "info,poem=warn",
        "What is logged to standard error: off, error, warn, info, debug or trace, also by module, as info,roster=debug.";
    LOG_FORMAT = "log_format", "",
        "pretty (for people) or json (one object a line). Default: pretty on a terminal, json elsewhere.";
}

/// The settings as `roster serve --help` explains them.
pub(crate) fn help() -> String {
    let mut text = wrapped(
        "Settings come from the environment, over the file of --config or ROSTER_CONFIG (TOML, by \
         the names in lower case), over the defaults. An empty variable counts as not set.",
        "",
    );
    for setting in SETTINGS {
        let default = if setting.default.is_empty() {
            String::new()
        } else {
            format!(" [default: {}]", setting.default)
        };
        text.push_str(&format!(
            "\n  {} ({}){default}\n",
            setting.variable(),
            setting.key
        ));
        text.push_str(&wrapped(setting.help, "      "));
    }
    text.push_str("\n  ROSTER_CONFIG\n      The TOML file, unless --config names one.");
    text
}

/// `text` in lines of a readable width, each after `indent`.
fn wrapped(text: &str, indent: &str) -> String {
    const WIDTH: usize = 92;
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let fits = lines
            .last()
            .is_some_and(|line| line.is_empty() || line.len() + word.len() < WIDTH);
        match lines.last_mut().filter(|_| fits) {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
        .iter()
        .map(|line| format!("{indent}{line}\n"))
        .collect()
}
