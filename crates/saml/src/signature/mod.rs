//! XML signatures, as narrowly as SAML needs them (SAML core 5.4). `shape` admits one form only, so
//! that nothing exotic reaches the verifier; `verify` checks digest and signature and hands out the
//! signed bytes as [`VerifiedXml`]; `algorithms` is the allow-list.

pub(crate) mod algorithms;
mod shape;
mod verify;

pub(crate) use shape::signatures;
pub(crate) use verify::{VerifiedXml, verify};
