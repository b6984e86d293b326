//! The secret value of an API token: `roster_`, 32 random letters and digits, and a checksum of 6
//! more, so that secret scanners can know one, and a mistyped one costs no look-up.

use std::fmt;

use sha2::{Digest, Sha256};

const PREFIX: &str = "roster_";
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_LENGTH: usize = 32;
const CHECKSUM_LENGTH: usize = 6;

/// How many random bytes a value is made from: 32 letters out of 62 hold 190 bits, and one byte
/// more per letter keeps the choice of letters even to within a thousandth.
pub const ENTROPY_LENGTH: usize = RANDOM_LENGTH * 2;

/// A token's secret value. Neither `Debug` nor any log shows it; [`TokenValue::reveal`] does.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenValue(String);

impl TokenValue {
    /// Makes a value from random bytes.
    #[must_use]
    pub fn from_entropy(entropy: &[u8; ENTROPY_LENGTH]) -> Self {
        let (pairs, _) = entropy.as_chunks::<2>();
        let random: String = pairs
            .iter()
            .map(|pair| letter(u32::from(u16::from_be_bytes(*pair))))
            .collect();
        let checksum = checksum(&random);
        Self(format!("{PREFIX}{random}{checksum}"))
    }

    /// Reads a value that a client sent. `None`: it can't be one, whatever the database says.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let body = text.strip_prefix(PREFIX)?;
        let (random, sum) = body.split_at_checked(RANDOM_LENGTH)?;
        let well_formed =
            body.bytes().all(|b| b.is_ascii_alphanumeric()) && sum == checksum(random);
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The value in clear, for the one answer that shows it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The hash by which it is stored and found. The value holds 190 random bits, so one round of
    /// SHA-256 without salt can't be searched.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }
}

impl fmt::Debug for TokenValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenValue(hidden)")
    }
}

fn letter(number: u32) -> char {
    let index = usize::try_from(number % 62).unwrap_or_default();
    ALPHABET.get(index).map_or('0', |byte| char::from(*byte))
}

fn checksum(random: &str) -> String {
    let mut rest = crc32fast::hash(random.as_bytes());
    let mut sum = String::with_capacity(CHECKSUM_LENGTH);
    for _ in 0..CHECKSUM_LENGTH {
        sum.push(letter(rest));
        rest /= 62;
    }
    sum
}

/// The SHA-256 of a token's value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
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

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_value_never_shows_in_debug_output() {
        let value = TokenValue::from_entropy(&[7; ENTROPY_LENGTH]);
        assert!(value.reveal().starts_with("roster_"));
        assert!(!format!("{value:?} {:?}", value.hash()).contains(&value.reveal()[7..12]));
    }

    proptest! {
        #[test]
        fn every_value_reads_back_and_one_changed_letter_is_noticed(
            bytes in proptest::collection::vec(any::<u8>(), ENTROPY_LENGTH),
            position in 7usize..45,
        ) {
            let value = TokenValue::from_entropy(&bytes.try_into().unwrap());
            prop_assert_eq!(value.reveal().len(), 7 + 32 + 6);
            prop_assert_eq!(TokenValue::parse(value.reveal()), Some(value.clone()));
            let mut letters: Vec<char> = value.reveal().chars().collect();
            letters[position] = if letters[position] == 'x' { 'y' } else { 'x' };
            prop_assert_eq!(TokenValue::parse(&letters.into_iter().collect::<String>()), None);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".*") {
            let _ = TokenValue::parse(&text);
            let _ = TokenValue::parse(&format!("roster_{text}"));
        }
    }
}
