//! PgBouncer before a cluster, in transaction mode unless another is asked for: to each transaction
//! another connection, of very few.

use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use super::Cluster;
use super::programs::{ClusterError, Programs, io_error};
use crate::free_port;
use crate::tools::Process;

/// A PgBouncer of its own, gone when dropped.
#[derive(Debug)]
pub struct Pooler {
    port: u16,
    process: Process,
}

impl Pooler {
    /// Starts one before `cluster`, in transaction mode, that opens `connections` at most to each
    /// database.
    ///
    /// # Errors
    /// [`ClusterError`] says what is missing.
    ///
    /// # Panics
    /// When PgBouncer does not start; the message is what it said.
    pub fn before(cluster: &Cluster, connections: u32) -> Result<Self, ClusterError> {
        Self::configured(cluster, connections, "")
    }

    /// As [`Pooler::before`], with further lines of settings, which win over the usual ones.
    ///
    /// # Errors
    /// [`ClusterError`] says what is missing.
    ///
    /// # Panics
    /// When PgBouncer does not start; the message is what it said.
    pub fn configured(
        cluster: &Cluster,
        connections: u32,
        lines: &str,
    ) -> Result<Self, ClusterError> {
        let programs = Programs::find()?;
        let directory = Process::directory_for("pooler");
        let port = free_port();
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={} user=postgres\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = any\npool_mode = transaction\ndefault_pool_size = {connections}\n\
             max_client_conn = 500\nserver_idle_timeout = 5\nserver_login_retry = 1\n{lines}\n",
            cluster.port()
        );
        let file = directory.path().join("pgbouncer.ini");
        fs::write(&file, settings).map_err(io_error("writing PgBouncer's settings"))?;
        let mut command = Command::new(program()?);
        command.arg(&file);
        if let Some((user, group)) = programs.account {
            for path in [directory.path(), &file] {
                chown(path, Some(user), Some(group))
                    .map_err(io_error("giving the temporary directory away"))?;
            }
            command.uid(user).gid(group);
        }
        let process = Process::start("pgbouncer", &mut command, directory);
        let address = (Ipv4Addr::LOCALHOST, port);
        let _ = process.wait_until(|_| TcpStream::connect(address).ok());
        Ok(Self { port, process })
    }

    /// The database of that URL of the cluster, through the pooler.
    ///
    /// # Panics
    /// When it is not a URL of a cluster.
    #[must_use]
    pub fn url(&self, database_url: &str) -> String {
        let (_, database) = database_url.rsplit_once('/').unwrap();
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// What it has written to its log.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }
}

/// Debian keeps it where only the operator's PATH leads.
fn program() -> Result<PathBuf, ClusterError> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::iter::once(PathBuf::from("/usr/sbin"))
        .chain(std::env::split_paths(&path))
        .map(|directory| directory.join("pgbouncer"))
        .find(|program| program.is_file())
        .ok_or(ClusterError::NoPooler)
}
