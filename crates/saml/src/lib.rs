//! SAML 2.0 service provider: what the identity provider posts goes in, a verified identity or a
//! typed refusal comes out. Pure functions without I/O: the time, the outstanding request and the
//! trust settings are arguments; keeping them, and remembering the assertions already used, is the
//! caller's work.
//!
//! Where to read on:
//! - [`verify_response`] (`response.rs`) is the door, and its order of checks is the crate's story:
//!   `document.rs` (bytes to a bounded tree), `structure.rs` (one assertion, in its place),
//!   `signature/` (shape, then cryptography; yields `VerifiedXml`, the only thing that
//!   values are read from), `assertion.rs` and `attributes.rs` (what the assertion says);
//! - [`metadata`], [`request`] and [`logout`] are what a provider says and reads besides.
//!
//! **Trust.** A signature counts only if one of [`TrustedIdp::signing_certificates`] made it;
//! `KeyInfo` is never looked at. The metadata is the trust anchor, so a configured certificate stays
//! trusted after its expiry date (SAML metadata interoperability profile, section 2.6.1): an expiry
//! must not lock a whole tenant out overnight. [`TrustedIdp::certificate_warnings`] is how the
//! administrator hears of it in time.
//!
//! **Foundation.** Parser, canonicalisation and XML signatures are `uppsala` and `bergshamra`, the
//! layers under `gamlastan`, on AWS-LC. The `gamlastan` crate itself is left out because it switches
//! on legacy, post-quantum and PKCS#11 code for every build.

mod assertion;
mod attributes;
mod certificate;
mod decryption;
mod document;
mod excerpt;
mod identity;
mod instant;
mod keys;
pub mod logout;
pub mod metadata;
mod pem;
mod port;
mod provider;
mod redirect;
mod refusal;
pub mod request;
mod response;
mod signature;
mod structure;
mod xml;

pub use certificate::{Certificate, CertificateError};
pub use document::DocumentFault;
pub use excerpt::Excerpt;
pub use identity::{NameIdFormat, VerifiedIdentity};
pub use instant::CLOCK_SKEW;
pub use keys::{DecryptionKey, KeyError, SigningKey};
pub use port::Saml;
pub use provider::{
    AttributeNames, CertificateWarning, Expectations, RequestId, RequestIdError, ServiceProvider,
    TrustedIdp,
};
pub use redirect::{RedirectError, RedirectUrl};
pub use refusal::{PublicCode, SamlRefusal};
pub use response::{MAX_POSTED_RESPONSE, verify_response};
pub use xml::ContentFault;
