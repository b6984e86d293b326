//! What may happen to a running Roster, each fault a test with figures: `make faults`.
//!
//! Each test starts servers of its own, puts them under [`load`](roster_tests::load) and under the eyes of [`watch`], brings
//! the fault about, takes it away again, and asserts what is promised meanwhile and afterwards:
//! - nothing that was acknowledged is lost, and nothing is there by half;
//! - an answer is a success, or 503 with `Retry-After` and a SCIM Error, and never long in coming;
//! - `/readyz` tells the truth, and says 200 within two seconds of the database's return;
//! - memory stays bounded.
//!
//! What else was measured is printed as one line by [`scene`]: figures, not promises. The faults come
//! one after another, or the figures would mean little. `ROSTER_FAULTS=long` makes them last longer.
//!
//! - [`replica`]: a process of several is killed;
//! - [`database`]: PostgreSQL is killed, restarted, and replaced by its standby;
//! - [`network`]: the way to it is cut, silent, or refuses;
//! - [`slow`]: it answers late;
//! - [`disk`]: there is no room to write;
//! - [`crowds`]: very many connections, idle, all at once, or trickling;
//! - [`clock`]: the wall clock jumps.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests: a test that can't go on ends, and says why"
)]

mod clock;
mod crowds;
mod database;
mod disk;
mod network;
mod replica;
mod scene;
mod slow;
mod watch;
