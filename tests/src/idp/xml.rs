//! Text of XML documents, written and rewritten as text: an attack is easier to see in the very
//! bytes that are sent. All of it panics when the text isn't what the caller thinks it is.

use time::OffsetDateTime;
use time::macros::format_description;

/// Replaces a text that must occur, wherever it does.
#[must_use]
#[track_caller]
pub fn replaced(xml: &str, from: &str, to: &str) -> String {
    assert!(xml.contains(from), "the document has no {from}");
    xml.replace(from, to)
}

/// Replaces the first occurrence of a text that must occur.
#[must_use]
#[track_caller]
pub fn replaced_once(xml: &str, from: &str, to: &str) -> String {
    assert!(xml.contains(from), "the document has no {from}");
    xml.replacen(from, to, 1)
}

/// The first element of that name (as `saml2:Assertion`), with its tags. Elements of that name must
/// not nest.
#[must_use]
#[track_caller]
pub fn element<'a>(xml: &'a str, name: &str) -> &'a str {
    let start = xml
        .find(&format!("<{name} "))
        .or_else(|| xml.find(&format!("<{name}>")))
        .unwrap_or_else(|| panic!("the document has no {name}"));
    let close = format!("</{name}>");
    let end = start + xml[start..].find(&close).expect("an end tag") + close.len();
    &xml[start..end]
}

/// Puts something before the last end tag of that name (as `saml2:Assertion`).
#[must_use]
#[track_caller]
pub fn inside(xml: &str, name: &str, what: &str) -> String {
    let at = xml.rfind(&format!("</{name}>")).expect("an end tag");
    format!("{}{what}{}", &xml[..at], &xml[at..])
}

/// Puts something behind the first `saml2:Issuer`, where a signature stands.
#[must_use]
#[track_caller]
pub fn behind_issuer(xml: &str, what: &str) -> String {
    replaced_once(xml, "</saml2:Issuer>", &format!("</saml2:Issuer>{what}"))
}

/// Without the XML declaration.
#[must_use]
pub fn without_declaration(xml: &str) -> &str {
    xml.split_once("?>").map_or(xml, |(_, document)| document)
}

/// An attribute of an assertion around its values.
#[must_use]
pub fn attribute(name: &str, values: &str) -> String {
    format!(
        r#"<saml2:Attribute Name="{name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified">{values}</saml2:Attribute>"#
    )
}

/// A value of an attribute, as `xs:string`; `content` is XML.
#[must_use]
pub fn value(content: &str) -> String {
    format!(
        r#"<saml2:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">{content}</saml2:AttributeValue>"#
    )
}

/// Text as XML, also within quotes.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A time as Okta writes it: UTC, milliseconds.
#[must_use]
pub fn instant(time: OffsetDateTime) -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    time.to_offset(time::UtcOffset::UTC).format(format).unwrap()
}
