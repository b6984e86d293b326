//! The installation's secret key: 32 random bytes that all its servers share, read from a setting
//! or a file.

use std::fmt;

use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use crate::hexadecimal;

/// How many bytes the key has.
const LENGTH: usize = 32;

/// The secret key. `Debug` hides it.
#[derive(Clone)]
pub struct SecretKey([u8; LENGTH]);

/// Why a text is no secret key. It never holds a part of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretKeyError {
    /// Too short or too long.
    #[error(
        "the secret key has {0} characters; it must be 32 random bytes, written as 64 hexadecimal digits or as base64 (43 or 44 characters); make one with: openssl rand -hex 32"
    )]
    Length(usize),
    /// As long as it should be, but in neither form.
    #[error(
        "the secret key is neither hexadecimal nor base64; it must be 32 random bytes, written as 64 hexadecimal digits or as base64 (43 or 44 characters); make one with: openssl rand -hex 32"
    )]
    Characters,
}

impl SecretKey {
    /// A new key from AWS-LC's random numbers.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "without random numbers AWS-LC ends the process itself"
    )]
    pub fn generate() -> Self {
        let mut bytes = [0; LENGTH];
        rand::fill(&mut bytes).expect("AWS-LC gives random bytes");
        Self(bytes)
    }

    /// Reads a key: 64 hexadecimal digits, or base64 in the standard or the URL-safe alphabet
    /// (RFC 4648 sections 4 and 5), padded or not. White space around it is ignored.
    ///
    /// # Errors
    /// [`SecretKeyError`].
    pub fn parse(text: &str) -> Result<Self, SecretKeyError> {
        let text = text.trim();
        let bytes = match text.len() {
            64 => hexadecimal::decode(text),
            43 => first_that_reads(text, &[STANDARD_NO_PAD, URL_SAFE_NO_PAD]),
            44 => first_that_reads(text, &[STANDARD, URL_SAFE]),
            _ => return Err(SecretKeyError::Length(text.chars().count())),
        };
        bytes
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or(SecretKeyError::Characters)
    }

    /// The key as 64 hexadecimal digits, for its file.
    pub(crate) fn to_hexadecimal(&self) -> String {
        hexadecimal::encode(&self.0)
    }

    /// The key itself, to derive others from.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(hidden)")
    }
}

fn first_that_reads(text: &str, alphabets: &[impl Engine]) -> Option<Vec<u8>> {
    alphabets
        .iter()
        .find_map(|alphabet| alphabet.decode(text).ok())
}
