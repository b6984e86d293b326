//! Connections to the file: how one is opened, and the pool of those that read.
//!
//! SQLite has one writer at a time and, in WAL mode, any number of readers that neither wait for
//! it nor hold it up. So one connection writes, on a thread of its own (see
//! [`writer`](crate::writer)), and a few read, on tokio's threads for blocking work. Connections
//! live on: each keeps the statements that it has prepared.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::result::{ConnectionError, Error};
use diesel::{Connection, SqliteConnection};
use roster_application::ports::store::StoreError;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::errors::{is_locked, store_error};

/// How long to wait for a free connection before the database counts as unavailable.
pub(crate) const WAIT: Duration = Duration::from_secs(5);

/// How long to wait before a locked file is tried again.
const RETRY: Duration = Duration::from_millis(5);

/// The most connections that read at once.
const MOST_READERS: usize = 8;

/// What every connection is told first. The busy timeout comes before all else, since another
/// process may hold the lock; `synchronous = FULL` lets no commit that was acknowledged be lost,
/// not even when the power fails. The cache is 4 MiB a connection. There is no memory map: a
/// failing disk would end the process where it now fails one request.
const SETTINGS: &str = "PRAGMA busy_timeout = 5000;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA trusted_schema = OFF;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -4096;
PRAGMA journal_size_limit = 67108864;";

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory is not there and can't be made.
    #[error("the directory of the database {} can't be created: {source}", path.display())]
    Directory {
        /// The file that was to be opened.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file is not there and can't be made.
    #[error("the database {} can't be created: {source}", path.display())]
    File {
        /// The file that was to be opened.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// SQLite takes names in UTF-8 only.
    #[error("the path of the database {} is not valid UTF-8: choose another", path.display())]
    NotUnicode {
        /// The file that was to be opened.
        path: PathBuf,
    },
    /// SQLite does not open the file.
    #[error("SQLite can't open the database {}: {source}", path.display())]
    Connect {
        /// The file that was to be opened.
        path: PathBuf,
        /// Why not.
        source: ConnectionError,
    },
    /// SQLite opens the file but can't work with it; it may not be a database.
    #[error("SQLite can't use {} as its database: {source}", path.display())]
    Unusable {
        /// The file that was to be opened.
        path: PathBuf,
        /// Why not.
        source: Error,
    },
    /// The operating system gives no thread.
    #[error("no thread could be started for writing to {}: {source}", path.display())]
    Thread {
        /// The file that was to be opened.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// A file that exists and is named as SQLite wants it.
#[derive(Debug, Clone)]
pub(crate) struct DatabaseFile {
    path: PathBuf,
    name: String,
}

impl DatabaseFile {
    /// Makes the file, and the directory that it is in, for the owner alone. What exists is left
    /// as it is. SQLite gives the files beside it (`-wal`, `-shm`) the same permissions.
    pub(crate) fn prepare(path: &Path) -> Result<Self, OpenError> {
        let given = || path.to_owned();
        // Absolute, so that no name is taken for a URI (`file:…`) or `:memory:`.
        let file = |source| OpenError::File {
            path: given(),
            source,
        };
        let absolute = std::path::absolute(path).map_err(file)?;
        if let Some(directory) = absolute.parent() {
            let mut builder = DirBuilder::new();
            builder.recursive(true);
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder
                .create(directory)
                .map_err(|source| OpenError::Directory {
                    path: given(),
                    source,
                })?;
        }
        // An existing file is not opened, not even for a moment: closing it would drop the locks
        // that SQLite holds on it in this process (POSIX locks belong to the process).
        let mut options = OpenOptions::new();
        options.create_new(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&absolute) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(file(error)),
            _ => {}
        }
        let name = absolute.to_str().map(str::to_owned);
        let name = name.ok_or_else(|| OpenError::NotUnicode { path: given() })?;
        Ok(Self {
            path: given(),
            name,
        })
    }

    /// The file as it was named.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A connection that may write.
    pub(crate) fn connect(&self) -> Result<SqliteConnection, OpenError> {
        let path = || self.path.clone();
        let unusable = |source| OpenError::Unusable {
            path: path(),
            source,
        };
        let mut connection =
            SqliteConnection::establish(&self.name).map_err(|source| OpenError::Connect {
                path: path(),
                source,
            })?;
        let begun = Instant::now();
        loop {
            match connection.batch_execute(SETTINGS) {
                Ok(()) => return Ok(connection),
                // Of several that put a fresh file into WAL mode at once, SQLite refuses some without
                // heeding the busy timeout.
                Err(error) if is_locked(&error) && begun.elapsed() < WAIT => {
                    std::thread::sleep(RETRY);
                }
                Err(error) => return Err(unusable(error)),
            }
        }
    }
}

/// The connections that read.
pub(crate) struct Readers {
    file: DatabaseFile,
    idle: Mutex<Vec<SqliteConnection>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    /// No connection yet: each is opened when all others are busy.
    pub(crate) fn new(file: DatabaseFile) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let permits = Arc::new(Semaphore::new((cores * 2).min(MOST_READERS)));
        Self {
            file,
            idle: Mutex::default(),
            permits,
        }
    }

    /// Runs `work` on a connection that can't write.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = timeout(WAIT, Arc::clone(&self.permits).acquire_owned()).await;
        let permit = permit.map_err(|_| {
            let problem = format!("no connection came free within {} s", WAIT.as_secs());
            StoreError::Unavailable(problem.into())
        })?;
        let readers = Arc::clone(self);
        let reading = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let mut connection = readers.take()?;
            let answer = work(&mut connection);
            readers.idle().push(connection);
            answer
        });
        reading
            .await
            .unwrap_or_else(|stopped| Err(StoreError::Failed(Box::new(stopped))))
    }

    fn take(&self) -> Result<SqliteConnection, StoreError> {
        if let Some(idle) = self.idle().pop() {
            return Ok(idle);
        }
        let connection = self.file.connect();
        let mut connection =
            connection.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        connection
            .batch_execute("PRAGMA query_only = ON")
            .map_err(store_error)?;
        Ok(connection)
    }

    /// Nothing panics while it is locked, and a list of connections is never half changed.
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<SqliteConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use diesel::prelude::*;
    use diesel::sql_types::Text;

    use super::*;

    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = Text)]
        value: String,
    }

    #[test]
    fn no_power_cut_and_no_dangling_reference_can_harm_what_was_committed() {
        let directory = tempfile::tempdir().unwrap();
        let file = DatabaseFile::prepare(&directory.path().join("roster.db")).unwrap();
        let mut connection = file.connect().unwrap();
        for (name, expected) in [
            ("journal_mode", "wal"),
            ("synchronous", "2"),
            ("foreign_keys", "1"),
        ] {
            let query = format!("SELECT CAST({name} AS TEXT) AS value FROM pragma_{name}");
            let setting = diesel::sql_query(query).get_result::<Setting>(&mut connection);
            assert_eq!(setting.unwrap().value, expected, "{name}");
        }
    }
}
