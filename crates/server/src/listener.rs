//! Connections as they come in. The framework offers no limit for a client that opens a
//! connection and says nothing, or says it very slowly, so it stands here: an idle connection is
//! closed after [`IDLE`], and one that began to send must have an answer within the time of a
//! request and [`GRACE`], however it trickles. Nor does it limit how many connections there are: those
//! beyond [`Limits::most`] wait to be accepted until others have gone, and from three quarters of them on
//! a new one may be silent only for [`CROWDED`], so that there is always room soon.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use poem::http::uri::Scheme;
use poem::listener::Acceptor;
use poem::web::{LocalAddr, RemoteAddr};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a connection may be silent: longer than load balancers keep theirs (60 s), so that
/// they close it first.
const IDLE: Duration = Duration::from_secs(75);

/// How long one may be silent that came when there were many already.
const CROWDED: Duration = Duration::from_secs(5);

/// So many connections a server keeps at most. Idle ones cost about 10 KiB each.
const MOST: usize = 16_384;

/// How long a request may take to arrive, beside the time to answer it.
const GRACE: Duration = Duration::from_secs(10);

/// How long to wait when the system has no room for another connection.
const FULL: Duration = Duration::from_millis(100);

/// The limits of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    idle: Duration,
    crowded: Duration,
    answer: Duration,
    most: usize,
}

impl Limits {
    /// The limits where a request may take `request_timeout`, and `places` connections may be open.
    pub(crate) fn of(request_timeout: Duration, places: usize) -> Self {
        Self {
            idle: IDLE,
            crowded: CROWDED,
            answer: request_timeout + GRACE,
            most: places.clamp(1, MOST),
        }
    }

    /// Those of one more connection, when there is room for so many besides it.
    const fn with_room_for(self, free: usize) -> Self {
        let idle = if free < self.most / 4 {
            self.crowded
        } else {
            self.idle
        };
        Self { idle, ..self }
    }
}

/// Accepts connections and watches their time.
pub(crate) struct Connections {
    listener: TcpListener,
    local: LocalAddr,
    limits: Limits,
    places: Arc<Semaphore>,
}

impl Connections {
    /// On top of a bound listener.
    ///
    /// # Errors
    /// When the listener does not know its own address.
    pub(crate) fn new(listener: TcpListener, limits: Limits) -> io::Result<Self> {
        let local = LocalAddr(listener.local_addr()?.into());
        Ok(Self {
            listener,
            local,
            limits,
            places: Arc::new(Semaphore::new(limits.most)),
        })
    }
}

impl Acceptor for Connections {
    type Io = TimedStream<TcpStream>;

    fn local_addr(&self) -> Vec<LocalAddr> {
        vec![self.local.clone()]
    }

    async fn accept(&mut self) -> io::Result<(Self::Io, LocalAddr, RemoteAddr, Scheme)> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(io::Error::other)?;
        let (stream, address) = loop {
            match self.listener.accept().await {
                Ok(accepted) => break accepted,
                // The client went away before it was accepted.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    // Without file descriptors accept fails at once, again and again.
                    tracing::warn!(%error, "a connection can't be accepted");
                    tokio::time::sleep(FULL).await;
                }
            }
        };
        // An answer must not wait for the acknowledgement of what was sent before it.
        let _ = stream.set_nodelay(true);
        let limits = self.limits.with_room_for(self.places.available_permits());
        let stream = TimedStream::new(stream, limits, Some(place));
        Ok((
            stream,
            self.local.clone(),
            RemoteAddr(address.into()),
            Scheme::HTTP,
        ))
    }
}

/// A connection with its deadline. When that has passed, reading and writing fail.
pub(crate) struct TimedStream<S> {
    stream: S,
    limits: Limits,
    deadline: Instant,
    /// Whether something was received since something was last sent.
    owes_answer: bool,
    timer: Pin<Box<Sleep>>,
    /// Free for another connection when this one is closed.
    _place: Option<OwnedSemaphorePermit>,
}

impl<S> TimedStream<S> {
    fn new(stream: S, limits: Limits, place: Option<OwnedSemaphorePermit>) -> Self {
        let deadline = Instant::now() + limits.idle;
        Self {
            stream,
            limits,
            deadline,
            owes_answer: false,
            timer: Box::pin(sleep_until(deadline)),
            _place: place,
        }
    }

    fn received(&mut self) {
        if !self.owes_answer {
            self.owes_answer = true;
            self.deadline = Instant::now() + self.limits.answer;
        }
    }

    fn sent(&mut self) {
        self.owes_answer = false;
        self.deadline = Instant::now() + self.limits.idle;
    }

    /// Fails after the deadline; else makes sure to be woken then. The timer is set anew only when
    /// it rings or the deadline came nearer, not for every packet.
    fn in_time(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        if self.timer.deadline() > self.deadline {
            self.timer.as_mut().reset(self.deadline);
        }
        while self.timer.as_mut().poll(context).is_ready() {
            if Instant::now() >= self.deadline {
                return Err(io::ErrorKind::TimedOut.into());
            }
            self.timer.as_mut().reset(self.deadline);
        }
        Ok(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // Before it reads: a read that fails must not have taken anything.
        if this.owes_answer && Instant::now() >= this.deadline {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(context, buffer);
        match polled {
            Poll::Ready(Ok(())) if buffer.filled().len() > before => this.received(),
            Poll::Pending => this.in_time(context)?,
            Poll::Ready(_) => {}
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> TimedStream<S> {
    fn after_write(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match polled {
            Poll::Ready(Ok(written)) if written > 0 => self.sent(),
            Poll::Pending => self.in_time(context)?,
            Poll::Ready(_) => {}
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimedStream<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.after_write(context, polled)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.after_write(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    const LIMITS: Limits = Limits {
        idle: Duration::from_millis(1_000),
        crowded: Duration::from_millis(100),
        answer: Duration::from_millis(500),
        most: 4,
    };
    const TICK: Duration = Duration::from_millis(10);

    fn connection() -> (DuplexStream, TimedStream<DuplexStream>) {
        let (client, server) = duplex(64);
        (client, TimedStream::new(server, LIMITS, None))
    }

    fn timed_out<T: std::fmt::Debug>(result: io::Result<T>) -> bool {
        result.unwrap_err().kind() == io::ErrorKind::TimedOut
    }

    #[tokio::test]
    async fn a_silent_connection_is_closed() {
        let start = Instant::now();
        let (_client, mut server) = connection();
        assert!(timed_out(server.read_u8().await));
        assert!(start.elapsed() >= LIMITS.idle);
    }

    #[tokio::test]
    async fn bytes_that_trickle_in_give_no_more_time() {
        let (mut client, mut server) = connection();
        let start = Instant::now();
        tokio::spawn(async move {
            while client.write_all(b"x").await.is_ok() {
                tokio::time::sleep(TICK).await;
            }
        });
        let mut received = Vec::new();
        assert!(timed_out(server.read_to_end(&mut received).await));
        assert!(start.elapsed() >= LIMITS.answer);
        assert!(received.len() > 1);
    }

    #[tokio::test]
    async fn a_read_that_comes_too_late_takes_nothing() {
        let (mut client, mut server) = connection();
        client.write_all(b"GET").await.unwrap();
        let mut bytes = [0; 8];
        assert_eq!(server.read(&mut bytes).await.unwrap(), 3);
        tokio::time::sleep(LIMITS.answer).await;
        client.write_all(b" /").await.unwrap();
        let mut buffer = ReadBuf::new(&mut bytes);
        let late = poll_fn(|context| Pin::new(&mut server).poll_read(context, &mut buffer)).await;
        assert!(timed_out(late));
        assert!(buffer.filled().is_empty());
    }

    #[tokio::test]
    async fn a_connection_that_is_answered_lives_on() {
        let (mut client, mut server) = connection();
        let start = Instant::now();
        let asking = tokio::spawn(async move {
            while start.elapsed() < LIMITS.idle * 2 {
                client.write_all(b"?").await.unwrap();
                assert_eq!(client.read_u8().await.unwrap(), b'!');
                tokio::time::sleep(TICK).await;
            }
        });
        while server.read(&mut [0]).await.unwrap() > 0 {
            server.write_all(b"!").await.unwrap();
        }
        asking.await.unwrap();
    }

    #[tokio::test]
    async fn a_client_that_does_not_read_its_answer_is_left() {
        let (_client, mut server) = connection();
        let start = Instant::now();
        assert!(timed_out(server.write_all(&[0; 1_000]).await));
        assert!(start.elapsed() >= LIMITS.idle);
    }

    #[tokio::test]
    async fn those_beyond_the_most_wait_until_others_have_gone_and_that_is_soon() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut connections = Connections::new(listener, LIMITS).unwrap();
        let (mut clients, mut accepted) = (Vec::new(), Vec::new());
        for _ in 0..LIMITS.most {
            clients.push(TcpStream::connect(address).await.unwrap());
            accepted.push(connections.accept().await.unwrap().0);
        }
        let _waits = TcpStream::connect(address).await.unwrap();
        let beyond = tokio::time::timeout(TICK * 5, connections.accept()).await;
        assert!(beyond.is_err(), "there is no room");
        let start = Instant::now();
        let mut last = accepted.pop().unwrap();
        assert!(
            timed_out(last.read_u8().await),
            "the last one came when it was crowded"
        );
        assert!(start.elapsed() < LIMITS.idle);
        drop(last);
        let _ = connections.accept().await.unwrap();
    }
}
