//! The door: the order in which a posted response is checked. Nothing the document says is acted upon
//! before its signature holds, and nothing is read afterwards but what the signature covers.

use time::OffsetDateTime;

use crate::assertion::{self, Envelope};
use crate::certificate::Certificate;
use crate::document::{self, DocumentFault, MESSAGE};
use crate::excerpt::Excerpt;
use crate::identity::VerifiedIdentity;
use crate::provider::{AttributeNames, Expectations, ServiceProvider, TrustedIdp};
use crate::refusal::SamlRefusal;
use crate::signature::{VerifiedXml, signatures, verify};
use crate::structure::{self, Carried};
use crate::xml::{Node, ns};
use crate::{decryption, instant, pem};

/// The longest `SAMLResponse` form field that is looked at, in characters.
pub const MAX_POSTED_RESPONSE: usize = 256 * 1024;

/// Verifies the `SAMLResponse` form field that a browser posted to the ACS URL (SAML bindings 3.5,
/// profiles 4.1.4). Whoever calls this must also make sure that the assertion wasn't used before
/// ([`VerifiedIdentity::assertion_id`], until [`VerifiedIdentity::assertion_expires_at`]) and that the
/// outstanding request is forgotten.
///
/// # Errors
/// The first reason found to refuse the response.
pub fn verify_response(
    sp: &ServiceProvider,
    idp: &TrustedIdp,
    names: &AttributeNames,
    expectations: &Expectations<'_>,
    posted_saml_response: &str,
) -> Result<VerifiedIdentity, SamlRefusal> {
    if posted_saml_response.len() > MAX_POSTED_RESPONSE {
        return Err(SamlRefusal::PostTooLarge {
            limit: MAX_POSTED_RESPONSE,
        });
    }
    let bytes = pem::base64(posted_saml_response).ok_or(SamlRefusal::NotBase64)?;
    let source = document::text(&bytes, &MESSAGE)?;
    let document = document::parse(source, &MESSAGE)?;
    let root = root(Node::root(&document))?;
    structure::response(root)?;
    let carried = structure::carried(root)?;
    structure::ids(root)?;

    let vouched = match carried {
        Carried::Plain(assertion) => {
            vouched(root, Some(assertion), source, &idp.signing_certificates)?
        }
        Carried::Encrypted(_) => vouched(root, None, source, &idp.signing_certificates)?,
    };
    let Vouched {
        response,
        assertion,
    } = match carried {
        Carried::Plain(_) => vouched,
        Carried::Encrypted(encrypted) => opened(vouched, encrypted, idp, expectations)?,
    };

    let signed_response = response.as_ref().map(VerifiedXml::parse).transpose()?;
    let envelope = match &signed_response {
        Some(signed) => envelope(self::root(Node::root(signed))?, sp, idp, expectations.now)?,
        // Unsigned around a signed assertion: good for refusing, never for values.
        None => envelope(root, sp, idp, expectations.now)?,
    };
    let signed_assertion = assertion.as_ref().map(VerifiedXml::parse).transpose()?;
    let assertion = match (&signed_assertion, &signed_response) {
        (Some(signed), _) => self::root(Node::root(signed))?,
        (None, Some(signed)) => match structure::carried(self::root(Node::root(signed))?)? {
            Carried::Plain(assertion) => assertion,
            Carried::Encrypted(_) => return Err(SamlRefusal::Unsigned),
        },
        (None, None) => return Err(SamlRefusal::Unsigned),
    };
    assertion::identity(assertion, &envelope, sp, idp, names, expectations)
}

fn root(root: Option<Node<'_>>) -> Result<Node<'_>, SamlRefusal> {
    root.ok_or_else(|| {
        DocumentFault::NotXml {
            reason: Excerpt::of("no document element"),
        }
        .into()
    })
}

/// The elements of one document that a trusted signature is over.
struct Vouched {
    response: Option<VerifiedXml>,
    assertion: Option<VerifiedXml>,
}

fn vouched(
    root: Node<'_>,
    assertion: Option<Node<'_>>,
    source: &str,
    trusted: &[Certificate],
) -> Result<Vouched, SamlRefusal> {
    let signable: Vec<_> = std::iter::once(root).chain(assertion).collect();
    let signatures = signatures(root, &signable)?;
    let verified = verify(root, source, &signatures, trusted)?;
    let mut vouched = Vouched {
        response: None,
        assertion: None,
    };
    for (signature, verified) in signatures.iter().zip(verified) {
        if signature.signed.is(ns::ASSERTION, "Assertion") {
            vouched.assertion = Some(verified);
        } else {
            vouched.response = Some(verified);
        }
    }
    Ok(vouched)
}

/// Decrypts the assertion and puts it through the same checks. Its own signature counts; without one,
/// the signature over the response that holds the ciphertext does.
fn opened(
    outer: Vouched,
    encrypted: Node<'_>,
    idp: &TrustedIdp,
    expectations: &Expectations<'_>,
) -> Result<Vouched, SamlRefusal> {
    let key = expectations
        .decryption_key
        .ok_or(SamlRefusal::EncryptionNotConfigured)?;
    let signed = outer
        .response
        .as_ref()
        .map(VerifiedXml::parse)
        .transpose()?;
    let encrypted = match &signed {
        None => encrypted,
        Some(signed) => match structure::carried(root(Node::root(signed))?)? {
            Carried::Encrypted(encrypted) => encrypted,
            Carried::Plain(_) => return Err(SamlRefusal::DecryptionFailed),
        },
    };
    let plaintext = decryption::open(encrypted, key)?;
    let source = document::text(&plaintext, &MESSAGE)?;
    let document = document::parse(source, &MESSAGE)?;
    let assertion = root(Node::root(&document))?;
    structure::sole_assertion(assertion)?;
    structure::ids(assertion)?;
    let inner = vouched(assertion, None, source, &idp.signing_certificates)?;
    let assertion = match (inner.assertion, &outer.response) {
        (Some(assertion), _) => assertion,
        (None, Some(response)) => response.vouch_for_decrypted(source),
        (None, None) => return Err(SamlRefusal::Unsigned),
    };
    Ok(Vouched {
        response: outer.response,
        assertion: Some(assertion),
    })
}

/// What the response says about itself (SAML profiles 4.1.4.3, bindings 3.5.5.2).
fn envelope(
    response: Node<'_>,
    sp: &ServiceProvider,
    idp: &TrustedIdp,
    now: OffsetDateTime,
) -> Result<Envelope, SamlRefusal> {
    if response.optional(ns::ASSERTION, "Issuer")?.is_some() {
        assertion::issued_by(response, idp)?;
    }
    let destination = response.attribute("Destination").unwrap_or_default();
    if destination != sp.acs_url {
        return Err(SamlRefusal::Destination {
            found: Excerpt::of(destination),
            expected: sp.acs_url.clone(),
        });
    }
    instant::begun(response, instant::required(response, "IssueInstant")?, now)?;
    Ok(Envelope {
        in_response_to: response.attribute("InResponseTo").map(str::to_owned),
    })
}
