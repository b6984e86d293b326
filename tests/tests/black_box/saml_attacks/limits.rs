//! Documents that are meant to exhaust us. How long they take is tested in `roster-saml`; here,
//! that each is refused and the server lives on.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use roster_tests::Backend;
use roster_tests::browser::Browser;
use roster_tests::idp::Shape;
use roster_tests::idp::xml::{replaced_once, without_declaration};
use roster_tests::tenant::Tenant;

use super::{ATTACKER, attacker, judge, nobody, provider, refused};

/// Posts any text as the response.
async fn posted(response: &str, why: &str) {
    let tenant = Tenant::new(Backend::Sqlite);
    let idp = provider();
    idp.connect(&tenant).await;
    let browser = Browser::new(&tenant);
    let request = browser.request_sign_in(None).await;
    let relay_state = request.relay_state.as_deref();
    let refused = browser.post_response(response, relay_state).await.refused();
    judge(&tenant, &browser, &refused, why).await;
}

#[tokio::test]
async fn a_document_of_ten_mebibytes() {
    let tenant = Tenant::new(Backend::Sqlite);
    let idp = provider();
    idp.connect(&tenant).await;
    let browser = Browser::new(&tenant);
    let request = browser.request_sign_in(None).await;
    let mut document = idp.document(&request, &attacker(), &Shape::okta());
    document.push_str(&" ".repeat(10 << 20));
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("SAMLResponse", &STANDARD.encode(document));
    let media_type = roster_tests::browser::FORM;
    let (answer, cookies) = browser
        .acs_answer(media_type, form.finish().into_bytes())
        .await;
    assert_eq!(answer.status, 413, "{}", answer.text());
    assert!(
        cookies
            .iter()
            .all(|cookie| !cookie.name.contains("session"))
    );
    nobody(&tenant).await;
    let _ = browser.sign_in(&idp, &attacker()).await.signed_in();
}

#[tokio::test]
async fn a_response_that_is_longer_than_any_honest_one() {
    posted(&STANDARD.encode(" ".repeat(300 << 10)), "larger than").await;
}

#[tokio::test]
async fn a_hundred_thousand_nested_elements() {
    posted(&STANDARD.encode("<a>".repeat(100_000)), "larger than").await;
}

#[tokio::test]
async fn as_many_nested_elements_as_fit() {
    posted(&STANDARD.encode("<a>".repeat(65_000)), "nest").await;
}

#[tokio::test]
async fn an_entity_bomb() {
    let mut laughs = r#"<!ENTITY l0 "lol">"#.to_owned();
    for n in 1..10 {
        let text = format!("&l{};", n - 1).repeat(10);
        laughs.push_str(&format!(r#"<!ENTITY l{n} "{text}">"#));
    }
    let shape = Shape::okta().after_signing(move |xml| {
        let bomb = replaced_once(&xml, ATTACKER, "&l9;");
        format!("<!DOCTYPE r [{laughs}]>{}", without_declaration(&bomb))
    });
    refused(shape, "a DOCTYPE or another declaration").await;
}

#[tokio::test]
async fn a_quadratic_entity_bomb() {
    let subset = format!(r#"<!ENTITY q "{}">"#, "q".repeat(50_000));
    let shape = Shape::okta().after_signing(move |xml| {
        let bomb = replaced_once(&xml, ATTACKER, &"&q;".repeat(5_000));
        format!("<!DOCTYPE r [{subset}]>{}", without_declaration(&bomb))
    });
    refused(shape, "a DOCTYPE or another declaration").await;
}

#[tokio::test]
async fn a_deflate_bomb() {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![b' '; 64 << 20]).unwrap();
    posted(&STANDARD.encode(encoder.finish().unwrap()), "the document").await;
}

#[tokio::test]
async fn base64_of_base64_of_base64() {
    let mut text = "<a/>".to_owned();
    for _ in 0..20 {
        text = STANDARD.encode(text);
    }
    posted(&text, "XML").await;
}

#[tokio::test]
async fn what_is_not_base64() {
    posted("<saml2p:Response/>", "base64").await;
}
