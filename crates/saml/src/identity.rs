//! What a verified response tells: the crate's one result.

use time::OffsetDateTime;

use crate::provider::RequestId;

/// Who signed in. Every value was read from the element that the verified signature covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedIdentity {
    /// The entity id of the identity provider that vouches for the person.
    pub idp_entity_id: String,
    /// The person's name at that provider; compare exactly, case included.
    pub name_id: String,
    /// What kind of name that is.
    pub name_id_format: NameIdFormat,
    /// The provider's name for this session, for single logout.
    pub session_index: Option<String>,
    /// The assertion's id: the same provider's same id must not be accepted again …
    pub assertion_id: String,
    /// … before this instant. From then on the assertion is refused for its age.
    pub assertion_expires_at: OffsetDateTime,
    /// The request that was answered; `None` if sign-in started at the provider.
    pub in_response_to: Option<RequestId>,
    /// The e-mail address; `None` if absent or empty, as for the names and the role.
    pub email: Option<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// The role. `None` also if the attribute has no value or an empty one: not assigned.
    pub role: Option<String>,
}

/// The kinds of names (SAML core 8.3).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameIdFormat {
    /// Whatever provider and service agreed upon; Okta's default.
    Unspecified,
    /// An e-mail address.
    EmailAddress,
    /// A lasting pseudonym.
    Persistent,
    /// A name for this session only.
    Transient,
    /// Any other.
    Other(String),
}

impl NameIdFormat {
    /// The format of that identifier; absent means unspecified.
    #[must_use]
    pub fn from_uri(uri: Option<&str>) -> Self {
        match uri {
            None | Some("urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified") => {
                Self::Unspecified
            }
            Some("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress") => Self::EmailAddress,
            Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent") => Self::Persistent,
            Some("urn:oasis:names:tc:SAML:2.0:nameid-format:transient") => Self::Transient,
            Some(other) => Self::Other(other.to_owned()),
        }
    }

    /// The identifier of the format.
    #[must_use]
    pub fn uri(&self) -> &str {
        match self {
            Self::Unspecified => "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
            Self::EmailAddress => "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
            Self::Persistent => "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
            Self::Transient => "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
            Self::Other(uri) => uri,
        }
    }
}
