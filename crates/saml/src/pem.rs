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

/// Writes DER as PEM, in lines of 64 characters (RFC 7468 section 2).
pub(crate) fn encode(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem.push_str(&format!("-----END {label}-----\n"));
    pem
}
