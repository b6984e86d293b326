//! The secret key in a file of its own, made at the first start. The file appears whole or not at
//! all, so that any number of processes that start at once end up with one key.

use std::fmt;
use std::fs::{DirBuilder, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::Builder;

use crate::secret_key::{SecretKey, SecretKeyError};

/// More than any key that reads, white space and all.
const LONGEST: u64 = 1024;

/// Only the owner may read and write.
const OWNER_ALONE: u32 = 0o600;

/// What was tried with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretFileAction {
    /// To read it.
    Read,
    /// To make it.
    Made,
}

impl fmt::Display for SecretFileAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Made => "made",
        })
    }
}

/// Why there is no secret key from a file. It never holds a part of the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretFileError {
    /// Users other than the owner may read or change it.
    #[error(
        "the secret key's file {} is open to other users (mode {mode:03o}); allowed is its owner alone; run: chmod 600 {}",
        path.display(), path.display()
    )]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It holds something else.
    #[error(
        "{}: {problem}; if secrets were ever stored under its key, put that key back, since no other opens them",
        path.display()
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with its text.
        problem: SecretKeyError,
    },
    /// The operating system refused.
    #[error("the secret key's file {} can't be {action}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        action: SecretFileAction,
        /// What the system says.
        source: io::Error,
    },
}

impl SecretKey {
    /// Reads the key from a file; makes the file, with a new key, when there is none. The
    /// directory is made too, for its owner alone.
    ///
    /// # Errors
    /// [`SecretFileError`]. A file that exists is never changed.
    pub fn load_or_create(path: &Path) -> Result<Self, SecretFileError> {
        let failed = |action| {
            move |source| SecretFileError::Io {
                path: path.to_owned(),
                action,
                source,
            }
        };
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create(path).map_err(failed(SecretFileAction::Made))?;
                // Whoever made it: all read what the file says now.
                File::open(path)
            }
            opened => opened,
        };
        let file = file.map_err(failed(SecretFileAction::Read))?;
        let metadata = file.metadata().map_err(failed(SecretFileAction::Read))?;
        let mode = metadata.permissions().mode() & 0o777;
        if metadata.is_file() && mode & !0o700 != 0 {
            return Err(SecretFileError::Exposed {
                path: path.to_owned(),
                mode,
            });
        }
        let mut bytes = Vec::new();
        file.take(LONGEST)
            .read_to_end(&mut bytes)
            .map_err(failed(SecretFileAction::Read))?;
        Self::parse(&String::from_utf8_lossy(&bytes)).map_err(|problem| {
            SecretFileError::Malformed {
                path: path.to_owned(),
                problem,
            }
        })
    }
}

/// Makes the file with a new key, unless somebody else was first.
fn create(path: &Path) -> io::Result<()> {
    let path = std::path::absolute(path)?;
    let directory = path.parent().unwrap_or(Path::new("/"));
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    let mut file = Builder::new()
        .prefix(".secret-key-")
        .permissions(Permissions::from_mode(OWNER_ALONE))
        .tempfile_in(directory)?;
    writeln!(file, "{}", SecretKey::generate().to_hexadecimal())?;
    // What is sealed under this key can outlive a power failure only if the key does.
    file.as_file().sync_all()?;
    match file.persist_noclobber(&path) {
        Ok(_) => File::open(directory)?.sync_all(),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
    }
}
