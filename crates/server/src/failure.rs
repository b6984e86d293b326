//! Why a command did not do what was asked. Each message is the one line that whoever typed the
//! command reads.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use roster_application::error::Error;
use roster_application::ports::store::StoreError;
use roster_application::session_tokens::KeysError;
use roster_keys::{PemError, SecretFileError};

use crate::configuration::SettingError;
use crate::telemetry::TelemetryError;

/// A command's failure.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A setting is not usable.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// A use case refused, or the database did not do its part.
    #[error(transparent)]
    Application(#[from] Error),
    /// What shall be measured can't be.
    #[error("{0}")]
    Telemetry(#[from] TelemetryError),
    /// The address for the metrics can't be had.
    #[error("The metrics can't be offered at {address}, as ROSTER_METRICS_LISTEN says: {problem}")]
    MetricsListen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        problem: io::Error,
    },
    /// The embedded database can't be opened.
    #[error("The SQLite database can't be opened: {0}")]
    OpenSqlite(roster_store_sqlite::OpenError),
    /// The database of the settings can't be opened.
    #[error("The PostgreSQL database of ROSTER_DATABASE_URL can't be opened: {0}")]
    OpenPostgres(roster_store_postgres::OpenError),
    /// The migrations did not run.
    #[error("The database can't be migrated: {0}")]
    Migrate(StoreError),
    /// There is no database of ours where the settings point.
    #[error("There is no database at {}. Start `roster serve` or run `roster migrate` first; or, if the server runs elsewhere, set ROSTER_DATA_DIR or ROSTER_DATABASE_URL as it has them.", .0.display())]
    NoDatabase(PathBuf),
    /// The database answers, but its tables do not serve this program.
    #[error("The database can't be used: {0}")]
    NotReady(StoreError),
    /// No tenant of that slug.
    #[error("There is no tenant {slug}. {known}")]
    NoTenant {
        /// As it was given.
        slug: String,
        /// Which there are, and how to make one.
        known: String,
    },
    /// The secret key's file can't be used.
    #[error("There is no secret key: {0}.")]
    SecretKey(#[from] SecretFileError),
    /// The operator named a file that is not there.
    #[error("There is no secret key: the file {path} of ROSTER_SECRET_KEY_FILE does not exist. Put the key of the other servers there; or, if this is the first one, make one with: (umask 077; openssl rand -hex 32 > {path})", path = path.display())]
    NoSecretKeyFile {
        /// The file.
        path: PathBuf,
    },
    /// No server has made a secret key here.
    #[error("There is no secret key at {}. Start `roster serve` first; or, if the server runs elsewhere, set ROSTER_SECRET_KEY, ROSTER_SECRET_KEY_FILE or ROSTER_DATA_DIR as it has them.", .0.display())]
    NoSecretKey(PathBuf),
    /// The stored keys can't be used by this server.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// A signing key that the operator gave can't be used.
    #[error("The signing key in {} can't be used: {problem}.", path.display())]
    SessionKey {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: PemError,
    },
    /// The operator rotates these keys, not this program.
    #[error(
        "The signing keys are in the files of ROSTER_SESSION_KEY_FILES, so there is nothing here to list or rotate. To rotate: add the new key's file at the end of the list and restart every server; ten minutes later put it first and restart them again; remove the old one when another 65 minutes have passed."
    )]
    KeysFromFiles,
    /// What fetches metadata can't be set up.
    #[error("The identity providers' metadata can't be fetched: {0}")]
    Metadata(String),
    /// Something else has the address.
    #[error(
        "Roster can't listen on {address}: {problem}. Set ROSTER_LISTEN to a free address, such as 127.0.0.1:8081."
    )]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system says.
        problem: io::Error,
    },
    /// The server stopped by itself, or could not watch for signals.
    #[error("The server stopped: {0}")]
    Serve(io::Error),
    /// A second signal came before the requests in flight were done.
    #[error("Stopped at once by a second signal; requests in flight were cut off.")]
    Interrupted,
    /// The database is not one that Roster copies.
    #[error(
        "The database is PostgreSQL, which has better tools than Roster could be: pg_dump for a copy, and continuous archiving to go back to any moment. See docs/backup.md."
    )]
    BackupOfPostgres,
    /// The database could not be copied.
    #[error("There is no backup: {0}.")]
    Backup(String),
    /// A result can't be printed.
    #[error("The output can't be written: {0}")]
    Output(io::Error),
    /// A file can't be read.
    #[error("{} can't be read: {problem}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        problem: io::Error,
    },
    /// A file can't be written.
    #[error("{} can't be written: {problem}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        problem: io::Error,
    },
}

impl Failure {
    /// Whether it may pass without anybody changing a setting: the database is away, starting, or not
    /// yet the one to write to.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::OpenPostgres(error) => error.is_passing(),
            Self::Migrate(error)
            | Self::NotReady(error)
            | Self::Application(Error::Store(error)) => {
                matches!(error, StoreError::Unavailable(_))
            }
            _ => false,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Application(error.into())
    }
}
