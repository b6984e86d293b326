//! The adapter as its clients see it, on a real store: what goes in and what comes out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod documents;
mod door;
mod house;
mod refusals;
mod users;
