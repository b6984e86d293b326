//! The provider's metadata, as Okta publishes it.

use super::OktaIdp;
use super::xml::escaped;

const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";

impl OktaIdp {
    /// The metadata, with [`OktaIdp::sso_url`] and, if there is one, [`OktaIdp::slo_url`].
    #[must_use]
    pub fn metadata_xml(&self) -> String {
        let certificates: String = self
            .published
            .iter()
            .map(|key| {
                format!(
                    r#"<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"#,
                    key.certificate_base64()
                )
            })
            .collect();
        let service = |name: &str, url: &str| {
            [POST, REDIRECT]
                .map(|binding| {
                    format!(
                        r#"<md:{name} Binding="{binding}" Location="{}"/>"#,
                        escaped(url)
                    )
                })
                .concat()
        };
        let logout = self.slo_url.as_deref();
        let logout = logout.map_or_else(String::new, |url| service("SingleLogoutService", url));
        let sign_in = service("SingleSignOnService", &self.sso_url);
        let wants = self.want_signed_requests;
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><md:EntityDescriptor entityID="{}" xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"><md:IDPSSODescriptor WantAuthnRequestsSigned="{wants}" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{certificates}{logout}<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified</md:NameIDFormat><md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat>{sign_in}</md:IDPSSODescriptor></md:EntityDescriptor>"#,
            escaped(&self.entity_id)
        )
    }
}
