//! Documents that are meant to exhaust us.

use std::io::Write;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use roster_saml::{DocumentFault, MAX_POSTED_RESPONSE, SamlRefusal};

use crate::assert_refused;
use crate::documents::with_doctype;
use crate::support::okta::{self, PERSON};
use crate::support::{post, refusal_of_bytes, refusal_of_post, verify};

/// The least time of three turns: whatever else this machine does may stop one of them.
fn fastest(turn: impl Fn()) -> Duration {
    let turns = (0..3).map(|_| {
        let started = Instant::now();
        turn();
        started.elapsed()
    });
    turns.min().unwrap()
}

#[test]
fn entity_bombs_are_refused_at_once() {
    let mut laughs = r#"<!ENTITY l0 "lol">"#.to_owned();
    for n in 1..10 {
        laughs.push_str(&format!(
            r#"<!ENTITY l{n} "{}">"#,
            format!("&l{};", n - 1).repeat(10)
        ));
    }
    let quadratic = format!(r#"<!ENTITY q "{}">"#, "q".repeat(50_000));
    let laughs = with_doctype(&laughs, "&l9;");
    let quadratic = with_doctype(&quadratic, &"&q;".repeat(5_000));
    let started = Instant::now();
    assert_refused!(laughs, SamlRefusal::Document(DocumentFault::DocumentType));
    assert_refused!(
        quadratic,
        SamlRefusal::Document(DocumentFault::DocumentType)
    );
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_document_of_ten_mebibytes_is_refused_by_its_length_alone() {
    let large = post(&format!(
        "{}{}",
        okta::signed(),
        " ".repeat(10 * 1024 * 1024)
    ));
    let too_large = SamlRefusal::PostTooLarge {
        limit: MAX_POSTED_RESPONSE,
    };
    let took = fastest(|| assert_eq!(refusal_of_post(&large), too_large));
    assert!(took < Duration::from_millis(50), "{took:?}");
}

#[test]
fn a_hundred_thousand_nested_elements_are_refused() {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    assert_eq!(
        refusal_of_post(&post(&deep)),
        SamlRefusal::PostTooLarge {
            limit: MAX_POSTED_RESPONSE
        }
    );
    let fitting = "<a>".repeat(65_000);
    assert_refused!(
        fitting,
        SamlRefusal::Document(DocumentFault::TooDeep { .. })
    );
    let wide = okta::signed().replacen(
        "</saml2p:Status>",
        &format!("{}</saml2p:Status>", "<a/>".repeat(20_000)),
        1,
    );
    assert_refused!(wide, SamlRefusal::Document(DocumentFault::TooMany { .. }));
}

/// Sixty namespace declarations, different for each element.
fn declared(element: usize) -> String {
    (0..60)
        .map(|n| format!(r#" xmlns:p{element}-{n}="u{n}""#))
        .collect()
}

/// The worst that fits the limits: whatever is quadratic in the number of attributes, namespaces,
/// elements or prefixes shows here. The bound is generous, for unoptimised builds on busy machines.
#[test]
fn documents_at_the_limits_take_a_bounded_time() {
    let signed = okta::sign_assertion(&okta::unsigned());
    let within = |what: &str, xml: &str| {
        assert_ne!(xml, signed, "{what}: nothing was changed");
        let started = Instant::now();
        let verdict = verify(xml).map(|identity| identity.name_id);
        let took = started.elapsed();
        println!("{what}: {took:?}, {verdict:?}");
        assert!(
            took < Duration::from_secs(5),
            "{what}: {took:?} until {verdict:?}"
        );
        // Not for a limit, but after the work that is timed.
        let is_due = match what {
            // What is not used is no part of what is signed.
            "namespaces" => verdict.is_ok(),
            "refused prefixes" => matches!(verdict, Err(SamlRefusal::SignatureContent { .. })),
            _ => matches!(verdict, Err(SamlRefusal::ContentAltered { .. })),
        };
        assert!(is_due, "{what}: {verdict:?}");
    };
    let namespaces: String = (0..50)
        .map(|n| format!(r#" xmlns:n{n}="urn:{n}""#))
        .collect();
    within(
        "namespaces",
        &signed.replacen(
            "<saml2:Assertion ",
            &format!("<saml2:Assertion{namespaces} "),
            1,
        ),
    );
    let attributes: String = (0..50).map(|n| format!(r#" a{n}="""#)).collect();
    within(
        "attributes",
        &signed.replacen(
            "<saml2:Assertion ",
            &format!("<saml2:Assertion{attributes} "),
            1,
        ),
    );
    let elements: String = (0..1_900)
        .map(|n| format!(r#"<n{n}:x xmlns:n{n}="urn:{n}"/>"#))
        .collect();
    within(
        "elements",
        &signed.replacen(
            "</saml2:Subject>",
            &format!("{elements}</saml2:Subject>"),
            1,
        ),
    );
    let prefixes: String = (0..20_000).map(|n| format!("p{n} ")).collect();
    let listed = signed.replacen(
        r#"PrefixList="xs""#,
        &format!(r#"PrefixList="{prefixes}""#),
        1,
    );
    within(
        "refused prefixes",
        &listed.replacen(
            "</saml2:Subject>",
            &format!("{}</saml2:Subject>", "<x/>".repeat(300)),
            1,
        ),
    );
    let prefixes: String = (0..16).map(|n| format!("n{n} ")).collect();
    let listed = signed.replacen(
        r#"PrefixList="xs""#,
        &format!(r#"PrefixList="{prefixes}""#),
        1,
    );
    let scoped = listed.replacen(
        "<saml2:Assertion ",
        &format!("<saml2:Assertion{namespaces} "),
        1,
    );
    within(
        "prefixes",
        &scoped.replacen(
            "</saml2:Subject>",
            &format!("{}</saml2:Subject>", "<x/>".repeat(3_900)),
            1,
        ),
    );
    let nested = format!("{}{}", "<a xmlns:p='urn:p'>".repeat(28), "</a>".repeat(28));
    within(
        "nesting",
        &signed.replacen(
            "</saml2:Subject>",
            &format!("{}</saml2:Subject>", nested.repeat(100)),
            1,
        ),
    );
    let open: String = (0..26).map(|n| format!("<a{}>", declared(n))).collect();
    let crowd = format!("{open}{}{}", "<x/>".repeat(3_800), "</a>".repeat(26));
    within(
        "namespaces in scope",
        &signed.replacen("</saml2:Subject>", &format!("{crowd}</saml2:Subject>"), 1),
    );
    within("text", &signed.replacen(PERSON, &"&amp;".repeat(30_000), 1));
}

#[test]
fn a_deflated_bomb_is_not_even_inflated() {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![b' '; 64 * 1024 * 1024]).unwrap();
    let bomb = encoder.finish().unwrap();
    let took = fastest(|| {
        let refusal = refusal_of_bytes(&bomb);
        assert!(matches!(refusal, SamlRefusal::Document(_)), "{refusal:?}");
    });
    assert!(took < Duration::from_millis(100), "{took:?}");
    // An honest message deflated, as the other binding would send it, is no XML here either.
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(okta::signed().as_bytes()).unwrap();
    assert!(matches!(
        refusal_of_bytes(&encoder.finish().unwrap()),
        SamlRefusal::Document(_)
    ));
}
