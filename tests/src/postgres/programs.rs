//! PostgreSQL's programs: where they are, and the account they run as.

use std::cmp::Reverse;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{fmt, fs, io};

/// Why there is no cluster.
#[derive(thiserror::Error)]
pub enum ClusterError {
    /// PostgreSQL's programs were found nowhere.
    #[error(
        "PostgreSQL is not installed: no initdb under /usr/lib/postgresql/*/bin or on PATH. Install it with `apt-get install postgresql`"
    )]
    Missing,
    /// PgBouncer was not found.
    #[error(
        "PgBouncer is not installed: it is neither in /usr/sbin nor on PATH. Install it with `apt-get install pgbouncer`"
    )]
    NoPooler,
    /// The tests run as root, which PostgreSQL refuses to, and there is no other account for it.
    #[error("PostgreSQL doesn't run as root, and there is no account postgres or nobody for it")]
    NoAccount,
    /// A program could not be started, or a file not be written.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What went wrong.
        source: io::Error,
    },
    /// A program of PostgreSQL ended with an error.
    #[error("{what} failed: {output}")]
    Failed {
        /// Which.
        what: String,
        /// What it said.
        output: String,
    },
}

/// As [`fmt::Display`], so that `unwrap` in a test says what to do.
impl fmt::Debug for ClusterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

pub(super) fn io_error(what: impl Into<String>) -> impl FnOnce(io::Error) -> ClusterError {
    let what = what.into();
    move |source| ClusterError::Io { what, source }
}

/// The programs of one version of PostgreSQL.
#[derive(Debug)]
pub(super) struct Programs {
    directory: PathBuf,
    /// User and group to run them as; `None`: the present ones.
    pub(super) account: Option<(u32, u32)>,
}

impl Programs {
    /// Debian's newest version, else the first on PATH.
    pub(super) fn find() -> Result<Self, ClusterError> {
        let version =
            |path: &PathBuf| -> Option<u32> { path.parent()?.file_name()?.to_str()?.parse().ok() };
        let debian = fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .flatten();
        let mut found: Vec<PathBuf> = debian.map(|entry| entry.path().join("bin")).collect();
        found.sort_by_key(|path| Reverse(version(path)));
        let path = std::env::var_os("PATH").unwrap_or_default();
        found.extend(std::env::split_paths(&path));
        let directory = found.into_iter().find(|path| path.join("initdb").is_file());
        let directory = directory.ok_or(ClusterError::Missing)?;
        Ok(Self {
            directory,
            account: account()?,
        })
    }

    /// A program, to be run in `directory`.
    pub(super) fn command(&self, program: &str, directory: &Path) -> Command {
        let mut command = Command::new(self.directory.join(program));
        // PGHOST, PGOPTIONS and the like are meant for somebody else's server.
        command
            .env_clear()
            .env("LC_ALL", "C")
            .current_dir(directory)
            .stdin(Stdio::null());
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
        command
    }
}

/// Runs a program to its end.
pub(super) fn finish(what: &str, command: &mut Command) -> Result<Output, ClusterError> {
    let output = command
        .output()
        .map_err(io_error(format!("starting {what}")))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(ClusterError::Failed {
        what: what.to_owned(),
        output: said,
    })
}

fn account() -> Result<Option<(u32, u32)>, ClusterError> {
    if identity(&["-u"]) != Some(0) {
        return Ok(None);
    }
    let of = |name| Some((identity(&["-u", name])?, identity(&["-g", name])?));
    of("postgres")
        .or_else(|| of("nobody"))
        .map(Some)
        .ok_or(ClusterError::NoAccount)
}

fn identity(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
