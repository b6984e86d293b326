//! The process of a server: how it is started, ended, killed, and started again.

use std::fs::File;
use std::io::Write;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::Server;
use crate::raw;

/// How long a start may take; a test fails then with what the server said.
const START_LIMIT: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(10);

/// Ends the server and removes its directory when the test process ends without doing so: the
/// pipe to it closes then without a word.
const WATCHDOG: &str = r#"trap '' INT TERM HUP
if read -r word; then exit 0; fi
kill -9 "$1"; sleep 0.2; rm -rf "$2""#;

#[derive(Debug)]
pub(super) struct Running {
    process: Child,
    watchdog: Child,
}

impl Running {
    fn forget(mut self) {
        if let Some(mut pipe) = self.watchdog.stdin.take() {
            let _ = pipe.write_all(b"done\n");
        }
        let _ = self.watchdog.wait();
    }
}

impl Server {
    /// Ends it as a power cut would end it.
    pub fn kill9(&self) {
        if let Some(mut running) = self.running.lock().unwrap().take() {
            running.process.kill().unwrap();
            running.process.wait().unwrap();
            running.forget();
        }
    }

    /// The process id.
    ///
    /// # Panics
    /// When it does not run.
    #[must_use]
    pub fn pid(&self) -> u32 {
        let running = self.running.lock().unwrap();
        let running = running.as_ref().expect("the server does not run");
        running.process.id()
    }

    /// Sends SIGTERM, and does not wait.
    pub fn terminate(&self) {
        let pid = self.pid();
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -TERM {pid}")])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Waits for its end, at most `limit`.
    #[must_use]
    pub fn wait(&self, limit: Duration) -> ExitStatus {
        let mut running = self
            .running
            .lock()
            .unwrap()
            .take()
            .expect("the server does not run");
        let begun = Instant::now();
        loop {
            if let Some(status) = running.process.try_wait().unwrap() {
                running.forget();
                return status;
            }
            if begun.elapsed() > limit {
                let _ = running.process.kill();
                panic!("the server still ran after {limit:?}\n{}", self.logs());
            }
            sleep(POLL);
        }
    }

    /// Starts it again after its end, on the same address and data.
    pub fn restart(&self) {
        self.kill9();
        self.launch();
    }

    /// As [`Server::restart`], where the system allows it so many open files and no more.
    pub fn restart_with_open_files(&self, most: u32) {
        self.kill9();
        let limit = format!("ulimit -n {most}; exec \"$0\" \"$@\"");
        self.launch_by(|program| {
            let mut limited = Command::new("sh");
            limited.args(["-c", &limit]).arg(program.get_program());
            limited.env_clear().current_dir(self.directory());
            let variables = program.get_envs();
            limited.envs(variables.filter_map(|(name, value)| Some((name, value?))));
            limited
        });
    }

    /// Starts it, and does not wait until it is ready.
    pub fn begin(&self) {
        self.begin_by(|program| program);
    }

    pub(super) fn launch(&self) {
        self.launch_by(|program| program);
    }

    fn launch_by(&self, by: impl FnOnce(Command) -> Command) {
        self.begin_by(by);
        let begun = Instant::now();
        while !raw::answers_ok(self.address, "/readyz") {
            if let Some(status) = self.ended() {
                panic!("the server ended at its start: {status}\n{}", self.logs());
            }
            if begun.elapsed() > START_LIMIT {
                self.kill9();
                panic!(
                    "the server was not ready after {START_LIMIT:?}\n{}",
                    self.logs()
                );
            }
            sleep(POLL);
        }
    }

    /// How it has ended by itself, if it has.
    ///
    /// # Panics
    /// When it was not started.
    #[must_use]
    pub fn ended(&self) -> Option<ExitStatus> {
        let mut running = self.running.lock().unwrap();
        let running = running.as_mut().expect("the server was not started");
        running.process.try_wait().unwrap()
    }

    fn begin_by(&self, by: impl FnOnce(Command) -> Command) {
        let file = |name| {
            File::options()
                .create(true)
                .append(true)
                .open(self.directory().join(name))
                .unwrap()
        };
        let mut command = by(self.command());
        command
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(file("stdout"))
            .stderr(file("stderr"));
        let process = command.spawn().unwrap();
        let mut watchdog = Command::new("sh");
        watchdog
            .args(["-c", WATCHDOG, "watchdog", &process.id().to_string()])
            .arg(self.directory());
        let watchdog = watchdog
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        *self.running.lock().unwrap() = Some(Running { process, watchdog });
    }
}
