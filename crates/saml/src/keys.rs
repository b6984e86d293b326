//! Our own private keys: one that signs requests, one that opens encrypted assertions. Neither can be
//! printed.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey,
};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use thiserror::Error;

use crate::certificate::{Certificate, CertificateError};
use crate::pem;
use crate::signature::algorithms::{ECDSA_SHA256, RSA_SHA256};

/// Why a private key can't be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not a private key in PEM, or of an unsupported kind.
    #[error(
        "this is not a usable private key; allowed are PEM files with an RSA key of 2048 bits or more{also}"
    )]
    Unusable {
        /// What else is allowed for this use.
        also: &'static str,
    },
    /// The certificate can't be read.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The certificate belongs to another key.
    #[error(
        "the certificate doesn't belong to this private key; configure the two that were made together"
    )]
    Mismatch,
}

enum Signer {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
}

/// Signs our requests: RSA-SHA256, or ECDSA-SHA256 on P-256.
#[derive(Clone)]
pub struct SigningKey {
    signer: Arc<Signer>,
    certificate: Certificate,
}

impl SigningKey {
    /// Reads the key (PKCS #8, PKCS #1 or SEC 1, in PEM) and the certificate that shows its public
    /// half to the IdP.
    ///
    /// # Errors
    /// If either can't be read, or they don't belong together.
    pub fn from_pem(private_key: &str, certificate: &str) -> Result<Self, KeyError> {
        let certificate = Certificate::from_text(certificate)?;
        let unusable = KeyError::Unusable {
            also: ", or an EC key on P-256",
        };
        let (label, der) = pem::decode(private_key).ok_or_else(|| unusable.clone())?;
        let rsa = if label == "RSA PRIVATE KEY" {
            RsaKeyPair::from_der(&der)
        } else {
            RsaKeyPair::from_pkcs8(&der)
        };
        let signer = if let Ok(key) = rsa {
            Signer::Rsa(key)
        } else {
            EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, &der)
                .or_else(|_| EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der))
                .map(Signer::Ecdsa)
                .map_err(|_| unusable)?
        };
        let public_key = match &signer {
            Signer::Rsa(key) => key.public_key().as_ref(),
            Signer::Ecdsa(key) => key.public_key().as_ref(),
        };
        if public_key != certificate.public_key() {
            return Err(KeyError::Mismatch);
        }
        Ok(Self {
            signer: Arc::new(signer),
            certificate,
        })
    }

    /// The certificate to give to the IdP.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The identifier of the signature algorithm.
    pub(crate) fn algorithm(&self) -> &'static str {
        match *self.signer {
            Signer::Rsa(_) => RSA_SHA256,
            Signer::Ecdsa(_) => ECDSA_SHA256,
        }
    }

    /// Signs; `None` if the random source or the key fails.
    pub(crate) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match &*self.signer {
            Signer::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .ok()?;
                Some(signature)
            }
            Signer::Ecdsa(key) => key
                .sign(&random, message)
                .ok()
                .map(|signature| signature.as_ref().to_vec()),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

/// Which hash RSA-OAEP uses.
#[derive(Clone, Copy)]
pub(crate) enum Oaep {
    Sha1,
    Sha256,
}

/// Opens encrypted assertions (RSA-OAEP).
pub struct DecryptionKey(OaepPrivateDecryptingKey);

impl DecryptionKey {
    /// Reads the key (PKCS #8, in PEM) and checks that the published certificate belongs to it.
    ///
    /// # Errors
    /// If either can't be read, or they don't belong together.
    pub fn from_pem(private_key: &str, certificate: &Certificate) -> Result<Self, KeyError> {
        let unusable = || KeyError::Unusable {
            also: ", in PKCS #8",
        };
        let (_, der) = pem::decode(private_key)
            .filter(|found| found.0 == "PRIVATE KEY")
            .ok_or_else(unusable)?;
        let key = PrivateDecryptingKey::from_pkcs8(&der).map_err(|_| unusable())?;
        let public_key = key.public_key().as_der().map_err(|_| unusable())?;
        if certificate.public_key_info().as_deref() != Some(public_key.as_ref()) {
            return Err(KeyError::Mismatch);
        }
        OaepPrivateDecryptingKey::new(key)
            .map(Self)
            .map_err(|_| unusable())
    }

    /// Unwraps a content key; `None` says nothing about why.
    pub(crate) fn unwrap_key(&self, hash: Oaep, wrapped: &[u8]) -> Option<Vec<u8>> {
        let algorithm = match hash {
            Oaep::Sha1 => &OAEP_SHA1_MGF1SHA1,
            Oaep::Sha256 => &OAEP_SHA256_MGF1SHA256,
        };
        let mut room = vec![0; self.0.min_output_size()];
        self.0
            .decrypt(algorithm, wrapped, &mut room, None)
            .ok()
            .map(|key| key.to_vec())
    }
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DecryptionKey(…)")
    }
}
