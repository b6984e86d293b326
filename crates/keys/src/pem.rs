//! Signing keys as operators give them: one private key to a file, in PEM (RFC 7468).

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};

/// What begins every block of PEM.
const BEGIN: &str = "-----BEGIN ";

/// What ends the label of each private key.
const PRIVATE_KEY: &str = "PRIVATE KEY";

/// A signing key that was given can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the signing key {position} {problem}; allowed is one EC private key on the curve P-256 in each PEM file, as PKCS #8 (BEGIN PRIVATE KEY) or SEC 1 (BEGIN EC PRIVATE KEY), not encrypted; make one with: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256"
)]
pub struct PemError {
    /// Which of those that were given, counted from 1.
    pub position: usize,
    /// What is wrong with it.
    pub problem: PemProblem,
}

/// What is wrong with a signing key that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PemProblem {
    /// There is none in the file.
    #[error("is not there: the file holds no private key in PEM")]
    Missing,
    /// It has a passphrase.
    #[error("is encrypted")]
    Encrypted,
    /// There is more than one in the file.
    #[error("is not the only one in its file")]
    Several,
    /// The block can't be read.
    #[error("is damaged: its PEM block can't be read as base64 in lines of 64 characters")]
    Damaged,
    /// Another kind of key or another curve, or its numbers don't fit together.
    #[error("is of another kind or curve, or its numbers don't fit together")]
    Unusable,
    /// The same key was given before.
    #[error("is the same as the signing key {first}")]
    Repeated {
        /// Where, counted from 1.
        first: usize,
    },
}

/// The key pair in a file.
pub(crate) fn read(text: &str) -> Result<EcdsaKeyPair, PemProblem> {
    let block = only_private_key(text)?;
    let (_, der) = pem_rfc7468::decode_vec(block.as_bytes()).map_err(|_| PemProblem::Damaged)?;
    EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, &der)
        .map_err(|_| PemProblem::Unusable)
}

/// From the beginning of the block of the private key to the next one or to the end. There may be
/// other blocks: `openssl ecparam -genkey` writes the curve's name in front.
fn only_private_key(text: &str) -> Result<&str, PemProblem> {
    let mut blocks = text
        .match_indices(BEGIN)
        .map(|(start, _)| &text[start..])
        .filter_map(|block| {
            let (label, _) = block[BEGIN.len()..].split_once("-----")?;
            label.ends_with(PRIVATE_KEY).then_some((label, block))
        });
    let (label, block) = blocks.next().ok_or(PemProblem::Missing)?;
    if blocks.next().is_some() {
        return Err(PemProblem::Several);
    }
    let block = block.find("-----END ").and_then(|end| {
        let after = block[end..]
            .find('\n')
            .map_or(block.len(), |line| end + line + 1);
        block.get(..after)
    });
    let block = block.ok_or(PemProblem::Damaged)?;
    // PKCS #8 says so in the label; OpenSSL's old form in a header (RFC 1421).
    if label == "ENCRYPTED PRIVATE KEY" || block.contains("Proc-Type:") {
        return Err(PemProblem::Encrypted);
    }
    let supported = matches!(label, "PRIVATE KEY" | "EC PRIVATE KEY");
    supported.then_some(block).ok_or(PemProblem::Unusable)
}
