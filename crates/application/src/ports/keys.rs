//! Keys: one that seals every secret that has to be read again, and those that sign the tokens of
//! sessions.

use roster_domain::secret::Sealed;
use serde_json::Value;

/// Seals secrets under the installation's secret key.
pub trait Vault: Send + Sync {
    /// Encrypts and authenticates `plaintext`. It can only be opened again for the same `purpose`.
    fn seal(&self, purpose: &str, plaintext: &[u8]) -> Sealed;

    /// Opens what was sealed for `purpose`. `None`: it was not, or under another secret key, or was
    /// changed since.
    fn open(&self, purpose: &str, sealed: &Sealed) -> Option<Vec<u8>>;
}

/// A key that can sign, in the form in which it is kept before it is sealed.
#[derive(Clone)]
pub struct TokenKey {
    /// Its id (`kid`): the thumbprint of its public half (RFC 7638).
    pub id: String,
    /// Its public half, as a JSON Web Key (RFC 7517) with `kid`, `use` and `alg`.
    pub public_jwk: String,
    /// Its private half.
    pub private_key: Vec<u8>,
}

/// A key could not be used.
#[derive(Debug, thiserror::Error)]
#[error("the signing key {id} can't be used: {problem}")]
pub struct KeyError {
    /// The key's id.
    pub id: String,
    /// What is wrong.
    pub problem: String,
}

/// Signs the tokens of sessions (JWT, RFC 7519) with ES256.
pub trait TokenSigner: Send + Sync {
    /// The keys that the operator has given in files, the one that signs first. Empty: keys are
    /// generated, and stored sealed.
    fn given(&self) -> &[TokenKey];

    /// Makes a new key.
    fn generate(&self) -> TokenKey;

    /// A token with those claims.
    ///
    /// # Errors
    /// [`KeyError`] when the private half is not one.
    fn sign(&self, id: &str, private_key: &[u8], claims: &Value) -> Result<String, KeyError>;
}
