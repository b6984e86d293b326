//! The SAML protocol (SAML 2.0 core, bindings, profiles), as an adapter speaks it: what goes in is
//! trusted or raw, what comes out is verified.

use roster_domain::saml_settings::{AttributeNames, CertificateInfo, IdpTrust};
use time::OffsetDateTime;

/// One tenant as a service provider.
#[derive(Clone)]
pub struct ServiceProvider {
    /// Our entity id: what the IdP calls Audience.
    pub entity_id: String,
    /// Where the IdP posts responses.
    pub acs_url: String,
    /// Where the IdP sends browsers back after a logout.
    pub slo_url: String,
    /// Signs our requests.
    pub signing: Option<KeyPair>,
    /// Opens encrypted assertions.
    pub decryption: Option<KeyPair>,
}

/// A private key with its certificate, both in PEM. Not to be printed.
#[derive(Clone)]
pub struct KeyPair {
    /// The private key.
    pub private_key: String,
    /// The certificate.
    pub certificate: String,
}

/// What a key pair is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// Signing our requests.
    Signing,
    /// Opening encrypted assertions.
    Decryption,
}

/// What this moment and this browser allow.
#[derive(Debug, Clone, Copy)]
pub struct Expectations<'a> {
    /// The present time.
    pub now: OffsetDateTime,
    /// The id of the request that this browser sent and has had no answer to.
    pub outstanding: Option<&'a str>,
    /// Whether a response that answers no request is accepted.
    pub idp_initiated: bool,
}

/// Who signed in. Every value was covered by the verified signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedIdentity {
    /// The provider that vouches for the person.
    pub idp_entity_id: String,
    /// The provider's name for the person.
    pub name_id: String,
    /// What kind of name that is.
    pub name_id_kind: NameIdKind,
    /// The identifier of its format.
    pub name_id_format: String,
    /// The provider's name for this session.
    pub session_index: Option<String>,
    /// The assertion's id: not to be accepted again …
    pub assertion_id: String,
    /// … before this instant, from which on it is refused for its age.
    pub assertion_expires_at: OffsetDateTime,
    /// The id of the request that was answered.
    pub in_response_to: Option<String>,
    /// The e-mail address; `None` if absent or empty, as for the names and the role.
    pub email: Option<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// The role; `None`: not assigned.
    pub role: Option<String>,
}

/// What a NameID is good for (SAML core 8.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameIdKind {
    /// A name that people know: a userName.
    Name,
    /// A lasting pseudonym.
    Persistent,
    /// A name for one session only.
    Transient,
}

/// A response that was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct ResponseRefused {
    /// Why, for the administrator; may quote the document in short.
    pub reason: String,
    /// Whether the person may be told to start again. It is only ever set for a response whose
    /// signature was good, so a forger learns nothing from it.
    pub start_again: bool,
}

/// A message that could not be made, or settings that can't be used; continues a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SamlFault(pub String);

/// Whose session ends, in the words of the assertion that began it.
#[derive(Debug, Clone, Copy)]
pub struct LogoutSubject<'a> {
    /// The provider's name for the person.
    pub name_id: &'a str,
    /// The identifier of its format.
    pub name_id_format: &'a str,
    /// The provider's name for the session.
    pub session_index: Option<&'a str>,
}

/// The SAML 2.0 service provider.
pub trait SamlProtocol: Send + Sync {
    /// The id of a message, made of 128 bits of chance.
    fn message_id(&self, chance: u128) -> String;

    /// The address that sends a browser to the identity provider with an `AuthnRequest`
    /// (HTTP-Redirect binding), signed if there is a key.
    ///
    /// # Errors
    /// [`SamlFault`].
    fn authn_request(
        &self,
        sp: &ServiceProvider,
        idp: &IdpTrust,
        id: &str,
        relay_state: &str,
        now: OffsetDateTime,
    ) -> Result<String, SamlFault>;

    /// Verifies the form field `SAMLResponse`. Remembering the assertion, and forgetting the
    /// request, is the caller's work.
    ///
    /// # Errors
    /// [`ResponseRefused`], for the first reason found.
    fn verify(
        &self,
        sp: &ServiceProvider,
        idp: &IdpTrust,
        attributes: &AttributeNames,
        expectations: &Expectations<'_>,
        posted: &str,
    ) -> Result<VerifiedIdentity, ResponseRefused>;

    /// The address that sends a browser to the identity provider with a `LogoutRequest`; `None` if
    /// the provider offers no single logout, or there is no key to sign it with.
    ///
    /// # Errors
    /// [`SamlFault`].
    fn logout_request(
        &self,
        sp: &ServiceProvider,
        idp: &IdpTrust,
        subject: LogoutSubject<'_>,
        id: &str,
        now: OffsetDateTime,
    ) -> Result<Option<String>, SamlFault>;

    /// Our own metadata.
    ///
    /// # Errors
    /// [`SamlFault`].
    fn sp_metadata(&self, sp: &ServiceProvider) -> Result<String, SamlFault>;

    /// Reads an identity provider's metadata.
    ///
    /// # Errors
    /// [`SamlFault`], for whoever imports it.
    fn read_metadata(&self, document: &[u8], now: OffsetDateTime) -> Result<IdpTrust, SamlFault>;

    /// Checks that a key pair belongs together and fits its use.
    ///
    /// # Errors
    /// [`SamlFault`], for whoever configures it.
    fn check_key(&self, pair: &KeyPair, usage: KeyUse) -> Result<CertificateInfo, SamlFault>;
}
