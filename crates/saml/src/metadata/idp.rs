//! Reading an identity provider's metadata (SAML metadata 2.3 to 2.4.3). What it says becomes the
//! tenant's trust anchor; whoever brings the bytes must trust their source: an administrator's upload,
//! or the provider's own address over https. A signature in it is not evaluated.

use thiserror::Error;
use time::OffsetDateTime;
use url::{Host, Url};

use crate::certificate::{Certificate, CertificateError};
use crate::document::{self, DocumentFault, METADATA};
use crate::excerpt::Excerpt;
use crate::instant;
use crate::provider::TrustedIdp;
use crate::xml::{ContentFault, Node, ns};

/// More signing certificates than any rollover needs; each costs a verification.
const MAX_CERTIFICATES: usize = 8;

/// What an identity provider's metadata says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdpMetadata {
    /// The provider as the tenant will trust it.
    pub idp: TrustedIdp,
    /// Until when the provider stands by this document; fetch it again before.
    pub valid_until: Option<OffsetDateTime>,
}

/// Why metadata can't be imported; written for the administrator who uploads it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// The document can't be read safely.
    #[error(transparent)]
    Document(#[from] DocumentFault),
    /// An element is missing, repeated or malformed.
    #[error(transparent)]
    Content(#[from] ContentFault),
    /// Something else than metadata.
    #[error(
        "the document is a {found}, not SAML metadata; download the metadata of the identity provider and upload that file"
    )]
    NotMetadata {
        /// The document element.
        found: Excerpt,
    },
    /// Not exactly one identity provider.
    #[error("the metadata describes {count} SAML 2.0 identity providers; exactly one is needed")]
    IdentityProviders {
        /// How many there are.
        count: usize,
    },
    /// Its validity is over.
    #[error(
        "the metadata was valid until {valid_until}; download it anew from the identity provider"
    )]
    Expired {
        /// When its validity ended.
        valid_until: OffsetDateTime,
    },
    /// The entity id is too long.
    #[error("the entityID is longer than 1024 characters")]
    EntityId,
    /// No address for sign-in by HTTP-Redirect.
    #[error("the metadata has no SingleSignOnService with the HTTP-Redirect binding")]
    NoSignInAddress,
    /// An address that browsers must not be sent to.
    #[error(
        "the address {found} can't be used: it must be an https URL without user name and fragment"
    )]
    Address {
        /// The address.
        found: Excerpt,
    },
    /// No certificate for signing.
    #[error("the metadata has no signing certificate; without one no response could be trusted")]
    NoSigningCertificate,
    /// Too many certificates for signing.
    #[error("the metadata has more than 8 signing certificates; remove those no longer used")]
    TooManyCertificates,
    /// A signing certificate that can't be used.
    #[error("a signing certificate can't be used: {0}")]
    Certificate(#[from] CertificateError),
}

/// Reads the metadata of one identity provider: an `EntityDescriptor`, or an `EntitiesDescriptor` that
/// holds exactly one provider. At most 1 MiB. Expired signing certificates are taken over: see
/// [`TrustedIdp::certificate_warnings`].
///
/// # Errors
/// The first reason found why the document can't become a trust anchor.
pub fn parse_idp_metadata(xml: &[u8], now: OffsetDateTime) -> Result<IdpMetadata, MetadataError> {
    let source = document::text(xml, &METADATA)?;
    let document = document::parse(source, &METADATA)?;
    let root = Node::root(&document).ok_or_else(|| DocumentFault::NotXml {
        reason: Excerpt::of("no document element"),
    })?;
    if !root.is(ns::METADATA, "EntityDescriptor") && !root.is(ns::METADATA, "EntitiesDescriptor") {
        return Err(MetadataError::NotMetadata {
            found: root.shown(),
        });
    }
    let roles: Vec<_> = root
        .subtree()
        .filter(|node| node.is(ns::METADATA, "EntityDescriptor"))
        .flat_map(|entity| {
            entity
                .named(ns::METADATA, "IDPSSODescriptor")
                .map(move |role| (entity, role))
        })
        .filter(|(_, role)| {
            let protocols = role
                .attribute("protocolSupportEnumeration")
                .unwrap_or_default();
            protocols
                .split_ascii_whitespace()
                .any(|protocol| protocol == ns::PROTOCOL)
        })
        .collect();
    let [(entity, role)] = roles.as_slice() else {
        return Err(MetadataError::IdentityProviders { count: roles.len() });
    };
    let entity_id = entity.required_attribute("entityID")?;
    if entity_id.chars().count() > 1024 {
        return Err(MetadataError::EntityId);
    }
    Ok(IdpMetadata {
        valid_until: valid_until(*role, now)?,
        idp: TrustedIdp {
            entity_id: entity_id.to_owned(),
            sso_url: endpoint(*role, "SingleSignOnService")?
                .ok_or(MetadataError::NoSignInAddress)?,
            slo_url: endpoint(*role, "SingleLogoutService")?,
            signing_certificates: signing_certificates(*role)?,
            want_signed_requests: matches!(
                role.attribute("WantAuthnRequestsSigned"),
                Some("true" | "1")
            ),
        },
    })
}

/// The earliest `validUntil` of the role and everything around it, unless that is past.
fn valid_until(
    role: Node<'_>,
    now: OffsetDateTime,
) -> Result<Option<OffsetDateTime>, MetadataError> {
    let mut earliest: Option<OffsetDateTime> = None;
    for node in std::iter::successors(Some(role), |node| node.parent()) {
        if let Some(until) = instant::read(node, "validUntil")? {
            earliest = Some(earliest.map_or(until, |earliest| earliest.min(until)));
        }
    }
    match earliest {
        Some(valid_until) if valid_until <= now => Err(MetadataError::Expired { valid_until }),
        earliest => Ok(earliest),
    }
}

/// The address of a service by HTTP-Redirect, if it is offered.
fn endpoint(role: Node<'_>, service: &str) -> Result<Option<String>, MetadataError> {
    let offered = role
        .named(ns::METADATA, service)
        .find(|one| one.attribute("Binding") == Some(ns::HTTP_REDIRECT));
    let Some(offered) = offered else {
        return Ok(None);
    };
    let location = offered.required_attribute("Location")?;
    let url = Url::parse(location).ok().filter(|url| {
        let allowed = url.scheme() == "https" || (url.scheme() == "http" && is_this_machine(url));
        let plain =
            url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        allowed && plain && location.len() <= 2048
    });
    url.map(|url| Some(url.into()))
        .ok_or_else(|| MetadataError::Address {
            found: Excerpt::of(location),
        })
}

/// `http` is for trying things out on one machine only.
fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The certificates for signing, each once, in document order.
fn signing_certificates(role: Node<'_>) -> Result<Vec<Certificate>, MetadataError> {
    let mut certificates: Vec<Certificate> = Vec::new();
    let keys = role
        .named(ns::METADATA, "KeyDescriptor")
        .filter(|key| matches!(key.attribute("use"), None | Some("signing")))
        .flat_map(|key| key.named(ns::DSIG, "KeyInfo"))
        .flat_map(|info| info.named(ns::DSIG, "X509Data"))
        .flat_map(|data| data.named(ns::DSIG, "X509Certificate"));
    for key in keys {
        let certificate = Certificate::from_text(&key.text()?)?;
        if !certificates.contains(&certificate) {
            certificates.push(certificate);
        }
    }
    match certificates.len() {
        0 => Err(MetadataError::NoSigningCertificate),
        1..=MAX_CERTIFICATES => Ok(certificates),
        _ => Err(MetadataError::TooManyCertificates),
    }
}
