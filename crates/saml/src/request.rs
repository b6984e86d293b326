//! The request that starts a sign-in (SAML core 3.4, profiles 4.1.4.1).

use time::OffsetDateTime;
use uppsala::XmlWriter;

use crate::instant;
use crate::provider::{RequestId, ServiceProvider, TrustedIdp};
use crate::redirect::{self, RedirectError, RedirectUrl};
use crate::xml::ns;

/// The URL that sends a browser to the identity provider with an `AuthnRequest`. It names no
/// `NameIDPolicy`: Okta would demand that it match its own setting. `relay_state` comes back with the
/// response, unprotected; it has at most 80 bytes.
///
/// # Errors
/// RelayState too long, a signature wanted without a key, or settings that hold no URL.
pub fn authn_request(
    sp: &ServiceProvider,
    idp: &TrustedIdp,
    id: &RequestId,
    now: OffsetDateTime,
    relay_state: &str,
) -> Result<RedirectUrl, RedirectError> {
    if idp.want_signed_requests && sp.signing_key.is_none() {
        return Err(RedirectError::SigningKeyRequired);
    }
    let mut xml = XmlWriter::new();
    xml.start_element(
        "samlp:AuthnRequest",
        &[
            ("xmlns:samlp", ns::PROTOCOL),
            ("xmlns:saml", ns::ASSERTION),
            ("ID", id.as_str()),
            ("Version", "2.0"),
            ("IssueInstant", &instant::written(now)),
            ("Destination", &idp.sso_url),
            ("ProtocolBinding", ns::HTTP_POST),
            ("AssertionConsumerServiceURL", &sp.acs_url),
        ],
    );
    xml.start_element("saml:Issuer", &[]);
    xml.text(&sp.entity_id);
    xml.end_element("saml:Issuer");
    xml.end_element("samlp:AuthnRequest");
    redirect::request(
        &idp.sso_url,
        xml.as_str(),
        relay_state,
        sp.signing_key.as_ref(),
    )
}
