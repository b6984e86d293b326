//! Work on the database as a whole, beside a server that goes on: a copy of it, and rewriting it so
//! that nothing of what was deleted is left in it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use roster_application::ports::store::StoreError;

use crate::connections::{DatabaseFile, OpenError, WAIT};
use crate::errors::store_error;

/// Up to so many bytes SQLite rewrites a database in memory; a larger one in its temporary directory.
const IN_MEMORY: u64 = 64 << 20;

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Something is there already: a backup replaces nothing.
    #[error("{} exists already: choose another name", .0.display())]
    Exists(PathBuf),
    /// SQLite takes names in UTF-8 only.
    #[error("the path {} is not valid UTF-8: choose another", .0.display())]
    NotUnicode(PathBuf),
    /// The file can't be written.
    #[error("{} can't be written: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The database can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// SQLite can't copy the database.
    #[error("SQLite can't copy the database: {0}")]
    Copy(#[source] diesel::result::Error),
}

#[derive(QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = Integer)]
    busy: i32,
}

/// Rewrites the file, and empties the log beside it. Whoever else writes waits meanwhile.
pub(crate) fn scrub(file: &DatabaseFile) -> Result<(), StoreError> {
    let connection = file.connect();
    let mut connection = connection.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
    let small = fs::metadata(file.path()).is_ok_and(|file| file.len() <= IN_MEMORY);
    let place = if small { "MEMORY" } else { "FILE" };
    connection
        .batch_execute(&format!("PRAGMA temp_store = {place}; VACUUM;"))
        .map_err(store_error)?;
    let begun = Instant::now();
    loop {
        // Waits for those who still read what was before, for as long as the busy timeout is.
        let checkpoint: Checkpoint = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)")
            .get_result(&mut connection)
            .map_err(store_error)?;
        if checkpoint.busy == 0 {
            return Ok(());
        }
        if begun.elapsed() > WAIT {
            let problem =
                "somebody reads what was there before; it stays in the file's log meanwhile";
            return Err(StoreError::Unavailable(problem.into()));
        }
    }
}

/// Writes a copy of the database to `path`, as it is at one moment, for the owner alone. The file is
/// there when it is whole, and not before.
pub(crate) fn backup(file: &DatabaseFile, path: &Path) -> Result<(), BackupError> {
    let failed = |source: io::Error| BackupError::Write {
        path: path.to_owned(),
        source,
    };
    // SQLite takes a name that begins with `file:` for a URI; an absolute one begins otherwise.
    let target = std::path::absolute(path).map_err(failed)?;
    if target.try_exists().map_err(failed)? {
        return Err(BackupError::Exists(path.to_owned()));
    }
    let directory = target.parent().unwrap_or(Path::new("/"));
    // Empty, of another name that nobody uses, and with its permissions from the beginning: SQLite
    // writes into it. It goes if it can't be finished.
    let partial = tempfile::Builder::new()
        .prefix(".roster-backup-")
        .tempfile_in(directory)
        .map_err(failed)?;
    let name = partial.path().to_str();
    let name = name.ok_or_else(|| BackupError::NotUnicode(path.to_owned()))?;
    diesel::sql_query("VACUUM INTO ?")
        .bind::<Text, _>(name)
        .execute(&mut file.connect()?)
        .map_err(BackupError::Copy)?;
    partial.as_file().sync_all().map_err(failed)?;
    let placed = partial.persist_noclobber(&target);
    placed.map_err(|refused| match refused.error.kind() {
        io::ErrorKind::AlreadyExists => BackupError::Exists(path.to_owned()),
        _ => failed(refused.error),
    })?;
    // That the file has its name is in the directory, and on the disk when that is.
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(failed)
}
