//! X.509 certificates as carriers of one public key: the trust settings hold them, nothing is
//! chained or looked up.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use thiserror::Error;
use time::OffsetDateTime;
use x509_cert::der::asn1::UintRef;
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::{Decode, Encode, Reader, SliceReader};

use crate::pem;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");

/// Why a certificate can't be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Neither PEM nor base64 of DER, or not X.509.
    #[error(
        "this is not an X.509 certificate in PEM or base64; copy it again from the identity provider"
    )]
    NotACertificate,
    /// A key of a kind that XML signatures on the allow-list can't use.
    #[error(
        "the certificate's key is of an unsupported kind; allowed are RSA, and EC on P-256, P-384 or P-521"
    )]
    UnsupportedKey,
    /// An RSA key that is too short, or too long to be checked cheaply.
    #[error("the certificate's RSA key has {bits} bits; allowed are 2048 to 8192")]
    RsaKeySize {
        /// The size found.
        bits: usize,
    },
}

/// What a public key can verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Rsa,
    P256,
    P384,
    P521,
}

/// A certificate with a key this crate can use.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Arc<[u8]>,
    kind: KeyKind,
    /// PKCS #1 `RSAPublicKey`, or the uncompressed point.
    public_key: Arc<[u8]>,
    subject: String,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
}

impl Certificate {
    /// Reads a certificate from DER.
    ///
    /// # Errors
    /// Not X.509, or a key that is too weak or of an unknown kind.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let parsed = x509_cert::Certificate::from_der(der)
            .map_err(|_| CertificateError::NotACertificate)?
            .tbs_certificate;
        let spki = &parsed.subject_public_key_info;
        let public_key = spki
            .subject_public_key
            .as_bytes()
            .ok_or(CertificateError::UnsupportedKey)?;
        let kind = match spki.algorithm.oid {
            RSA => rsa(public_key)?,
            EC => {
                let curve = spki
                    .algorithm
                    .parameters
                    .as_ref()
                    .and_then(|any| any.decode_as().ok());
                match curve {
                    Some(P256) => KeyKind::P256,
                    Some(P384) => KeyKind::P384,
                    Some(P521) => KeyKind::P521,
                    _ => return Err(CertificateError::UnsupportedKey),
                }
            }
            _ => return Err(CertificateError::UnsupportedKey),
        };
        let instant = |time: x509_cert::time::Time| {
            i64::try_from(time.to_unix_duration().as_secs())
                .ok()
                .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
                .ok_or(CertificateError::NotACertificate)
        };
        Ok(Self {
            der: der.into(),
            kind,
            public_key: public_key.into(),
            subject: parsed.subject.to_string(),
            not_before: instant(parsed.validity.not_before)?,
            not_after: instant(parsed.validity.not_after)?,
        })
    }

    /// Reads a certificate from PEM, or from the bare base64 that metadata carries.
    ///
    /// # Errors
    /// As [`Certificate::from_der`], or if the text is neither.
    pub fn from_text(text: &str) -> Result<Self, CertificateError> {
        let der = match pem::decode(text) {
            Some(("CERTIFICATE", der)) => Some(der),
            Some(_) => None,
            None => pem::base64(text),
        };
        Self::from_der(&der.ok_or(CertificateError::NotACertificate)?)
    }

    /// The certificate in DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The subject's name, as text (RFC 4514).
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The first instant of its validity.
    #[must_use]
    pub fn not_before(&self) -> OffsetDateTime {
        self.not_before
    }

    /// The last instant of its validity.
    #[must_use]
    pub fn not_after(&self) -> OffsetDateTime {
        self.not_after
    }

    /// The SHA-256 fingerprint in lower-case hexadecimal.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        digest(&SHA256, &self.der)
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    pub(crate) fn kind(&self) -> KeyKind {
        self.kind
    }

    pub(crate) fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// The `SubjectPublicKeyInfo` in DER.
    pub(crate) fn public_key_info(&self) -> Option<Vec<u8>> {
        x509_cert::Certificate::from_der(&self.der)
            .and_then(|parsed| parsed.tbs_certificate.subject_public_key_info.to_der())
            .ok()
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject)
            .field("fingerprint", &self.fingerprint())
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

fn rsa(public_key: &[u8]) -> Result<KeyKind, CertificateError> {
    let modulus_bytes = SliceReader::new(public_key)
        .and_then(|mut reader| {
            reader.sequence(|key| {
                let modulus = UintRef::decode(key)?;
                UintRef::decode(key)?;
                Ok(modulus.as_bytes().len())
            })
        })
        .map_err(|_| CertificateError::UnsupportedKey)?;
    // In whole bytes, as AWS-LC rounds; it checks the exact size again at each verification.
    match modulus_bytes * 8 {
        2048..=8192 => Ok(KeyKind::Rsa),
        bits => Err(CertificateError::RsaKeySize { bits }),
    }
}
