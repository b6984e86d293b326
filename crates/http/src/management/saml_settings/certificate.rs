//! What the management API shows of a certificate.

use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use roster_domain::saml_settings::CertificateInfo;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// How long before its end a certificate counts as expiring: long enough to plan a rollover.
const NOTICE: Duration = Duration::days(30);

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

impl CertificateState {
    fn at(now: OffsetDateTime, not_after: OffsetDateTime) -> Self {
        if now > not_after {
            Self::Expired
        } else if now >= not_after - NOTICE {
            Self::Expiring
        } else {
            Self::Valid
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
            state: CertificateState::at(now, certificate.not_after),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_expiring_for_its_last_thirty_days() {
        let end = datetime!(2027-01-31 00:00:00 UTC);
        for (before_its_end, state) in [
            (Duration::days(31), CertificateState::Valid),
            (NOTICE + Duration::SECOND, CertificateState::Valid),
            (NOTICE, CertificateState::Expiring),
            (Duration::ZERO, CertificateState::Expiring),
            (-Duration::SECOND, CertificateState::Expired),
        ] {
            let now = end - before_its_end;
            assert_eq!(CertificateState::at(now, end), state, "{before_its_end}");
        }
    }
}
