//! The programs that `scripts/install-tools.sh` installs, and their processes.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a program may take to be ready, on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

/// The path of a program: the pinned one, else the system's.
///
/// # Panics
/// When it is not installed; the message names the command that installs it.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let paths = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/tools/paths.sh");
    let find = r#"source "$1" && command -v "$2""#;
    let output = Command::new("bash")
        .args(["-c", find, "bash", paths, name])
        .stderr(Stdio::null())
        .output()
        .unwrap();
    let found = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success() && !found.trim().is_empty(),
        "{name} is not installed. Install it with: make tools"
    );
    PathBuf::from(found.trim())
}

/// A file of a Node package that is installed.
///
/// # Panics
/// When it is not; the message names the command that installs it.
#[must_use]
pub fn node_module(path: &str) -> PathBuf {
    let paths = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/tools/paths.sh");
    let find = r#"source "$1" && printf %s "$NODE_TOOLS""#;
    let output = Command::new("bash")
        .args(["-c", find, "bash", paths])
        .output();
    let tools = String::from_utf8(output.unwrap().stdout).unwrap();
    let file = Path::new(&tools).join("node_modules").join(path);
    assert!(
        file.exists(),
        "{path} is not installed. Install it with: make tools"
    );
    file
}

/// A running program with a directory of its own. Both go when it is dropped, and also when the
/// test process is killed.
#[derive(Debug)]
pub struct Process {
    name: String,
    process: Mutex<Child>,
    watchdog: Child,
    // Last, so that the directory goes when the process is gone.
    directory: TempDir,
}

/// Waits for a word or for the end of the pipe, reads further process ids from it meanwhile, and
/// then ends all of them.
const WATCHDOG: &str = r#"trap '' INT TERM HUP
pids=$1
while read -r word; do
    case $word in done) exit 0;; *) pids="$pids $word";; esac
done
kill -9 $pids; sleep 0.2; rm -rf "$2""#;

impl Process {
    /// A directory for a program that is yet to be started.
    #[must_use]
    pub fn directory_for(name: &str) -> TempDir {
        let prefix = format!("roster-{name}-");
        tempfile::Builder::new().prefix(&prefix).tempdir().unwrap()
    }

    /// Starts it in `directory`. What it says is written to `log` there.
    #[must_use]
    pub fn start(name: &str, command: &mut Command, directory: TempDir) -> Self {
        let log = File::create(directory.path().join("log")).unwrap();
        let again = log.try_clone().unwrap();
        // A Ctrl-C in the terminal is for the tests.
        command.process_group(0).current_dir(directory.path());
        command.stdin(Stdio::null()).stdout(log).stderr(again);
        let process = command.spawn().unwrap();
        let mut watchdog = Command::new("sh");
        watchdog
            .args(["-c", WATCHDOG, "watchdog", &process.id().to_string()])
            .arg(directory.path())
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Self {
            name: name.to_owned(),
            process: Mutex::new(process),
            watchdog: watchdog.spawn().unwrap(),
            directory,
        }
    }

    /// Its directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// What it has said so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.directory().join("log")).unwrap_or_default()
    }

    /// Also ends the process with that id, a child of the program that would survive it.
    ///
    /// # Errors
    /// When the watchdog is gone.
    pub fn adopt(&mut self, pid: u64) -> io::Result<()> {
        match &mut self.watchdog.stdin {
            Some(pipe) => writeln!(pipe, "{pid}"),
            None => Ok(()),
        }
    }

    /// Waits until `ready` makes something of what it has said.
    ///
    /// # Panics
    /// When it ends before that, or takes too long.
    pub fn wait_until<T>(&self, ready: impl Fn(&str) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(it) = ready(&self.log()) {
                return it;
            }
            let ended = self.process.lock().unwrap().try_wait().unwrap();
            assert!(
                ended.is_none(),
                "{} ended: {ended:?}\n{}",
                self.name,
                self.log()
            );
            assert!(
                begun.elapsed() < START_LIMIT,
                "{} was not ready after {START_LIMIT:?}\n{}",
                self.name,
                self.log()
            );
            sleep(POLL);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The pipe closes without the word, so the watchdog ends everything, the adopted too.
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
        let _ = self.process.lock().unwrap().wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "Install it with: make tools")]
    fn a_missing_program_fails_the_test_with_the_command_that_installs_it() {
        let _ = program("roster-no-such-program");
    }

    #[test]
    fn a_process_goes_with_all_that_it_adopted_and_its_directory() {
        let is_alive = |pid: u64| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
            // An orphan may wait for somebody to collect it.
            stat.is_ok_and(|stat| !stat.contains(") Z "))
        };
        let mut command = Command::new("sh");
        let _ = command.args(["-c", "sleep 1000 & echo child $!; wait"]);
        let mut process = Process::start("sh", &mut command, Process::directory_for("test"));
        let child: u64 = process.wait_until(|log| {
            let line = log.lines().find(|_| log.ends_with('\n'))?;
            line.strip_prefix("child ")?.parse().ok()
        });
        process.adopt(child).unwrap();
        let directory = process.directory().to_owned();
        assert!(is_alive(child) && directory.exists());
        drop(process);
        assert!(!is_alive(child) && !directory.exists());
    }
}
