//! Secrets that Roster gives out besides API tokens: in the cookie of a session, in a break-glass
//! link. Only their hash is stored.

use std::fmt;

use sha2::{Digest, Sha256};

/// How many random bytes a secret is made from.
pub const ENTROPY_LENGTH: usize = 32;

/// A secret of 256 random bits, written as 64 hexadecimal digits. Neither `Debug` nor any log shows
/// it; [`Secret::reveal`] does.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Makes a secret from random bytes.
    #[must_use]
    pub fn from_entropy(entropy: &[u8; ENTROPY_LENGTH]) -> Self {
        Self(entropy.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Reads a secret that a client sent. `None`: it can't be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed = text.len() == 2 * ENTROPY_LENGTH
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The secret in clear, for whoever it is given to.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The hash by which it is stored and found. The secret holds 256 random bits, so one round of
    /// SHA-256 without salt can't be searched.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(self.0.as_bytes()).into())
    }

    /// Another secret that follows from this one, but tells nothing about it: what a page may hold
    /// while the secret itself stays in its cookie.
    #[must_use]
    pub fn derived(&self, purpose: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(purpose.len().to_be_bytes());
        hash.update(purpose.as_bytes());
        hash.update(self.0.as_bytes());
        hash.finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// The SHA-256 of a secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// A hash as it was stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The mark by which something that may happen once is remembered: a hash of what it is and of its
/// parts, each with its length in front so that none can run into the next.
#[must_use]
pub fn mark(purpose: &str, parts: &[&str]) -> SecretHash {
    let mut hash = Sha256::new();
    for part in std::iter::once(&purpose).chain(parts) {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    SecretHash(hash.finalize().into())
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

/// A secret that has to be read again, such as a private key: encrypted under the configured
/// secret key before it comes near a store. `Debug` doesn't even show the ciphertext.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// A ciphertext.
    #[must_use]
    pub const fn new(ciphertext: Vec<u8>) -> Self {
        Self(ciphertext)
    }

    /// The ciphertext to store or to open.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_back_and_nothing_else_is_one() {
        let secret = Secret::from_entropy(&[0xa7; ENTROPY_LENGTH]);
        let read = Secret::parse(secret.reveal()).unwrap();
        assert_eq!(read.hash(), secret.hash());
        for bad in [
            "",
            "a7",
            &"A7".repeat(32),
            &"g7".repeat(32),
            &"a7".repeat(33),
        ] {
            assert!(Secret::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn what_is_derived_differs_by_purpose_and_from_the_hash() {
        let secret = Secret::from_entropy(&[1; ENTROPY_LENGTH]);
        let csrf = secret.derived("csrf");
        assert_ne!(csrf, secret.derived("other"));
        let hash: String = secret
            .hash()
            .as_bytes()
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_ne!(csrf, hash);
        assert!(!format!("{secret:?}").contains("01"));
    }
}
