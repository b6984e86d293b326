//! The two parties and what is expected of a response: plain values that the caller loads from a
//! tenant's settings.

use std::fmt;

use thiserror::Error;
use time::{Duration, OffsetDateTime};

use crate::certificate::Certificate;
use crate::keys::{DecryptionKey, SigningKey};

/// One tenant as a service provider.
#[derive(Debug, Clone)]
pub struct ServiceProvider {
    /// Our entity id: what the IdP calls Audience.
    pub entity_id: String,
    /// The assertion consumer service: where the IdP posts responses.
    pub acs_url: String,
    /// Where the IdP answers our logout requests, if single logout is offered.
    pub slo_url: Option<String>,
    /// Signs our requests, if configured.
    pub signing_key: Option<SigningKey>,
    /// What the IdP may encrypt assertions to; published in our metadata.
    pub encryption_certificate: Option<Certificate>,
}

/// The one identity provider a tenant trusts. The metadata is the trust anchor: whoever can change
/// these values can sign anybody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedIdp {
    /// The IdP's entity id: the issuer of every assertion.
    pub entity_id: String,
    /// Where requests go, by HTTP-Redirect.
    pub sso_url: String,
    /// Where logout requests go, by HTTP-Redirect, if the IdP offers it.
    pub slo_url: Option<String>,
    /// The certificates whose keys may sign; several during a rollover.
    pub signing_certificates: Vec<Certificate>,
    /// The IdP refuses requests that aren't signed.
    pub want_signed_requests: bool,
}

/// A signing certificate that needs the administrator's attention. It is still trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateWarning {
    /// The certificate's SHA-256 fingerprint.
    pub fingerprint: String,
    /// The certificate's subject.
    pub subject: String,
    /// When it expires, or expired.
    pub not_after: OffsetDateTime,
    /// It has expired already.
    pub expired: bool,
}

impl TrustedIdp {
    /// The certificates that have expired at `now`, or will within `ahead`, soonest first.
    #[must_use]
    pub fn certificate_warnings(
        &self,
        now: OffsetDateTime,
        ahead: Duration,
    ) -> Vec<CertificateWarning> {
        let mut warnings: Vec<_> = self
            .signing_certificates
            .iter()
            .filter(|certificate| certificate.not_after() <= now.saturating_add(ahead))
            .map(|certificate| CertificateWarning {
                fingerprint: certificate.fingerprint(),
                subject: certificate.subject().to_owned(),
                not_after: certificate.not_after(),
                expired: certificate.not_after() < now,
            })
            .collect();
        warnings.sort_by_key(|warning| warning.not_after);
        warnings
    }
}

/// The names of the attributes that carry a person's data, compared exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeNames {
    /// The e-mail address.
    pub email: String,
    /// The given name.
    pub first_name: String,
    /// The family name.
    pub last_name: String,
    /// The role.
    pub role: String,
}

impl Default for AttributeNames {
    fn default() -> Self {
        Self {
            email: "PantherEmail".to_owned(),
            first_name: "PantherFirstName".to_owned(),
            last_name: "PantherLastName".to_owned(),
            role: "PantherRole".to_owned(),
        }
    }
}

/// What this moment and this browser allow.
#[derive(Debug, Clone, Copy)]
pub struct Expectations<'a> {
    /// The present time.
    pub now: OffsetDateTime,
    /// The request this browser sent and hasn't had an answer to.
    pub outstanding: Option<&'a RequestId>,
    /// A response that answers no request is accepted.
    pub idp_initiated_allowed: bool,
    /// Opens encrypted assertions; without it they are refused.
    pub decryption_key: Option<&'a DecryptionKey>,
}

/// The id of a message of ours: an XML name that nobody can guess (SAML core 1.3.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(String);

/// A text that is not the id of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a message id starts with a letter or _ and has up to 128 letters, digits, _, - and .")]
pub struct RequestIdError;

impl RequestId {
    /// The id made of 128 bits, which must come from a cryptographic random source.
    #[must_use]
    pub fn from_random(bits: u128) -> Self {
        Self(format!("_{bits:032x}"))
    }

    /// Reads an id that was stored.
    ///
    /// # Errors
    /// If the text can't be the id of a message.
    pub fn parse(text: &str) -> Result<Self, RequestIdError> {
        if is_message_id(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(RequestIdError)
        }
    }

    /// The id as written in messages.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a text is an ASCII XML name without colon: what every id in a message must be, so that
/// `#id` can never be read as anything but a reference by id.
pub(crate) fn is_message_id(text: &str) -> bool {
    text.len() <= 128
        && text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}
