//! The keys that sign the tokens of sessions (JWT, RFC 7519), with ES256 (RFC 7518 section 3.4) and
//! no other algorithm.

use std::fmt;

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use roster_application::ports::keys::{KeyError, TokenKey, TokenSigner};
use serde_json::Value;

use crate::jwk::PublicKey;
use crate::pem::{self, PemError, PemProblem};

/// Signs with ES256.
pub struct Es256Signer {
    given: Vec<TokenKey>,
}

impl Es256Signer {
    /// A signer whose keys are generated, and stored sealed.
    #[must_use]
    pub const fn generated() -> Self {
        Self { given: Vec::new() }
    }

    /// A signer with the keys that the operator gives, the text of one PEM file each: the first
    /// signs, all are published. Without any it is [`Es256Signer::generated`].
    ///
    /// # Errors
    /// [`PemError`] about the first one that can't be used.
    pub fn from_pem(files: &[&str]) -> Result<Self, PemError> {
        let mut given: Vec<TokenKey> = Vec::new();
        for (index, file) in files.iter().enumerate() {
            let failed = |problem| PemError {
                position: index + 1,
                problem,
            };
            let pair = pem::read(file).map_err(failed)?;
            let key = token_key(&pair).map_err(|_| failed(PemProblem::Unusable))?;
            if let Some(first) = given.iter().position(|known| known.id == key.id) {
                return Err(failed(PemProblem::Repeated { first: first + 1 }));
            }
            given.push(key);
        }
        Ok(Self { given })
    }
}

impl TokenSigner for Es256Signer {
    fn given(&self) -> &[TokenKey] {
        &self.given
    }

    #[expect(
        clippy::expect_used,
        reason = "without random numbers AWS-LC ends the process itself; nothing else can fail"
    )]
    fn generate(&self) -> TokenKey {
        EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .and_then(|pair| token_key(&pair))
            .expect("AWS-LC makes a key on P-256")
    }

    fn sign(&self, id: &str, private_key: &[u8], claims: &Value) -> Result<String, KeyError> {
        let header = Header {
            kid: Some(id.to_owned()),
            ..Header::new(Algorithm::ES256)
        };
        let key = EncodingKey::from_ec_der(private_key);
        jsonwebtoken::encode(&header, claims, &key).map_err(|_| KeyError {
            id: id.to_owned(),
            problem: "its private half is not an EC private key on P-256 in PKCS #8".to_owned(),
        })
    }
}

impl fmt::Debug for Es256Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.given.iter().map(|key| key.id.as_str());
        f.debug_struct("Es256Signer")
            .field("given", &ids.collect::<Vec<_>>())
            .finish()
    }
}

/// A key pair in the form in which it is kept: its private half as PKCS #8 (RFC 5208) in DER.
fn token_key(pair: &EcdsaKeyPair) -> Result<TokenKey, Unspecified> {
    let public = PublicKey::of(pair);
    Ok(TokenKey {
        id: public.thumbprint(),
        public_jwk: public.to_json(),
        private_key: pair.to_pkcs8v1()?.as_ref().to_vec(),
    })
}
