//! The server's process, and the watchdog that ends it when the tests can't.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::programs::{ClusterError, io_error};

/// How long a server may take to start, recovery included.
pub(super) const START_LIMIT: Duration = Duration::from_secs(60);
/// How long one that is asked to end may take before it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(10);
pub(super) const POLL: Duration = Duration::from_millis(10);

/// A running server.
#[derive(Debug)]
pub(super) struct Server(Child);

impl Server {
    /// Starts `command` (a `postgres` on `data`) and waits until it answers.
    pub(super) fn start(
        command: &mut Command,
        data: &Path,
        log: &Path,
    ) -> Result<Self, ClusterError> {
        let file = File::create(log).map_err(io_error("making the log file"))?;
        let again = file.try_clone().map_err(io_error("making the log file"))?;
        // A Ctrl-C in the terminal is for the tests; the server ends after them.
        command.process_group(0).stdout(file).stderr(again);
        let mut server = Self(command.spawn().map_err(io_error("starting postgres"))?);

        let begun = Instant::now();
        let pid_file = data.join("postmaster.pid");
        while begun.elapsed() < START_LIMIT {
            if is_ready(&pid_file, server.0.id()) {
                return Ok(server);
            }
            if !matches!(server.0.try_wait(), Ok(None)) {
                break;
            }
            sleep(POLL);
        }
        server.stop("QUIT");
        let output = fs::read_to_string(log).unwrap_or_default();
        Err(ClusterError::Failed {
            what: "postgres".to_owned(),
            output,
        })
    }

    /// Sends `signal` and waits for the end.
    pub(super) fn stop(mut self, signal: &str) {
        let kill = format!("kill -{signal} {}", self.0.id());
        let sent = Command::new("sh")
            .args(["-c", &kill])
            .stderr(Stdio::null())
            .status();
        let begun = Instant::now();
        while sent.is_ok() && begun.elapsed() < STOP_LIMIT {
            if !matches!(self.0.try_wait(), Ok(None)) {
                return;
            }
            sleep(POLL);
        }
        let _ = self.kill();
    }

    /// Ends it as a crash would.
    pub(super) fn kill(mut self) -> Result<(), ClusterError> {
        let killed = self.0.kill().and_then(|()| self.0.wait());
        killed.map(|_| ()).map_err(io_error("killing the server"))
    }
}

/// Line 8 of the pid file is the server's state, line 1 says whose state it is.
fn is_ready(pid_file: &Path, pid: u32) -> bool {
    let Ok(text) = fs::read_to_string(pid_file) else {
        return false;
    };
    let mut lines = text.lines();
    let answers = |state: &str| matches!(state.trim(), "ready" | "standby");
    lines.next() == Some(pid.to_string().as_str()) && lines.nth(6).is_some_and(answers)
}

/// Frees the shared memory of a server that was killed: its pid file still names it, in line 7.
pub(super) fn free_shared_memory(data: &Path) {
    let left = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    if let Some(segment) = left
        .lines()
        .nth(6)
        .and_then(|line| line.split_whitespace().nth(1))
    {
        let _ = Command::new("ipcrm")
            .args(["-m", segment])
            .stderr(Stdio::null())
            .status();
    }
}

/// Outlives the test process for a moment: when the pipe to it closes without a word, the process
/// ended or was killed, so the watchdog ends the server and removes its directory.
#[derive(Debug)]
pub(super) struct Watchdog(Child);

const WATCHDOG: &str = r#"trap '' INT TERM HUP
if read -r word; then exit 0; fi
pid=$(head -n 1 "$1/data/postmaster.pid") && kill -QUIT "$pid"
for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" || break; sleep 0.2; done
rm -rf "$1""#;

impl Watchdog {
    pub(super) fn start(directory: &Path) -> Result<Self, ClusterError> {
        let mut command = Command::new("sh");
        command
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(directory)
            .process_group(0);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.spawn().map(Self).map_err(io_error("starting sh"))
    }

    /// Nothing is left to watch.
    pub(super) fn dismiss(&mut self) {
        if let Some(mut pipe) = self.0.stdin.take() {
            let _ = pipe.write_all(b"done\n");
        }
        let _ = self.0.wait();
    }
}
