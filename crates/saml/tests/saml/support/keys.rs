//! Keys and certificates made anew in each run; no private key is kept in the repository.

use std::sync::OnceLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair,
};
use rcgen::{
    CertificateParams, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize,
    SignatureAlgorithm,
};
use roster_saml::Certificate;
use time::OffsetDateTime;
use time::macros::datetime;

/// A private key with its certificate.
pub struct Identity {
    pub key_pem: String,
    pub certificate_pem: String,
    pub certificate: Certificate,
    signer: Signer,
}

enum Signer {
    Rsa(Box<RsaKeyPair>),
    Ec(EcdsaKeyPair),
}

impl Identity {
    pub fn new(
        name: &str,
        algorithm: &'static SignatureAlgorithm,
        not_after: OffsetDateTime,
    ) -> Self {
        let key = if algorithm == &PKCS_RSA_SHA256 {
            KeyPair::generate_rsa_for(algorithm, RsaKeySize::_2048).unwrap()
        } else {
            KeyPair::generate_for(algorithm).unwrap()
        };
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = datetime!(2020-01-01 0:00 UTC);
        params.not_after = not_after;
        let certificate_pem = params.self_signed(&key).unwrap().pem();
        let der = key.serialize_der();
        let signer = if algorithm == &PKCS_RSA_SHA256 {
            Signer::Rsa(Box::new(RsaKeyPair::from_pkcs8(&der).unwrap()))
        } else {
            Signer::Ec(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).unwrap())
        };
        let certificate = Certificate::from_text(&certificate_pem).unwrap();
        Self {
            key_pem: key.serialize_pem(),
            certificate_pem,
            certificate,
            signer,
        }
    }

    fn rsa(name: &str) -> Self {
        Self::new(name, &PKCS_RSA_SHA256, datetime!(2040-01-01 0:00 UTC))
    }

    /// Signs with the algorithm of that name; SHA-1 and anything unknown yields bytes that look right.
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

    /// The certificate as it stands in `X509Certificate`.
    pub fn base64(&self) -> String {
        self.certificate_pem
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .collect()
    }
}

/// The key that the trusted provider signs with.
pub fn okta() -> &'static Identity {
    static KEY: OnceLock<Identity> = OnceLock::new();
    KEY.get_or_init(|| Identity::rsa("okta"))
}

/// The trusted provider's next key, during a rollover.
pub fn next() -> &'static Identity {
    static KEY: OnceLock<Identity> = OnceLock::new();
    KEY.get_or_init(|| Identity::rsa("next"))
}

/// A key of somebody else.
pub fn attacker() -> &'static Identity {
    static KEY: OnceLock<Identity> = OnceLock::new();
    KEY.get_or_init(|| Identity::rsa("attacker"))
}

/// A key whose certificate has expired before [`super::NOW`].
pub fn expired() -> &'static Identity {
    static KEY: OnceLock<Identity> = OnceLock::new();
    KEY.get_or_init(|| Identity::new("expired", &PKCS_RSA_SHA256, datetime!(2030-06-01 0:00 UTC)))
}

/// An EC key on P-256.
pub fn ec() -> &'static Identity {
    static KEY: OnceLock<Identity> = OnceLock::new();
    KEY.get_or_init(|| {
        Identity::new(
            "ec",
            &PKCS_ECDSA_P256_SHA256,
            datetime!(2040-01-01 0:00 UTC),
        )
    })
}

/// Our own key.
pub fn ours() -> &'static Identity {
    static KEY: OnceLock<Identity> = OnceLock::new();
    KEY.get_or_init(|| Identity::rsa("roster"))
}
