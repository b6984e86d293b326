//! PEM (RFC 7468), read leniently: administrators paste what they have, with or without the armour.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The label (`CERTIFICATE`, `PRIVATE KEY` …) and the DER bytes of the first block, or `None`.
pub(crate) fn decode(text: &str) -> Option<(&str, Vec<u8>)> {
    let (_, block) = text.split_once("-----BEGIN ")?;
    let (label, body) = block.split_once("-----")?;
    let (body, _) = body.split_once("-----END ")?;
    Some((label, base64(body)?))
}

/// Base64 with white space anywhere, as XML and PEM write it.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let packed: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    STANDARD.decode(packed).ok()
}
