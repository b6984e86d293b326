//! Our own metadata (SAML metadata 2.4.4).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uppsala::XmlWriter;

use crate::certificate::Certificate;
use crate::provider::ServiceProvider;
use crate::xml::ns;

/// The service provider's metadata as an XML document. It needs no identity provider: Okta is set up
/// from it before SAML is on.
#[must_use]
pub fn sp_metadata(sp: &ServiceProvider) -> String {
    let mut xml = XmlWriter::new();
    xml.write_declaration();
    xml.start_element(
        "md:EntityDescriptor",
        &[
            ("xmlns:md", ns::METADATA),
            ("xmlns:ds", ns::DSIG),
            ("entityID", &sp.entity_id),
        ],
    );
    xml.start_element(
        "md:SPSSODescriptor",
        &[
            (
                "AuthnRequestsSigned",
                if sp.signing_key.is_some() {
                    "true"
                } else {
                    "false"
                },
            ),
            ("WantAssertionsSigned", "true"),
            ("protocolSupportEnumeration", ns::PROTOCOL),
        ],
    );
    if let Some(key) = &sp.signing_key {
        key_descriptor(&mut xml, "signing", key.certificate(), &[]);
    }
    if let Some(certificate) = &sp.encryption_certificate {
        let methods = [
            "http://www.w3.org/2009/xmlenc11#aes256-gcm",
            "http://www.w3.org/2009/xmlenc11#aes128-gcm",
            "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
        ];
        key_descriptor(&mut xml, "encryption", certificate, &methods);
    }
    if let Some(slo_url) = &sp.slo_url {
        xml.empty_element(
            "md:SingleLogoutService",
            &[("Binding", ns::HTTP_REDIRECT), ("Location", slo_url)],
        );
    }
    xml.empty_element(
        "md:AssertionConsumerService",
        &[
            ("Binding", ns::HTTP_POST),
            ("Location", &sp.acs_url),
            ("index", "0"),
            ("isDefault", "true"),
        ],
    );
    xml.end_element("md:SPSSODescriptor");
    xml.end_element("md:EntityDescriptor");
    xml.into_string()
}

fn key_descriptor(xml: &mut XmlWriter, usage: &str, certificate: &Certificate, methods: &[&str]) {
    let nested = ["ds:KeyInfo", "ds:X509Data", "ds:X509Certificate"];
    xml.start_element("md:KeyDescriptor", &[("use", usage)]);
    for name in nested {
        xml.start_element(name, &[]);
    }
    xml.text(&STANDARD.encode(certificate.der()));
    for name in nested.iter().rev() {
        xml.end_element(name);
    }
    for method in methods {
        xml.empty_element("md:EncryptionMethod", &[("Algorithm", method)]);
    }
    xml.end_element("md:KeyDescriptor");
}
