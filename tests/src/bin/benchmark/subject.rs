//! The server under test: the release binary, on PostgreSQL, without its rate limit.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running server with a token for it.
pub(crate) struct Subject {
    database: String,
    settings: Vec<(&'static str, String)>,
    port: u16,
    token: String,
    child: Child,
    started_in: Duration,
}

impl Subject {
    pub(crate) fn start(database: &str) -> Result<Self, Box<dyn Error>> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?
            .local_addr()?
            .port();
        // Once to lay out the database; only the later starts are measured.
        let (mut child, _) = serve(database, port, &[])?;
        let token = roster(database, port)
            .args([
                "token",
                "create",
                "--tenant",
                "default",
                "--name",
                "benchmark",
                "--permission",
                "UserModify",
            ])
            .output()?;
        if !token.status.success() {
            return Err(String::from_utf8_lossy(&token.stderr).into());
        }
        let token = String::from_utf8(token.stdout)?.trim().to_owned();
        end(&mut child);
        let (child, started_in) = serve(database, port, &[])?;
        Ok(Self {
            database: database.to_owned(),
            settings: Vec::new(),
            port,
            token,
            child,
            started_in,
        })
    }

    pub(crate) fn restart(&mut self) -> Result<(), Box<dyn Error>> {
        end(&mut self.child);
        (self.child, self.started_in) = serve(&self.database, self.port, &self.settings)?;
        Ok(())
    }

    /// Another server on the same database, with further settings.
    pub(crate) fn beside(
        &self,
        settings: Vec<(&'static str, String)>,
    ) -> Result<Self, Box<dyn Error>> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?
            .local_addr()?
            .port();
        let (child, started_in) = serve(&self.database, port, &settings)?;
        Ok(Self {
            database: self.database.clone(),
            settings,
            port,
            token: self.token.clone(),
            child,
            started_in,
        })
    }

    /// The processor time that it has used, in seconds.
    pub(crate) fn processor_seconds(&self) -> Result<f64, Box<dyn Error>> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name, which may hold anything, ends at the last parenthesis; utime and stime are the
        // fields 14 and 15 (proc_pid_stat(5)), in hundredths of a second.
        let (_, fields) = stat.rsplit_once(')').ok_or("no name in stat")?;
        let ticks = fields.split_whitespace().skip(11).take(2);
        let mut sum = 0.0;
        for field in ticks {
            sum += field.parse::<f64>()?;
        }
        Ok(sum / 100.0)
    }

    /// The Tenant URL's authority.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn start_millis(&self) -> u128 {
        self.started_in.as_millis()
    }

    pub(crate) fn resident_mebibytes(&self) -> Result<u64, Box<dyn Error>> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .ok_or("no VmRSS")?;
        let kibibytes: u64 = line.split_whitespace().nth(1).ok_or("no VmRSS")?.parse()?;
        Ok(kibibytes / 1024)
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn roster(database: &str, port: u16) -> Command {
    let beside_us = std::env::current_exe()
        .unwrap_or_default()
        .with_file_name("roster");
    let binary = std::env::var_os("ROSTER_BIN").map_or(beside_us, PathBuf::from);
    let mut command = Command::new(binary);
    command
        .env("ROSTER_DATABASE_URL", database)
        .env("ROSTER_LISTEN", format!("127.0.0.1:{port}"))
        .env("ROSTER_SCIM_RATE_LIMIT", "0")
        .env("ROSTER_LOG", "warn");
    command
}

fn serve(
    database: &str,
    port: u16,
    settings: &[(&'static str, String)],
) -> Result<(Child, Duration), Box<dyn Error>> {
    let begun = Instant::now();
    let mut child = roster(database, port)
        .envs(settings.iter().map(|(name, value)| (name, value)))
        .arg("serve")
        .stdout(Stdio::piped())
        .spawn()?;
    // Its banner must not fill the pipe.
    if let Some(output) = child.stdout.take() {
        std::thread::spawn(move || BufReader::new(output).lines().for_each(drop));
    }
    while !answers(port) {
        if begun.elapsed() > Duration::from_secs(20) || child.try_wait()?.is_some() {
            return Err(
                "the server did not start; `cargo build --release -p roster-server` builds it"
                    .into(),
            );
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok((child, begun.elapsed()))
}

/// Whether the server is ready; it takes connections a little before it is.
fn answers(port: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream
            .write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

fn end(child: &mut Child) {
    // It may have ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}
