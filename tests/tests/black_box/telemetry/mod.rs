//! What is measured: [`traces`] and pushed metrics over real OTLP, [`metrics`] by a real Prometheus.

mod metrics;
mod traces;

use std::net::{Ipv4Addr, TcpListener};

/// A port that nobody uses.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}
