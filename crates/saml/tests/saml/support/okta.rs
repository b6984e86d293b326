//! Responses in the shape of Okta's.

use std::sync::OnceLock;

use super::signer::Signing;
use super::{ACS, IDP_ENTITY, REQUEST, SP_ENTITY};

pub const RESPONSE_ID: &str = "id1011121314151617";
pub const ASSERTION_ID: &str = "id2021222324252627";
pub const PERSON: &str = "ada@example.com";
pub const VICTIM: &str = "admin@example.com";
pub const NAME_ID_FORMAT: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

/// The response to [`REQUEST`], not yet signed.
pub fn unsigned() -> String {
    let assertion = format!(
        r#"<saml2:Assertion ID="{ASSERTION_ID}" IssueInstant="2030-06-15T12:00:00.123Z" Version="2.0" xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xs="http://www.w3.org/2001/XMLSchema"><saml2:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">{IDP_ENTITY}</saml2:Issuer><saml2:Subject><saml2:NameID Format="{NAME_ID_FORMAT}">{PERSON}</saml2:NameID><saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml2:SubjectConfirmationData InResponseTo="{REQUEST}" NotOnOrAfter="2030-06-15T12:05:00.123Z" Recipient="{ACS}"/></saml2:SubjectConfirmation></saml2:Subject><saml2:Conditions NotBefore="2030-06-15T11:55:00.123Z" NotOnOrAfter="2030-06-15T12:05:00.123Z"><saml2:AudienceRestriction><saml2:Audience>{SP_ENTITY}</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions><saml2:AuthnStatement AuthnInstant="2030-06-15T11:30:00.000Z" SessionIndex="{REQUEST}"><saml2:AuthnContext><saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement><saml2:AttributeStatement>{}{}{}{}</saml2:AttributeStatement></saml2:Assertion>"#,
        attribute("PantherEmail", &value(PERSON)),
        attribute("PantherFirstName", &value("Ada")),
        attribute("PantherLastName", &value("Lovelace")),
        attribute("PantherRole", &value("Analyst")),
    );
    around(&assertion)
}

/// A response around an assertion.
pub fn around(assertion: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><saml2p:Response Destination="{ACS}" ID="{RESPONSE_ID}" InResponseTo="{REQUEST}" IssueInstant="2030-06-15T12:00:00.123Z" Version="2.0" xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:xs="http://www.w3.org/2001/XMLSchema"><saml2:Issuer xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">{IDP_ENTITY}</saml2:Issuer><saml2p:Status xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol"><saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></saml2p:Status>{assertion}</saml2p:Response>"#
    )
}

pub fn attribute(name: &str, values: &str) -> String {
    format!(
        r#"<saml2:Attribute Name="{name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified">{values}</saml2:Attribute>"#
    )
}

pub fn value(text: &str) -> String {
    format!(
        r#"<saml2:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">{text}</saml2:AttributeValue>"#
    )
}

/// Signs the assertion and then the response, as Okta does.
pub fn sign_both(xml: &str) -> String {
    Signing::of(RESPONSE_ID).sign(&sign_assertion(xml))
}

/// Signs the assertion alone.
pub fn sign_assertion(xml: &str) -> String {
    Signing::of(ASSERTION_ID).sign(xml)
}

/// Signs the response alone.
pub fn sign_response(xml: &str) -> String {
    Signing::of(RESPONSE_ID).sign(xml)
}

/// An honest response: both signatures.
pub fn signed() -> String {
    static XML: OnceLock<String> = OnceLock::new();
    XML.get_or_init(|| sign_both(&unsigned())).clone()
}

/// The unsigned response, changed, and then signed by the provider itself.
pub fn signed_with(from: &str, to: &str) -> String {
    sign_both(&replaced(&unsigned(), from, to))
}

/// Replaces a text that must occur.
pub fn replaced(xml: &str, from: &str, to: &str) -> String {
    assert!(xml.contains(from), "the document has no {from}");
    xml.replace(from, to)
}

/// The text of the first element of that name, with its tags; elements of that name must not nest.
pub fn element<'a>(xml: &'a str, name: &str) -> &'a str {
    let start = xml
        .find(&format!("<{name} "))
        .or_else(|| xml.find(&format!("<{name}>")))
        .unwrap();
    let close = format!("</{name}>");
    let end = start + xml[start..].find(&close).unwrap() + close.len();
    &xml[start..end]
}
