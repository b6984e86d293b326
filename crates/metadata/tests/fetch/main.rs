//! Fetching from a real server with TLS, honest or not.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can't go on must fail"
)]

mod limits;
mod redirects;
mod server;
mod targets;

use std::time::Duration;

use roster_application::ports::metadata::MetadataSource;
use roster_domain::saml_settings::MetadataUrl;
use roster_metadata::{Limits, MetadataFetcher};

use server::{Answer, Server};

/// Small enough to be exceeded, long enough for a busy machine.
const LIMITS: Limits = Limits {
    size: 1000,
    time: Duration::from_secs(60),
    connect: Duration::from_secs(30),
};

/// Fetches `url` with the server's authority trusted, and those networks allowed.
async fn fetch_from(
    server: &Server,
    networks: &[&str],
    url: &str,
    limits: Limits,
) -> Result<Vec<u8>, String> {
    let networks = networks
        .iter()
        .map(|network| network.parse().unwrap())
        .collect();
    let fetcher = MetadataFetcher::new(networks, Some(&server.authority), limits).unwrap();
    let url = MetadataUrl::new(url).unwrap();
    fetcher.fetch(&url).await.map_err(|error| error.0)
}

/// Fetches `url` with the server's authority trusted and loopback addresses allowed.
async fn fetch(server: &Server, url: &str) -> Result<Vec<u8>, String> {
    fetch_from(server, &["127.0.0.0/8", "::1/128"], url, LIMITS).await
}

/// Asserts that a server that gives this answer is refused with this text.
async fn refusal(answer: Answer, part: &str) {
    let server = Server::new(answer).await;
    let said = fetch(&server, &server.url("/metadata")).await.unwrap_err();
    assert!(said.contains(part), "{said}");
}
