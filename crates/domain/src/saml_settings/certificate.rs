//! Certificates, and whether they are still good.

use time::{Duration, OffsetDateTime};

/// A certificate, and what people need to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateInfo {
    /// The certificate in PEM.
    pub pem: String,
    /// The SHA-256 of its DER form, in hexadecimal.
    pub fingerprint: String,
    /// Its subject.
    pub subject: String,
    /// When it expires, in UTC.
    pub not_after: OffsetDateTime,
}

/// Whether a certificate is still good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateState {
    /// For longer than the notice.
    Valid,
    /// Not for long: it wants replacing.
    Expiring,
    /// No longer. It stays trusted while it is configured.
    Expired,
}

impl CertificateInfo {
    /// How long before its end a certificate counts as expiring: long enough to plan a rollover.
    pub const NOTICE: Duration = Duration::days(30);

    /// How it stands at `now`.
    #[must_use]
    pub fn state(&self, now: OffsetDateTime) -> CertificateState {
        if now > self.not_after {
            CertificateState::Expired
        } else if now >= self.not_after - Self::NOTICE {
            CertificateState::Expiring
        } else {
            CertificateState::Valid
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_certificate_is_expiring_for_its_last_thirty_days() {
        let certificate = CertificateInfo {
            pem: String::new(),
            fingerprint: String::new(),
            subject: String::new(),
            not_after: datetime!(2027-01-31 00:00:00 UTC),
        };
        for (before_its_end, state) in [
            (Duration::days(31), CertificateState::Valid),
            (
                CertificateInfo::NOTICE + Duration::SECOND,
                CertificateState::Valid,
            ),
            (CertificateInfo::NOTICE, CertificateState::Expiring),
            (Duration::ZERO, CertificateState::Expiring),
            (-Duration::SECOND, CertificateState::Expired),
        ] {
            let now = certificate.not_after - before_its_end;
            assert_eq!(certificate.state(now), state, "{before_its_end}");
        }
    }
}
