//! Single logout toward the identity provider (SAML profiles 4.4). Our own session ends before the
//! browser is sent there, so its `LogoutResponse` has nothing left to decide and is not read.

use time::{Duration, OffsetDateTime};
use uppsala::XmlWriter;

use crate::identity::NameIdFormat;
use crate::instant;
use crate::provider::{RequestId, ServiceProvider, TrustedIdp};
use crate::redirect::{self, RedirectError, RedirectUrl};
use crate::xml::ns;

/// How long the provider may act on a logout request.
const LIFETIME: Duration = Duration::minutes(5);

/// Whose session ends, in the words of the assertion that began it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The person's name at the provider.
    pub name_id: &'a str,
    /// What kind of name that is.
    pub name_id_format: &'a NameIdFormat,
    /// The provider's name for the session.
    pub session_index: Option<&'a str>,
}

/// The URL that sends a browser to the identity provider with a `LogoutRequest`, or `None` if its
/// metadata offers no single logout.
///
/// # Errors
/// No signing key (a logout request must be signed, profiles 4.4.4.1), RelayState too long, or
/// settings that hold no URL.
pub fn logout_request(
    sp: &ServiceProvider,
    idp: &TrustedIdp,
    subject: Subject<'_>,
    id: &RequestId,
    now: OffsetDateTime,
    relay_state: &str,
) -> Result<Option<RedirectUrl>, RedirectError> {
    let Some(slo_url) = &idp.slo_url else {
        return Ok(None);
    };
    let key = sp
        .signing_key
        .as_ref()
        .ok_or(RedirectError::SigningKeyRequired)?;
    let mut xml = XmlWriter::new();
    xml.start_element(
        "samlp:LogoutRequest",
        &[
            ("xmlns:samlp", ns::PROTOCOL),
            ("xmlns:saml", ns::ASSERTION),
            ("ID", id.as_str()),
            ("Version", "2.0"),
            ("IssueInstant", &instant::written(now)),
            ("Destination", slo_url),
            (
                "NotOnOrAfter",
                &instant::written(now.saturating_add(LIFETIME)),
            ),
        ],
    );
    let mut leaf = |name: &str, attributes: &[(&str, &str)], text: &str| {
        xml.start_element(name, attributes);
        xml.text(text);
        xml.end_element(name);
    };
    leaf("saml:Issuer", &[], &sp.entity_id);
    leaf(
        "saml:NameID",
        &[("Format", subject.name_id_format.uri())],
        subject.name_id,
    );
    if let Some(session_index) = subject.session_index {
        leaf("samlp:SessionIndex", &[], session_index);
    }
    xml.end_element("samlp:LogoutRequest");
    redirect::request(slo_url, xml.as_str(), relay_state, Some(key)).map(Some)
}
