//! The time before a server can serve. Its database may be restarted, or move to another machine, just
//! then: so the server waits, and answers meanwhile that it can't be of use yet, as it does while a
//! migration takes long. To end would only help whoever starts it again soon.

use std::io;
use std::os::fd::AsFd;
use std::pin::pin;
use std::time::Duration;

use poem::Server;
use roster_http::options::Options;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::configuration::{Configuration, Database};
use crate::failure::Failure;
use crate::listener::{Connections, Limits};

/// How long nobody is answered, since it mostly takes no longer until they can be served.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long to wait before the database is looked for again.
const PAUSE: Duration = Duration::from_millis(500);

/// How often it is said that it is still waited for.
const REMINDER: Duration = Duration::from_secs(30);

/// How long those who are being answered at the end may take for it.
const LAST_ANSWERS: Duration = Duration::from_millis(500);

/// What `open` makes of the database, as soon as that is there.
///
/// # Errors
/// [`Failure`] of `open`, unless it may pass by itself. A file is there or not: that is not waited for.
pub(crate) async fn when_the_database_is_there<T>(
    configuration: &Configuration,
    listener: &TcpListener,
    limits: Limits,
    options: &Options,
    open: impl AsyncFn() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let is_elsewhere = matches!(configuration.database, Database::Postgres { .. });
    let mut opening = pin!(open_in_the_end(is_elsewhere, open));
    if let Ok(opened) = timeout(PATIENCE, opening.as_mut()).await {
        return opened;
    }
    let answering = Answering::begin(listener, limits, options)?;
    let opened = opening.await;
    answering.end().await;
    opened
}

async fn open_in_the_end<T>(
    is_elsewhere: bool,
    open: impl AsyncFn() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut said = None::<Instant>;
    loop {
        let failure = match open().await {
            Err(failure) if is_elsewhere && failure.is_passing() => failure,
            opened => return opened,
        };
        if said.is_none_or(|said| said.elapsed() >= REMINDER) {
            tracing::warn!(reason = %failure, "waiting for the database");
            said = Some(Instant::now());
        }
        sleep(PAUSE).await;
    }
}

/// A server that says that it waits.
struct Answering {
    stop: oneshot::Sender<()>,
    server: JoinHandle<io::Result<()>>,
}

impl Answering {
    /// On the address of `listener`, which stays open for whoever comes next.
    fn begin(listener: &TcpListener, limits: Limits, options: &Options) -> Result<Self, Failure> {
        let shared = listener.as_fd().try_clone_to_owned();
        let connections = shared
            .and_then(|shared| TcpListener::from_std(shared.into()))
            .and_then(|shared| Connections::new(shared, limits))
            .map_err(Failure::Serve)?;
        let (stop, stopping) = oneshot::channel::<()>();
        let server = Server::new_with_acceptor(connections).run_with_graceful_shutdown(
            roster_http::routes_while_waiting(options.clone()),
            async {
                let _ = stopping.await;
            },
            Some(LAST_ANSWERS),
        );
        let server = tokio::spawn(server);
        Ok(Self { stop, server })
    }

    async fn end(self) {
        let _ = self.stop.send(());
        let _ = self.server.await;
    }
}
