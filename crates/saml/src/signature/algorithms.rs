//! The algorithms a signature may use: RSA (PKCS #1) and ECDSA with SHA-256 or better. Everything
//! else, SHA-1, HMAC and DSA above all, is refused by not being here.

use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    UnparsedPublicKey, VerificationAlgorithm,
};
use kryptering::{EcCurve, HashAlgorithm, SignatureAlgorithm as Kryptering};

use crate::certificate::{Certificate, KeyKind};

pub(crate) const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
pub(crate) const ECDSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";

/// A signature algorithm on the allow-list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignatureAlgorithm {
    RsaSha256,
    RsaSha384,
    RsaSha512,
    EcdsaSha256,
    EcdsaSha384,
    EcdsaSha512,
}

impl SignatureAlgorithm {
    pub(crate) fn from_uri(uri: &str) -> Option<Self> {
        Some(match uri {
            RSA_SHA256 => Self::RsaSha256,
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384" => Self::RsaSha384,
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" => Self::RsaSha512,
            ECDSA_SHA256 => Self::EcdsaSha256,
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384" => Self::EcdsaSha384,
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512" => Self::EcdsaSha512,
            _ => return None,
        })
    }

    /// The name of the same algorithm in the signature library.
    pub(crate) fn kryptering(self) -> Kryptering {
        match self {
            Self::RsaSha256 => Kryptering::RsaPkcs1v15(HashAlgorithm::Sha256),
            Self::RsaSha384 => Kryptering::RsaPkcs1v15(HashAlgorithm::Sha384),
            Self::RsaSha512 => Kryptering::RsaPkcs1v15(HashAlgorithm::Sha512),
            Self::EcdsaSha256 => Kryptering::Ecdsa(EcCurve::P256, HashAlgorithm::Sha256),
            Self::EcdsaSha384 => Kryptering::Ecdsa(EcCurve::P384, HashAlgorithm::Sha384),
            Self::EcdsaSha512 => Kryptering::Ecdsa(EcCurve::P521, HashAlgorithm::Sha512),
        }
    }

    /// The kind of key it takes, and how AWS-LC verifies it. Each hash goes with the curve of its
    /// strength; `FIXED` is the encoding of XML signatures (RFC 4050).
    fn verification(self) -> (KeyKind, &'static dyn VerificationAlgorithm) {
        match self {
            Self::RsaSha256 => (KeyKind::Rsa, &RSA_PKCS1_2048_8192_SHA256),
            Self::RsaSha384 => (KeyKind::Rsa, &RSA_PKCS1_2048_8192_SHA384),
            Self::RsaSha512 => (KeyKind::Rsa, &RSA_PKCS1_2048_8192_SHA512),
            Self::EcdsaSha256 => (KeyKind::P256, &ECDSA_P256_SHA256_FIXED),
            Self::EcdsaSha384 => (KeyKind::P384, &ECDSA_P384_SHA384_FIXED),
            Self::EcdsaSha512 => (KeyKind::P521, &ECDSA_P521_SHA512_FIXED),
        }
    }

    /// Whether this certificate's key made the signature; a key of another kind never did.
    pub(crate) fn verifies(
        self,
        certificate: &Certificate,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let (kind, algorithm) = self.verification();
        certificate.kind() == kind
            && UnparsedPublicKey::new(algorithm, certificate.public_key())
                .verify(message, signature)
                .is_ok()
    }
}

/// The digest algorithm of that identifier, if it is on the allow-list.
pub(crate) fn digest(uri: &str) -> Option<&'static digest::Algorithm> {
    match uri {
        "http://www.w3.org/2001/04/xmlenc#sha256" => Some(&SHA256),
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => Some(&SHA384),
        "http://www.w3.org/2001/04/xmlenc#sha512" => Some(&SHA512),
        _ => None,
    }
}
