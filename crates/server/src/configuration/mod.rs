//! The settings of a process: the environment (`ROSTER_…`) over a TOML file over defaults, all
//! checked before anything starts. What is wrong is said in one line that names the setting.
//!
//! Where to go next: [`settings`] lists them all (a new one begins there), [`sources`] finds
//! their texts, [`values`] parses them, [`reader`] puts the two together.

mod error;
mod reader;
mod settings;
mod sources;
mod values;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use roster_application::Settings;
use roster_domain::return_url::is_local;
use roster_domain::session::Lifetimes;
use roster_keys::SecretKey;
use url::Url;

pub(crate) use error::SettingError;
pub(crate) use reader::Effective;
use reader::Reader;
pub(crate) use settings::help;
pub(crate) use sources::Source;
use sources::Sources;
pub(crate) use values::{DatabaseUrl, LogFormat, network};

/// Which database is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Database {
    /// SQLite, in this file.
    Sqlite(PathBuf),
    /// PostgreSQL.
    Postgres {
        /// Where.
        url: DatabaseUrl,
        /// Where its password is, if not in the URL.
        password_file: Option<PathBuf>,
        /// Where to listen to notifications, if elsewhere.
        listen_url: Option<DatabaseUrl>,
        /// The most connections.
        pool_size: usize,
    },
}

/// Where the secret key is, under which secrets are sealed in the database.
#[derive(Debug, Clone)]
pub(crate) enum SecretKeyPlace {
    /// In the settings.
    Settings(SecretKey),
    /// In a file that the operator has made.
    File(PathBuf),
    /// In a file of ours, made by the first `roster serve`.
    DataDir(PathBuf),
}

/// How often something may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    /// Requests a second; 0: no limit.
    pub(crate) limit: u32,
    /// Requests at once.
    pub(crate) burst: u32,
}

/// The settings in force.
#[derive(Debug, Clone)]
pub(crate) struct Configuration {
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// The public URL, if one is set, without a slash at its end.
    pub(crate) public_url: Option<String>,
    /// Which database.
    pub(crate) database: Database,
    /// Whether `serve` migrates it.
    pub(crate) migrate_on_start: bool,
    /// Where the secret key is.
    pub(crate) secret_key: SecretKeyPlace,
    /// How long a session lasts without a request.
    pub(crate) session_idle: Duration,
    /// How long a session lasts at most.
    pub(crate) session_absolute: Duration,
    /// How long a session's token holds.
    pub(crate) session_token: Duration,
    /// The PEM files of the keys that sign tokens; none: keys are generated.
    pub(crate) session_key_files: Vec<PathBuf>,
    /// Networks that aren't public, from which metadata may be fetched all the same.
    pub(crate) metadata_allowed_networks: Vec<IpNet>,
    /// Certificates of authorities that are trusted for metadata, besides the system's.
    pub(crate) metadata_ca_file: Option<PathBuf>,
    /// SCIM requests of one tenant.
    pub(crate) scim_rate: Rate,
    /// Sign-ins from one address.
    pub(crate) sign_in_rate: Rate,
    /// When a request is given up.
    pub(crate) request_timeout: Duration,
    /// Proxies that are believed.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// Where Prometheus finds the metrics.
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// What is logged.
    pub(crate) log: String,
    /// How it looks; `None`: by whether it is read on a terminal.
    pub(crate) log_format: Option<LogFormat>,
    /// Each setting as it was written, to be shown.
    pub(crate) effective: Vec<Effective>,
}

impl Configuration {
    /// The settings of this process.
    ///
    /// # Errors
    /// [`SettingError`], for the first thing that is wrong.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, SettingError> {
        Self::from_sources(file, std::env::vars_os())
    }

    pub(crate) fn from_sources(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, SettingError> {
        const HOUR: u64 = 60 * 60;
        const DAY: u64 = 24 * HOUR;
        let mut reader = Reader::new(Sources::read(file, environment)?);
        let path = |text: &str| Ok(PathBuf::from(text));
        let listen = reader.required(&settings::LISTEN, values::listen)?;
        let public_url = reader.optional(&settings::PUBLIC_URL, values::public_url)?;
        let database_url = reader.secret(&settings::DATABASE_URL, values::database_url)?;
        reader.only_with(&settings::DATABASE_PASSWORD_FILE, &settings::DATABASE_URL)?;
        let password_file = reader.optional(&settings::DATABASE_PASSWORD_FILE, path)?;
        reader.only_with(&settings::DATABASE_LISTEN_URL, &settings::DATABASE_URL)?;
        let listen_url = reader.secret(&settings::DATABASE_LISTEN_URL, values::database_url)?;
        let pool_size = reader.required(&settings::DATABASE_POOL_SIZE, |text| {
            values::number(text, &(1..=1_000))
        })?;
        let data_dir = reader.required(&settings::DATA_DIR, path)?;
        let migrate_on_start = reader.required(&settings::MIGRATE_ON_START, values::flag)?;
        reader.one_of(&settings::SECRET_KEY, &settings::SECRET_KEY_FILE)?;
        let secret_key = reader.hidden(&settings::SECRET_KEY, values::secret_key)?;
        let secret_key_file = reader.optional(&settings::SECRET_KEY_FILE, path)?;
        let idle = &settings::SESSION_IDLE_MINUTES;
        let session_idle = reader.duration(idle, 60, 1..=30 * DAY / 60)?;
        let absolute = &settings::SESSION_ABSOLUTE_HOURS;
        let session_absolute = reader.duration(absolute, HOUR, 1..=30 * DAY / HOUR)?;
        // No longer than retired keys stay published.
        let session_token = reader.duration(&settings::SESSION_TOKEN_SECONDS, 1, 5..=HOUR)?;
        let session_key_files = reader
            .optional(&settings::SESSION_KEY_FILES, values::paths)?
            .unwrap_or_default();
        let metadata_allowed_networks = reader
            .optional(&settings::METADATA_ALLOWED_NETWORKS, values::networks)?
            .unwrap_or_default();
        let metadata_ca_file = reader.optional(&settings::METADATA_CA_FILE, path)?;
        let scim_rate = reader.rate(&settings::SCIM_RATE_LIMIT, &settings::SCIM_RATE_BURST)?;
        let sign_in_rate =
            reader.rate(&settings::SIGN_IN_RATE_LIMIT, &settings::SIGN_IN_RATE_BURST)?;
        // Okta gives up after 60 seconds of silence; a longer limit would answer nobody.
        let request_timeout = reader.duration(&settings::REQUEST_TIMEOUT_SECONDS, 1, 1..=30)?;
        let trusted_proxies = reader
            .optional(&settings::TRUSTED_PROXIES, values::networks)?
            .unwrap_or_default();
        let metrics_listen = reader.optional(&settings::METRICS_LISTEN, values::listen)?;
        let log = reader.required(&settings::LOG, values::log_filter)?;
        let log_format = reader.optional(&settings::LOG_FORMAT, values::log_format)?;
        Ok(Self {
            listen,
            public_url,
            secret_key: match (secret_key, secret_key_file) {
                (Some(key), _) => SecretKeyPlace::Settings(key),
                (None, Some(path)) => SecretKeyPlace::File(path),
                (None, None) => SecretKeyPlace::DataDir(data_dir.join("secret.key")),
            },
            database: match database_url {
                Some(url) => Database::Postgres {
                    url,
                    password_file,
                    listen_url,
                    pool_size,
                },
                None => Database::Sqlite(data_dir.join("roster.db")),
            },
            migrate_on_start,
            session_idle,
            session_absolute,
            session_token,
            session_key_files,
            metadata_allowed_networks,
            metadata_ca_file,
            scim_rate,
            sign_in_rate,
            request_timeout,
            trusted_proxies,
            metrics_listen,
            log,
            log_format,
            effective: reader.into_effective(),
        })
    }

    /// The public URL of a server that listens on `port`, without a slash at its end.
    pub(crate) fn public_url(&self, port: u16) -> String {
        self.public_url
            .clone()
            .unwrap_or_else(|| format!("http://localhost:{port}"))
    }

    /// The most connections to the database over the network: while it is silent, a second is tried
    /// for each of the pool; besides, there are the one that listens and those that try whether it is back.
    pub(crate) const fn database_connections(&self) -> usize {
        match self.database {
            Database::Sqlite(_) => 0,
            Database::Postgres { pool_size, .. } => 2 * pool_size + 4,
        }
    }

    /// What the application is told, on a server that is reached at `public_url`.
    pub(crate) fn application(&self, public_url: String) -> Settings {
        // A few weeks at most.
        let seconds = |duration| time::Duration::try_from(duration).unwrap_or(time::Duration::MAX);
        let defaults = Settings::default();
        Settings {
            public_url,
            lifetimes: Lifetimes {
                idle: seconds(self.session_idle),
                absolute: seconds(self.session_absolute),
                ..defaults.lifetimes
            },
            token_lifetime: seconds(self.session_token),
        }
    }

    /// What is allowed and yet hardly meant.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let public_url = self.public_url(self.listen.port());
        let plain =
            Url::parse(&public_url).is_ok_and(|url| url.scheme() != "https" && !is_local(&url));
        if plain {
            warnings.push(format!(
                "Nobody can sign in over {public_url}, since a session's cookie could be read on its way. Set ROSTER_PUBLIC_URL to an https URL, by which a proxy that does TLS is reached."
            ));
        }
        if let (Database::Postgres { .. }, SecretKeyPlace::DataDir(path)) =
            (&self.database, &self.secret_key)
        {
            warnings.push(format!(
                "The secret key is in {}, where another server does not find it. All servers on one PostgreSQL database need the same: give it to each as ROSTER_SECRET_KEY, or in a file as ROSTER_SECRET_KEY_FILE.",
                path.display()
            ));
        }
        warnings
    }

    /// What a command other than `serve` logs: warnings only, unless somebody asked for more.
    pub(crate) fn log_of_command(&self) -> &str {
        let asked = |setting: &Effective| {
            setting.key == settings::LOG.key && setting.source != Source::Default
        };
        if self.effective.iter().any(asked) {
            &self.log
        } else {
            "warn"
        }
    }
}
