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
        "The http or https URL under which clients reach this server; the Tenant URL is made of it. No underscore: Okta refuses it. Default: http://localhost with the port of `listen`.";
    DATABASE_URL = "database_url", "",
        "The PostgreSQL database, as postgres://user:password@host:5432/name. The connection is not encrypted: use a Unix socket, a private network or a local proxy that encrypts. Default: SQLite in roster.db under `data_dir`.";
    DATABASE_POOL_SIZE = "database_pool_size", "16",
        "The most connections to PostgreSQL, 1 to 1000.";
    DATA_DIR = "data_dir", "./roster-data",
        "The directory of the SQLite database; made when it is missing.";
    MIGRATE_ON_START = "migrate_on_start", "true",
        "Whether `roster serve` brings the database's schema up to date itself: true or false.";
    SCIM_RATE_LIMIT = "scim_rate_limit", "50",
        "SCIM requests a second that one tenant may make, 0 to 1000000; 0: as many as it likes.";
    SCIM_RATE_BURST = "scim_rate_burst", "100",
        "SCIM requests that one tenant may make at once before the limit holds, 1 to 1000000.";
    REQUEST_TIMEOUT_SECONDS = "request_timeout_seconds", "30",
        "Seconds until a request is given up, 1 to 30.";
    TRUSTED_PROXIES = "trusted_proxies", "",
        "Networks of reverse proxies whose X-Forwarded-For is believed, as 10.0.0.0/8, fd00::/8. Default: none.";
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
