//! The HTTP-Redirect binding (SAML bindings 3.4): a message deflated into a query, signed as text.

use std::fmt;
use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use thiserror::Error;
use url::Url;

use crate::keys::SigningKey;

/// The longest RelayState (SAML bindings 3.4.3), in bytes.
const MAX_RELAY_STATE: usize = 80;

/// Why a message can't be sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RedirectError {
    /// RelayState is longer than the binding allows.
    #[error(
        "the RelayState has {bytes} bytes; SAML allows 80: keep the address here and send a short key for it"
    )]
    RelayStateTooLong {
        /// Its length.
        bytes: usize,
    },
    /// The provider, or the message, demands a signature.
    #[error("the identity provider wants this request signed, and no signing key is configured")]
    SigningKeyRequired,
    /// The key or the random source failed.
    #[error("the request could not be signed")]
    SigningFailed,
    /// The address in the settings is no URL that a browser can be sent to.
    #[error(
        "the identity provider's address in the settings is not a URL without fragment; import its metadata again"
    )]
    Endpoint,
}

/// An absolute URL to send the browser to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUrl(String);

impl RedirectUrl {
    /// The URL as text, fit for a `Location` header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RedirectUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Encodes a request toward an endpoint, signed if there is a key. An empty RelayState is not sent.
pub(crate) fn request(
    endpoint: &str,
    message: &str,
    relay_state: &str,
    key: Option<&SigningKey>,
) -> Result<RedirectUrl, RedirectError> {
    if relay_state.len() > MAX_RELAY_STATE {
        return Err(RedirectError::RelayStateTooLong {
            bytes: relay_state.len(),
        });
    }
    let endpoint = Url::parse(endpoint)
        .ok()
        .filter(|url| url.fragment().is_none())
        .ok_or(RedirectError::Endpoint)?;
    let mut query = format!(
        "SAMLRequest={}",
        escaped(&STANDARD.encode(deflated(message)))
    );
    if !relay_state.is_empty() {
        query.push_str("&RelayState=");
        query.push_str(&escaped(relay_state));
    }
    if let Some(key) = key {
        // Exactly this text is signed (3.4.4.1), so it is not built twice.
        query.push_str("&SigAlg=");
        query.push_str(&escaped(key.algorithm()));
        let signature = key
            .sign(query.as_bytes())
            .ok_or(RedirectError::SigningFailed)?;
        query.push_str("&Signature=");
        query.push_str(&escaped(&STANDARD.encode(signature)));
    }
    let separator = if endpoint.query().is_some() { '&' } else { '?' };
    Ok(RedirectUrl(format!("{endpoint}{separator}{query}")))
}

fn deflated(message: &str) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    // Writing to a vector can't fail.
    let _ = encoder.write_all(message.as_bytes());
    encoder.finish().unwrap_or_default()
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
