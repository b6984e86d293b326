//! Who a person is at an identity provider: what a sign-in is recognised by.

use sha2::{Digest, Sha256};

/// The pair of the provider's entity id and its name for the person (SAML core 2.2.3): compared
/// exactly, letter case included. Both come out of a verified assertion.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdpIdentity {
    idp_entity_id: String,
    name_id: String,
}

/// The SHA-256 of an identity, by which it is found and kept unique: the texts themselves may be
/// longer than an index can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdentityKey([u8; 32]);

impl IdpIdentity {
    /// The identity of those two names.
    #[must_use]
    pub fn new(idp_entity_id: impl Into<String>, name_id: impl Into<String>) -> Self {
        Self {
            idp_entity_id: idp_entity_id.into(),
            name_id: name_id.into(),
        }
    }

    /// The provider.
    #[must_use]
    pub fn idp_entity_id(&self) -> &str {
        &self.idp_entity_id
    }

    /// The person, as the provider calls them.
    #[must_use]
    pub fn name_id(&self) -> &str {
        &self.name_id
    }

    /// What it is found by.
    #[must_use]
    pub fn key(&self) -> IdentityKey {
        let mut hash = Sha256::new();
        // The length in front keeps ("a", "bc") and ("ab", "c") apart.
        hash.update(self.idp_entity_id.len().to_be_bytes());
        hash.update(self.idp_entity_id.as_bytes());
        hash.update(self.name_id.as_bytes());
        IdentityKey(hash.finalize().into())
    }
}

impl IdentityKey {
    /// The bytes to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_knows_both_names_and_their_letter_case() {
        let key = |idp: &str, name: &str| IdpIdentity::new(idp, name).key();
        assert_eq!(key("a", "bc"), key("a", "bc"));
        assert_ne!(key("a", "bc"), key("ab", "c"));
        assert_ne!(key("idp", "Ada"), key("idp", "ada"));
    }
}
