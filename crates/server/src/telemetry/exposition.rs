//! `GET /metrics` on an address of its own, for Prometheus.

use std::io;
use std::net::SocketAddr;

use poem::endpoint::make_sync;
use poem::http::StatusCode;
use poem::{Response, Route, Server, get};
use prometheus::{Encoder, Registry, TextEncoder};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::listener::{Connections, Limits};

/// The server for Prometheus. It ends when it is dropped.
pub(crate) struct Exposition {
    task: JoinHandle<()>,
    address: SocketAddr,
}

impl Exposition {
    /// Begins to answer, within the limits of any other connection.
    pub(crate) async fn start(
        address: SocketAddr,
        registry: Registry,
        limits: Limits,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let acceptor = Connections::new(listener, limits)?;
        let routes = Route::new().at("/metrics", get(make_sync(move |_| text(&registry))));
        let task = tokio::spawn(async move {
            if let Err(error) = Server::new_with_acceptor(acceptor).run(routes).await {
                tracing::error!(%error, "the metrics are no longer offered");
            }
        });
        Ok(Self { task, address })
    }

    /// Where it listens.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Exposition {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn text(registry: &Registry) -> Response {
    let (encoder, mut text) = (TextEncoder::new(), Vec::new());
    match encoder.encode(&registry.gather(), &mut text) {
        Ok(()) => Response::builder()
            .content_type(encoder.format_type())
            .body(text),
        Err(error) => {
            tracing::error!(%error, "the metrics can't be written");
            StatusCode::INTERNAL_SERVER_ERROR.into()
        }
    }
}
