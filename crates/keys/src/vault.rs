//! Secrets that have to be read again, sealed with AES-256-GCM (NIST SP 800-38D).
//!
//! The secret key itself never encrypts: each purpose has its own key, derived by HKDF-SHA256
//! (RFC 5869). So what one purpose seals, however much, weakens no other; and nonces can be random,
//! since a purpose would have to seal 2^32 times before two of them met with a probability worth
//! naming. What is sealed reads:
//!
//! | bytes | |
//! |---|---|
//! | 1 | the version of this format, 1 |
//! | 12 | the nonce |
//! | … | the ciphertext, as long as the plaintext |
//! | 16 | the tag, over the ciphertext and the purpose |

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use roster_application::ports::keys::Vault;
use roster_domain::secret::Sealed;

use crate::secret_key::SecretKey;

/// The first byte of what is sealed.
const VERSION: u8 = 1;

/// Separates these keys from whatever else may be derived from the secret key one day. Never
/// change it: nothing that was sealed before would open.
const LABEL: &[u8] = b"roster vault, version 1, AES-256-GCM";

/// Seals under the installation's secret key.
pub struct AesVault {
    root: Prk,
}

impl AesVault {
    /// A vault that all servers with this secret key share.
    #[must_use]
    pub fn new(secret: &SecretKey) -> Self {
        Self {
            root: Salt::new(HKDF_SHA256, LABEL).extract(secret.as_bytes()),
        }
    }

    /// The key of one purpose.
    fn key(&self, purpose: &str) -> Result<RandomizedNonceKey, Unspecified> {
        let mut key = [0; 32];
        self.root
            .expand(&[purpose.as_bytes()], HKDF_SHA256)?
            .fill(&mut key)?;
        RandomizedNonceKey::new(&AES_256_GCM, &key)
    }

    fn try_seal(&self, purpose: &str, plaintext: &[u8]) -> Result<Sealed, Unspecified> {
        let mut ciphertext = plaintext.to_vec();
        let nonce = self
            .key(purpose)?
            .seal_in_place_append_tag(Aad::from(purpose), &mut ciphertext)?;
        let mut sealed = vec![VERSION];
        sealed.extend_from_slice(nonce.as_ref());
        sealed.append(&mut ciphertext);
        Ok(Sealed::new(sealed))
    }
}

impl Vault for AesVault {
    #[expect(
        clippy::expect_used,
        reason = "the length of the key is right, and no plaintext has the 64 GiB that AES-GCM can't take"
    )]
    fn seal(&self, purpose: &str, plaintext: &[u8]) -> Sealed {
        self.try_seal(purpose, plaintext)
            .expect("AES-256-GCM encrypts")
    }

    fn open(&self, purpose: &str, sealed: &Sealed) -> Option<Vec<u8>> {
        let (version, rest) = sealed.as_bytes().split_first()?;
        if *version != VERSION {
            return None;
        }
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LEN>()?;
        let mut text = ciphertext.to_vec();
        let length = self
            .key(purpose)
            .ok()?
            .open_in_place(Nonce::from(nonce), Aad::from(purpose), &mut text)
            .ok()?
            .len();
        text.truncate(length);
        Some(text)
    }
}

impl fmt::Debug for AesVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AesVault(hidden)")
    }
}
