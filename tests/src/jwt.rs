//! Session tokens, as the application that uses Roster reads them: by the published keys alone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

use crate::client::Client;
use crate::server::Server;
use crate::tenant::Tenant;

/// The published keys (`/.well-known/jwks.json`).
///
/// # Panics
/// When they aren't published.
pub async fn key_set(server: &Server) -> Value {
    let answer = Client::new(server.url())
        .get("/.well-known/jwks.json")
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// The claims, if the token holds now: made with ES256 by one of the keys, not expired (to the
/// second), by this server for this tenant.
///
/// # Errors
/// Why an application must not accept it.
pub fn verify(token: &str, keys: &Value, tenant: &Tenant) -> Result<Value, String> {
    let keys: JwkSet = serde_json::from_value(keys.clone()).map_err(|error| error.to_string())?;
    let header = decode_header(token).map_err(|error| error.to_string())?;
    let id = header.kid.ok_or("the token names no key")?;
    let key = keys
        .find(&id)
        .ok_or(format!("the key {id} is not published"))?;
    let key = DecodingKey::from_jwk(key).map_err(|error| error.to_string())?;
    let mut rules = Validation::new(Algorithm::ES256);
    rules.leeway = 0;
    rules.set_issuer(&[tenant.server.public_url()]);
    rules.set_audience(&[tenant.public_url()]);
    rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let decoded = decode::<Value>(token, &key, &rules);
    decoded
        .map(|token| token.claims)
        .map_err(|error| error.to_string())
}

/// The claims as they stand there, whether the token holds or not.
///
/// # Panics
/// When it is no token.
#[must_use]
pub fn claims(token: &str) -> Value {
    part(token, 1)
}

/// The header as it stands there.
///
/// # Panics
/// When it is no token.
#[must_use]
pub fn header(token: &str) -> Value {
    part(token, 0)
}

fn part(token: &str, which: usize) -> Value {
    let part = token
        .split('.')
        .nth(which)
        .expect("a token has three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
