//! What the management API shows of a certificate.

use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use roster_domain::saml_settings::{self, CertificateInfo};
use time::OffsetDateTime;
use time::macros::datetime;

/// Whether a certificate is still good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase")]
pub(crate) enum CertificateState {
    /// For more than 30 days.
    Valid,
    /// For 30 days at most: replace it.
    Expiring,
    /// No longer.
    Expired,
}

impl From<saml_settings::CertificateState> for CertificateState {
    fn from(state: saml_settings::CertificateState) -> Self {
        match state {
            saml_settings::CertificateState::Valid => Self::Valid,
            saml_settings::CertificateState::Expiring => Self::Expiring,
            saml_settings::CertificateState::Expired => Self::Expired,
        }
    }
}

/// A certificate, without its key.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase", example)]
pub(crate) struct Certificate {
    /// The SHA-256 of the certificate (in DER), in hexadecimal.
    pub(crate) fingerprint: String,
    /// Whom it names.
    pub(crate) subject: String,
    /// When it expires, in UTC.
    pub(crate) not_after: OffsetDateTime,
    /// Whether it is still good.
    pub(crate) state: CertificateState,
}

impl Certificate {
    /// The certificate as it stands at `now`.
    pub(crate) fn new(certificate: &CertificateInfo, now: OffsetDateTime) -> Self {
        Self {
            fingerprint: certificate.fingerprint.clone(),
            subject: certificate.subject.clone(),
            not_after: certificate.not_after,
            state: certificate.state(now).into(),
        }
    }
}

impl Example for Certificate {
    fn example() -> Self {
        Self {
            fingerprint: "9f2c1e6a4b8d3f70c5a1e2d4b6f8091a3c5e7092b4d6f8a0c2e4f6081a3b5c7d"
                .to_owned(),
            subject: "CN=acme, O=Okta".to_owned(),
            not_after: datetime!(2036-07-01 09:00:00 UTC),
            state: CertificateState::Valid,
        }
    }
}
