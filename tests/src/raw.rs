//! Bytes on a socket: for paths, headers and bodies that a client library would tidy up or refuse
//! to send.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// What came back.
#[derive(Debug, Clone)]
pub struct RawAnswer {
    /// The status; 0 when the server closed the connection without an answer.
    pub status: u16,
    /// The lines before the body.
    pub head: String,
    /// The rest.
    pub body: String,
}

impl RawAnswer {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0);
        Self {
            status,
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    /// The value of a header, by its name in any letter case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let of = |line: &'_ str| {
            line.split_once(':')
                .is_some_and(|(given, _)| given.eq_ignore_ascii_case(name))
        };
        self.head
            .lines()
            .find(|line| of(line))
            .and_then(|line| line.split_once(':'))
            .map(|(_, value)| value.trim())
    }
}

/// An open connection.
#[derive(Debug)]
pub struct Connection(TcpStream);

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// When nobody accepts.
    pub fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
        stream.set_read_timeout(Some(Duration::from_secs(40)))?;
        stream.set_write_timeout(Some(Duration::from_secs(10)))?;
        stream.set_nodelay(true)?;
        Ok(Self(stream))
    }

    /// Waits no longer than this for each part of the answer; 40 seconds unless said.
    pub fn wait_at_most(&mut self, limit: Duration) {
        self.0.set_read_timeout(Some(limit)).unwrap();
    }

    /// Sends some bytes. A server that has heard enough may have closed by now: that shows in
    /// [`Connection::finish`].
    pub fn send(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes);
    }

    /// Waits for `100 Continue` (RFC 9110 section 10.1.1), and nothing else.
    ///
    /// # Panics
    /// When there is another answer, or none.
    pub fn is_told_to_continue(&mut self) {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).unwrap();
            bytes.extend(byte);
        }
        let answer = String::from_utf8_lossy(&bytes);
        assert!(answer.starts_with("HTTP/1.1 100 "), "{answer}");
    }

    /// Reads until the server closes, or is silent for too long.
    #[must_use]
    pub fn finish(mut self) -> RawAnswer {
        let mut bytes = Vec::new();
        let mut chunk = [0; 16 * 1024];
        loop {
            match self.0.read(&mut chunk) {
                Ok(0) | Err(_) => return RawAnswer::read(&bytes),
                Ok(length) => bytes.extend_from_slice(&chunk[..length]),
            }
        }
    }
}

/// Sends `request` and reads until the server closes; the request should ask for that with
/// `Connection: close`.
#[must_use]
pub fn exchange(address: SocketAddr, request: &[u8]) -> RawAnswer {
    let mut connection = Connection::open(address).expect("the server does not accept connections");
    connection.send(request);
    connection.finish()
}

/// A GET of exactly that target, with that `Authorization`, if any.
#[must_use]
pub fn get(address: SocketAddr, target: &str, authorization: Option<&str>) -> RawAnswer {
    let authorization = authorization
        .map(|value| format!("Authorization: {value}\r\n"))
        .unwrap_or_default();
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{authorization}\r\n"
    );
    exchange(address, request.as_bytes())
}

/// Whether a GET of `path` is answered with 200; false when nobody listens yet.
#[must_use]
pub fn answers_ok(address: SocketAddr, path: &str) -> bool {
    let Ok(mut connection) = Connection::open(address) else {
        return false;
    };
    connection.send(
        format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes(),
    );
    connection.finish().status == 200
}
