//! The settings of a process: the environment (`ROSTER_…`) over a TOML file over defaults, all
//! checked before anything starts. What is wrong is said in one line that names the setting.
//!
//! Where to go next: [`settings`] lists them all (a new one begins there), [`sources`] finds
//! their texts, [`values`] parses them.

mod settings;
mod sources;
mod values;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fmt::Display;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;

use settings::Setting;
pub(crate) use settings::help;
pub(crate) use sources::Source;
use sources::Sources;
pub(crate) use values::{DatabaseUrl, LogFormat, network};

/// Why the settings can't be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum SettingError {
    /// A value that is not allowed.
    #[error("The setting {name} is {value}; it must be {allowed}.")]
    Invalid {
        /// The setting, as whoever set it calls it, and the file if it stands in one.
        name: String,
        /// The value, unless it is a secret.
        value: String,
        /// What is allowed.
        allowed: String,
    },
    /// A variable that is no setting.
    #[error("{variable} is not a setting of Roster. {hint}")]
    UnknownVariable {
        /// The variable.
        variable: String,
        /// What was probably meant.
        hint: String,
    },
    /// A key of the file that is no setting.
    #[error("{key} in {} is not a setting of Roster. {hint}", path.display())]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
        /// What was probably meant.
        hint: String,
    },
    /// A variable that is not text.
    #[error("The setting {variable} is not UTF-8 text; write it again in plain characters.")]
    NotText {
        /// The variable.
        variable: String,
    },
    /// The file as a whole.
    #[error("The configuration file {} {problem}.", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

/// Which database is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Database {
    /// SQLite, in this file.
    Sqlite(PathBuf),
    /// PostgreSQL.
    Postgres {
        /// Where.
        url: DatabaseUrl,
        /// The most connections.
        pool_size: usize,
    },
}

/// The settings in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Configuration {
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// The public URL, if one is set, without a slash at its end.
    pub(crate) public_url: Option<String>,
    /// Which database.
    pub(crate) database: Database,
    /// Whether `serve` migrates it.
    pub(crate) migrate_on_start: bool,
    /// SCIM requests a second and tenant; 0: no limit.
    pub(crate) scim_rate_limit: u32,
    /// SCIM requests at once and tenant.
    pub(crate) scim_rate_burst: u32,
    /// When a request is given up.
    pub(crate) request_timeout: Duration,
    /// Proxies that are believed.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// What is logged.
    pub(crate) log: String,
    /// How it looks; `None`: by whether it is read on a terminal.
    pub(crate) log_format: Option<LogFormat>,
    /// Each setting as it was written, to be shown.
    pub(crate) effective: Vec<Effective>,
}

/// One setting as it is in force, without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Effective {
    /// Its name in the file.
    pub(crate) key: &'static str,
    /// Its text; `None`: it is not set and has no default.
    pub(crate) value: Option<String>,
    /// Who set it.
    pub(crate) source: Source,
}

impl Configuration {
    /// The settings of this process.
    ///
    /// # Errors
    /// [`SettingError`], for the first thing that is wrong.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, SettingError> {
        Self::from_sources(file, std::env::vars_os())
    }

    fn from_sources(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, SettingError> {
        let mut reader = Reader {
            sources: Sources::read(file, environment)?,
            effective: Vec::new(),
        };
        let listen = reader.required(&settings::LISTEN, values::listen)?;
        let public_url = reader.optional(&settings::PUBLIC_URL, values::public_url)?;
        let database_url = reader.secret(&settings::DATABASE_URL, values::database_url)?;
        let pool_size = reader.required(&settings::DATABASE_POOL_SIZE, |text| {
            values::number(text, &(1..=1_000))
        })?;
        let data_dir = reader.required(&settings::DATA_DIR, |text| Ok(PathBuf::from(text)))?;
        let migrate_on_start = reader.required(&settings::MIGRATE_ON_START, values::flag)?;
        let rate = |text: &str| values::number(text, &(0..=1_000_000));
        let scim_rate_limit = reader.required(&settings::SCIM_RATE_LIMIT, rate)?;
        let burst = |text: &str| values::number(text, &(1..=1_000_000));
        let scim_rate_burst = reader.required(&settings::SCIM_RATE_BURST, burst)?;
        // Okta gives up after 60 seconds of silence; a longer limit would answer nobody.
        let seconds = |text: &str| values::number(text, &(1..=30));
        let request_timeout = reader
            .required(&settings::REQUEST_TIMEOUT_SECONDS, seconds)
            .map(Duration::from_secs)?;
        let trusted_proxies = reader
            .optional(&settings::TRUSTED_PROXIES, values::networks)?
            .unwrap_or_default();
        let log = reader.required(&settings::LOG, values::log_filter)?;
        let log_format = reader.optional(&settings::LOG_FORMAT, values::log_format)?;
        let database = match database_url {
            Some(url) => Database::Postgres { url, pool_size },
            None => Database::Sqlite(data_dir.join("roster.db")),
        };
        Ok(Self {
            listen,
            public_url,
            database,
            migrate_on_start,
            scim_rate_limit,
            scim_rate_burst,
            request_timeout,
            trusted_proxies,
            log,
            log_format,
            effective: reader.effective,
        })
    }

    /// The public URL of a server that listens on `port`, without a slash at its end.
    pub(crate) fn public_url(&self, port: u16) -> String {
        self.public_url
            .clone()
            .unwrap_or_else(|| format!("http://localhost:{port}"))
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

/// Parses settings one by one, and keeps how each was written.
struct Reader {
    sources: Sources,
    effective: Vec<Effective>,
}

impl Reader {
    fn optional<T>(
        &mut self,
        setting: &Setting,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, SettingError> {
        self.read(
            setting,
            parse,
            |text, _| text.to_owned(),
            |text| format!("{text:?}"),
        )
    }

    /// A setting whose text is never shown as it is.
    fn secret<T: Display>(
        &mut self,
        setting: &Setting,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, SettingError> {
        self.read(
            setting,
            parse,
            |_, value| value.to_string(),
            |_| "a value that is not shown here".to_owned(),
        )
    }

    /// A setting that has a default.
    fn required<T>(
        &mut self,
        setting: &Setting,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, SettingError> {
        self.optional(setting, parse)?
            .ok_or_else(|| SettingError::Invalid {
                name: setting.variable(),
                value: "not set".to_owned(),
                allowed: "set".to_owned(),
            })
    }

    fn read<T>(
        &mut self,
        setting: &Setting,
        parse: impl Fn(&str) -> Result<T, String>,
        show: impl Fn(&str, &T) -> String,
        show_invalid: impl Fn(&str) -> String,
    ) -> Result<Option<T>, SettingError> {
        let Some(given) = self.sources.get(setting) else {
            self.effective.push(Effective {
                key: setting.key,
                value: None,
                source: Source::Default,
            });
            return Ok(None);
        };
        let value = parse(&given.text).map_err(|allowed| {
            let name = match &given.source {
                Source::File(path) => format!("{} in {}", setting.key, path.display()),
                Source::Environment | Source::Default => setting.variable(),
            };
            SettingError::Invalid {
                name,
                value: show_invalid(&given.text),
                allowed,
            }
        })?;
        let shown = show(&given.text, &value);
        self.effective.push(Effective {
            key: setting.key,
            value: Some(shown),
            source: given.source,
        });
        Ok(Some(value))
    }
}
