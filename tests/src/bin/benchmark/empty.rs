//! An empty handler on the server's HTTP framework: what HTTP alone costs.

use std::io;
use std::net::SocketAddr;
use std::sync::mpsc;

use poem::listener::{Acceptor, Listener, TcpListener};
use poem::{Server, handler};

#[handler]
fn nothing() -> &'static str {
    "ok"
}

/// Starts it on a free port, for as long as the process lives.
pub(crate) fn start() -> io::Result<SocketAddr> {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || -> io::Result<()> {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?
            .block_on(async {
                let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await?;
                let address = acceptor
                    .local_addr()
                    .into_iter()
                    .find_map(|addr| addr.as_socket_addr().copied());
                // The other side waits for this, so it is there to hear it.
                let _ = tell.send(address);
                Server::new_with_acceptor(acceptor).run(nothing).await
            })
    });
    told.recv()
        .ok()
        .flatten()
        .ok_or_else(|| io::Error::other("the empty handler did not start"))
}
