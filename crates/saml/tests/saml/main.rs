//! The service provider through its public interface: what honest providers send is accepted, and
//! every known attack on SAML is refused, each for its own reason. `support` is the identity provider.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on must fail"
)]

mod accepted;
mod algorithms;
mod conditions;
mod documents;
mod encryption;
mod foreign;
mod limits;
mod metadata;
mod mutations;
mod port;
mod requests;
mod signatures;
mod subject;
mod support;
mod wrapping;
