//! A TCP proxy that stands for the network before a database, and can do what networks do: pass,
//! delay, swallow, cut and refuse. It also stands for a Kubernetes Service or a virtual address: it
//! can be pointed elsewhere.
//!
//! It runs on a thread of its own, so that a test may block while a program connects through it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use crate::free_port;

/// What the network does at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// Bytes go through.
    Passes,
    /// A round trip takes so much longer.
    Delays(Duration),
    /// Connections are accepted and bytes vanish, without a word to either side. A connection that lost
    /// bytes stays dead when others pass again, as behind a firewall that has forgotten it.
    Swallows,
    /// Nobody accepts connections.
    Refuses,
}

#[derive(Debug, Clone, Copy)]
struct State {
    network: Network,
    target: SocketAddr,
    /// Connections of an earlier number are cut.
    cuts: u32,
}

/// A proxy before a server on this machine; gone when dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: Arc<watch::Sender<State>>,
    end: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Proxy {
    /// Starts one before `port` of 127.0.0.1.
    ///
    /// # Panics
    /// When there is no thread or no address for it.
    #[must_use]
    pub fn before(port: u16) -> Self {
        let state = State {
            network: Network::Passes,
            target: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            cuts: 0,
        };
        let state = Arc::new(watch::Sender::new(state));
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let (end, ended) = oneshot::channel();
        let (listens, listening) = std::sync::mpsc::channel();
        let states = state.clone();
        let thread = std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = serve(address, &states, &listens) => {}
                    _ = ended => {}
                }
            });
        });
        listening.recv().unwrap();
        Self {
            address,
            state,
            end: Some(end),
            thread: Some(thread),
        }
    }

    /// The URL of a database behind it, reached through it.
    ///
    /// # Panics
    /// When it is not a URL of a database.
    #[must_use]
    pub fn url(&self, database_url: &str) -> String {
        let (_, database) = database_url.rsplit_once('/').unwrap();
        format!("postgres://postgres@{}/{database}", self.address)
    }

    /// From now on the network is like that.
    pub fn set(&self, network: Network) {
        self.state.send_modify(|state| state.network = network);
    }

    /// From now on new connections lead to that port.
    pub fn lead_to(&self, port: u16) {
        self.state.send_modify(|state| state.target.set_port(port));
    }

    /// Cuts all connections, both sides with a reset.
    pub fn cut(&self) {
        self.state.send_modify(|state| state.cuts += 1);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn serve(
    address: SocketAddr,
    state: &Arc<watch::Sender<State>>,
    listens: &std::sync::mpsc::Sender<()>,
) {
    let mut changes = state.subscribe();
    loop {
        let refuses = |state: &State| state.network == Network::Refuses;
        let _ = changes.wait_for(|state| !refuses(state)).await;
        let listener = TcpListener::bind(address).await.unwrap();
        let _ = listens.send(());
        loop {
            tokio::select! {
                biased;
                changed = changes.wait_for(refuses) => {
                    let _ = changed;
                    break;
                }
                accepted = listener.accept() => if let Ok((client, _)) = accepted {
                    tokio::spawn(carry(client, state.clone()));
                },
            }
        }
    }
}

/// Carries one connection until an end of it closes or it is cut.
async fn carry(client: TcpStream, state: Arc<watch::Sender<State>>) {
    let mut cuts = state.subscribe();
    let born = cuts.borrow_and_update().cuts;
    let cut = cuts.wait_for(|state| state.cuts != born);
    // One that was accepted in the very moment in which nobody was to be any more.
    if state.borrow().network == Network::Refuses {
        let _ = client.set_zero_linger();
        return;
    }
    // Whoever connects into the silence is connected to nobody.
    if state.borrow().network == Network::Swallows {
        let _ = cut.await;
        let _ = client.set_zero_linger();
        return;
    }
    let target = state.borrow().target;
    let Ok(server) = TcpStream::connect(target).await else {
        return;
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let lost = watch::Sender::new(false);
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::select! {
        () = pump(&mut from_client, &mut to_server, &state, &lost) => {}
        () = pump(&mut from_server, &mut to_client, &state, &lost) => {}
        _ = cut => {
            let _ = from_client.as_ref().set_zero_linger();
            let _ = from_server.as_ref().set_zero_linger();
        }
    }
}

/// Carries bytes in one direction, each as late as the network says when it comes.
async fn pump(
    from: &mut OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    state: &watch::Sender<State>,
    lost: &watch::Sender<bool>,
) {
    let (queue, mut queued) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let reading = async move {
        let mut chunk = vec![0; 16 * 1024];
        loop {
            let length = from.read(&mut chunk).await.unwrap_or(0);
            let network = state.borrow().network;
            if network == Network::Swallows {
                lost.send_replace(true);
            }
            if *lost.borrow() {
                // That an end has closed does not come through either.
                if length == 0 {
                    std::future::pending::<()>().await;
                }
                continue;
            }
            if length == 0 {
                return;
            }
            let late = match network {
                Network::Delays(round_trip) => round_trip / 2,
                _ => Duration::ZERO,
            };
            let _ = queue.send((Instant::now() + late, chunk[..length].to_vec()));
        }
    };
    let writing = async {
        while let Some((due, bytes)) = queued.recv().await {
            sleep_until(due).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(reading, writing);
}
