//! Private keys with their certificates, made anew in each run: none is kept in the repository.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair,
    UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    CertificateParams, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize,
};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// A private key with its self-signed certificate.
pub struct Identity {
    /// The private key, PKCS #8 in PEM.
    pub key_pem: String,
    /// The certificate in PEM.
    pub certificate_pem: String,
    signer: Signer,
}

enum Signer {
    Rsa(Box<RsaKeyPair>),
    Ec(EcdsaKeyPair),
}

impl Identity {
    /// An RSA key of 2048 bits. Its certificate is good for ten years.
    #[must_use]
    pub fn rsa(name: &str) -> Arc<Self> {
        Self::rsa_until(name, OffsetDateTime::now_utc() + Duration::days(3650))
    }

    /// An RSA key whose certificate ends at `not_after`, which may be past.
    #[must_use]
    pub fn rsa_until(name: &str, not_after: OffsetDateTime) -> Arc<Self> {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let signer = RsaKeyPair::from_pkcs8(&key.serialize_der()).unwrap();
        Self::certified(name, not_after, &key, Signer::Rsa(Box::new(signer)))
    }

    /// A key on the curve P-256.
    #[must_use]
    pub fn ec(name: &str) -> Arc<Self> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let der = key.serialize_der();
        let signer = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).unwrap();
        let not_after = OffsetDateTime::now_utc() + Duration::days(3650);
        Self::certified(name, not_after, &key, Signer::Ec(signer))
    }

    fn certified(
        name: &str,
        not_after: OffsetDateTime,
        key: &KeyPair,
        signer: Signer,
    ) -> Arc<Self> {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = datetime!(2020-01-01 0:00 UTC);
        params.not_after = not_after;
        let certificate_pem = params.self_signed(key).unwrap().pem();
        Arc::new(Self {
            key_pem: key.serialize_pem(),
            certificate_pem,
            signer,
        })
    }

    /// Signs with the algorithm of that URI. What the key can't do (SHA-1, another kind of key)
    /// yields a signature of its own kind, so that a document says one thing and holds another.
    #[must_use]
    pub fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.signer {
            Signer::Rsa(key) => {
                let padding: &dyn RsaEncoding = match algorithm {
                    _ if algorithm.ends_with("#rsa-sha384") => &RSA_PKCS1_SHA384,
                    _ if algorithm.ends_with("#rsa-sha512") => &RSA_PKCS1_SHA512,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(padding, &random, message, &mut signature).unwrap();
                signature
            }
            Signer::Ec(key) => key.sign(&random, message).unwrap().as_ref().to_vec(),
        }
    }

    /// Whether this key made the RSA signature with SHA-256.
    #[must_use]
    pub fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let Signer::Rsa(key) = &self.signer else {
            return false;
        };
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key().as_ref())
            .verify(message, signature)
            .is_ok()
    }

    /// The private key, PKCS #8 in DER.
    #[must_use]
    pub fn key_der(&self) -> Vec<u8> {
        STANDARD.decode(body(&self.key_pem)).unwrap()
    }

    /// The certificate in DER.
    #[must_use]
    pub fn certificate_der(&self) -> Vec<u8> {
        STANDARD.decode(self.certificate_base64()).unwrap()
    }

    /// The certificate as it stands in `X509Certificate`.
    #[must_use]
    pub fn certificate_base64(&self) -> String {
        body(&self.certificate_pem)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(…)")
    }
}

fn body(pem: &str) -> String {
    pem.lines()
        .filter(|line| !line.starts_with("-----"))
        .collect()
}
