//! What the black-box tests share. The tests themselves are in `tests/black_box/`, one module for
//! each side of the product; every story runs on both stores ([`on_both_stores!`]).
//!
//! They test the binary that was built last: `cargo build -p roster-server` comes before
//! `cargo test -p roster-tests`, and a binary older than its sources is refused.
//!
//! Where to go next:
//! - [`binary`]: the program under test;
//! - [`server`]: it running: started, killed, restarted, and its command line;
//! - [`tenant`]: a tenant of its own for each story, with users and tokens;
//! - [`client`]: requests and the assertions on their answers;
//! - [`load`]: clients that do what Okta does, and keep book of what was acknowledged;
//! - [`okta`]: Okta's two personas, which replay `fixtures/okta-requests.json`;
//! - [`idp`]: an identity provider in the shape of Okta, honest or not;
//! - [`browser`]: a browser without a screen that signs in with it;
//! - [`chromium`]: one with a screen, more or less;
//! - [`collector`]: what traces and metrics are sent to;
//! - [`console`]: the administrators' console, as a browser without scripts uses it;
//! - [`jwt`]: session tokens, as the application that uses Roster reads them;
//! - [`past`]: audit records from long ago;
//! - [`raw`]: bytes on a socket, where a client library would tidy up;
//! - [`postgres`]: private PostgreSQL clusters, and standbys of them;
//! - [`proxy`]: the network before a database, and what can happen to it;
//! - [`small_disk`]: a disk that can be full;
//! - [`tools`]: other programs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests: a test that can't go on ends, and says why"
)]

pub mod binary;
pub mod browser;
pub mod chromium;
pub mod client;
pub mod collector;
pub mod console;
pub mod idp;
pub mod jwt;
pub mod load;
pub mod okta;
pub mod past;
pub mod postgres;
pub mod proxy;
pub mod raw;
pub mod server;
pub mod small_disk;
pub mod tenant;
pub mod tools;

use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A port on 127.0.0.1 that nobody uses at the moment, and nobody else of this process is given.
#[must_use]
pub fn free_port() -> u16 {
    static NEXT: LazyLock<AtomicU32> =
        LazyLock::new(|| AtomicU32::new(std::process::id().wrapping_mul(127)));
    static PORTS: LazyLock<Range<u16>> = LazyLock::new(|| {
        // Below those that the system gives to clients, lest one of them takes it before it is used.
        let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range");
        let first = range.ok().and_then(|range| {
            let first = range.split_whitespace().next()?;
            first.parse::<u16>().ok()
        });
        10_000..first.unwrap_or(32_000).clamp(12_000, 32_000)
    });
    loop {
        let next = NEXT.fetch_add(1, Ordering::Relaxed) % PORTS.len() as u32;
        let port = PORTS.start + next as u16;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

/// Which store a story runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// The embedded default: one file.
    Sqlite,
    /// A database of its own on the shared cluster.
    Postgres,
}

/// Makes two tests of each story: one on SQLite, one on PostgreSQL.
///
/// ```text
/// on_both_stores! {
///     async fn nobody_is_found_in_an_empty_tenant(backend: Backend) { … }
/// }
/// ```
#[macro_export]
macro_rules! on_both_stores {
    ($($(#[$attribute:meta])* async fn $name:ident($backend:ident: Backend) $story:block)+) => {
        $(
            $(#[$attribute])*
            mod $name {
                use super::*;

                async fn story($backend: $crate::Backend) $story

                #[tokio::test]
                async fn on_sqlite() {
                    story($crate::Backend::Sqlite).await;
                }

                #[tokio::test]
                async fn on_postgresql() {
                    story($crate::Backend::Postgres).await;
                }
            }
        )+
    };
}
