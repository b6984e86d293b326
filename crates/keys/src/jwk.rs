//! The public half of a signing key as a JSON Web Key (RFC 7517, and RFC 7518 section 6.2), and its
//! thumbprint.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A public key on P-256.
pub(crate) struct PublicKey {
    x: String,
    y: String,
}

impl PublicKey {
    pub(crate) fn of(pair: &EcdsaKeyPair) -> Self {
        // An uncompressed point (SEC 1 section 2.3.3): the byte 4, then x and y, 32 bytes each.
        let point = pair.public_key().as_ref();
        let (x, y) = point.get(1..).unwrap_or_default().split_at(point.len() / 2);
        Self {
            x: URL_SAFE_NO_PAD.encode(x),
            y: URL_SAFE_NO_PAD.encode(y),
        }
    }

    /// The SHA-256 thumbprint (RFC 7638), in base64url.
    pub(crate) fn thumbprint(&self) -> String {
        // The required members alone, in this very form (section 3).
        let Self { x, y } = self;
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        URL_SAFE_NO_PAD.encode(digest(&SHA256, members.as_bytes()))
    }

    /// The key with what it is for: one line of JSON, the members in alphabetical order.
    pub(crate) fn to_json(&self) -> String {
        let Self { x, y } = self;
        let id = self.thumbprint();
        format!(
            r#"{{"alg":"ES256","crv":"P-256","kid":"{id}","kty":"EC","use":"sig","x":"{x}","y":"{y}"}}"#
        )
    }
}
