//! Signatures that are missing, broken, made by somebody else, or over something else.

use roster_saml::{ContentFault, SamlRefusal};

use crate::assert_refused;
use crate::support::okta::{self, ASSERTION_ID, PERSON, RESPONSE_ID, VICTIM, element, replaced};
use crate::support::signer::{ENVELOPED, EXCLUSIVE, SHA256, Signing, key_info};
use crate::support::{keys, verify};

const TRANSFORM: &str = r#"<ds:Transform Algorithm=""#;

fn assertion() -> Signing {
    Signing::of(ASSERTION_ID)
}

fn transforms(list: &[&str]) -> String {
    list.iter()
        .map(|one| format!(r#"{TRANSFORM}{one}"/>"#))
        .collect()
}

#[test]
fn an_unsigned_response_is_refused() {
    assert_refused!(okta::unsigned(), SamlRefusal::Unsigned);
}

#[test]
fn a_changed_value_breaks_either_signature() {
    for signed in [
        okta::signed(),
        okta::sign_assertion(&okta::unsigned()),
        okta::sign_response(&okta::unsigned()),
    ] {
        for (from, to) in [
            (PERSON, VICTIM),
            ("Analyst", "Admin"),
            ("Ada", "Adb"),
            ("12:05:00", "23:05:00"),
        ] {
            assert_refused!(
                replaced(&signed, from, to),
                SamlRefusal::ContentAltered { .. }
            );
        }
    }
}

#[test]
fn a_second_broken_signature_is_not_outvoted_by_a_good_one() {
    let signed = okta::sign_response(&okta::sign_assertion(&okta::unsigned()));
    let response_only = signed.replacen("Destination=", r#"Consent="urn:x" Destination="#, 1);
    assert_refused!(response_only, SamlRefusal::ContentAltered { element } if element.to_string().contains("Response"));
    let value = element(&signed, "ds:SignatureValue").to_owned();
    let broken = signed.replacen(&value, "<ds:SignatureValue>AAAA</ds:SignatureValue>", 1);
    assert_refused!(broken, SamlRefusal::UntrustedSignature { element } if element.to_string().contains("Response"));
}

#[test]
fn a_signature_over_another_element_is_refused() {
    // The assertion's place holds a signature over the response, and the reverse.
    let over_response = Signing {
        target: RESPONSE_ID.into(),
        uri: format!("#{RESPONSE_ID}"),
        ..assertion()
    };
    assert_refused!(
        over_response.sign(&okta::unsigned()),
        SamlRefusal::ReferenceElsewhere { .. }
    );
    let over_assertion = Signing {
        target: ASSERTION_ID.into(),
        uri: format!("#{ASSERTION_ID}"),
        ..Signing::of(RESPONSE_ID)
    };
    assert_refused!(
        over_assertion.sign(&okta::unsigned()),
        SamlRefusal::ReferenceElsewhere { .. }
    );
    let other = okta::unsigned().replacen("</saml2p:Status>", r#"</saml2p:Status><saml2:Advice xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="_advice"/>"#, 1);
    let over_other = Signing {
        target: "_advice".into(),
        uri: "#_advice".into(),
        ..assertion()
    };
    assert_refused!(
        over_other.sign(&other),
        SamlRefusal::ReferenceElsewhere { .. }
    );
}

#[test]
fn reference_uris_other_than_the_holders_id_are_refused() {
    let id = ASSERTION_ID;
    let uris = [
        String::new(),
        "#".to_owned(),
        "#xpointer(/)".to_owned(),
        format!("#xpointer(id('{id}'))"),
        id.to_owned(),
        format!(" #{id}"),
        format!("#{id}#{id}"),
        format!("cid:{id}"),
        "Cargo.toml".to_owned(),
        "file:///etc/hostname".to_owned(),
        "https://evil.example/assertion.xml".to_owned(),
    ];
    for uri in uris {
        let xml = Signing {
            uri: uri.clone(),
            ..assertion()
        }
        .sign(&okta::unsigned());
        assert_refused!(xml, SamlRefusal::ReferenceElsewhere { .. });
    }
    let xml = assertion().sign(&okta::unsigned());
    let without = replaced(&xml, &format!(r##" URI="#{id}""##), "");
    assert_refused!(without, SamlRefusal::ReferenceElsewhere { .. });
}

#[test]
fn an_empty_uri_over_the_whole_document_is_refused() {
    // Genuinely valid as XML signature: the whole document without the signature.
    let xml = Signing {
        uri: String::new(),
        ..Signing::of(RESPONSE_ID)
    }
    .sign(&okta::unsigned());
    assert_refused!(xml, SamlRefusal::ReferenceElsewhere { .. });
}

#[test]
fn extra_and_missing_references_are_refused() {
    let reference = |uri: &str| {
        format!(
            r##"<ds:Reference URI="{uri}"><ds:Transforms>{}</ds:Transforms><ds:DigestMethod Algorithm="{SHA256}"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>"##,
            transforms(&[ENVELOPED, EXCLUSIVE])
        )
    };
    for uri in [
        format!("#{ASSERTION_ID}"),
        format!("#{RESPONSE_ID}"),
        String::new(),
    ] {
        let xml = Signing {
            more_references: reference(&uri),
            ..assertion()
        }
        .sign(&okta::unsigned());
        assert_refused!(xml, SamlRefusal::References { count: 2 });
    }
    let xml = assertion().sign(&okta::unsigned());
    let none = replaced(&xml, element(&xml, "ds:Reference"), "");
    assert_refused!(none, SamlRefusal::References { count: 0 });
}

#[test]
fn the_attackers_key_in_key_info_is_never_used() {
    let attacker = keys::attacker();
    let forms = [
        key_info(attacker),
        key_info(keys::okta()),
        format!(
            "<ds:KeyInfo><ds:KeyName>{}</ds:KeyName></ds:KeyInfo>",
            "okta"
        ),
        "<ds:KeyInfo><ds:RetrievalMethod URI=\"Cargo.toml\"/></ds:KeyInfo>".to_owned(),
        String::new(),
    ];
    let forged = replaced(&okta::unsigned(), PERSON, VICTIM);
    for after in forms {
        let xml = Signing {
            key: attacker,
            after: after.clone(),
            ..assertion()
        }
        .sign(&forged);
        assert_refused!(xml, SamlRefusal::UntrustedSignature { .. });
        let honest = Signing {
            after,
            ..assertion()
        }
        .sign(&okta::unsigned());
        assert_eq!(
            verify(&honest).unwrap().name_id,
            PERSON,
            "whatever KeyInfo says is not looked at"
        );
    }
}

#[test]
fn an_object_or_anything_else_in_the_signature_is_refused() {
    for stray in ["<ds:Object/>", "<ds:Manifest/>", "<x/>"] {
        let xml = Signing {
            after: stray.to_owned(),
            ..assertion()
        }
        .sign(&okta::unsigned());
        assert_refused!(xml, SamlRefusal::SignatureContent { .. });
    }
    let reference = Signing {
        more_references: "<x/>".to_owned(),
        ..assertion()
    }
    .sign(&okta::unsigned());
    assert_refused!(reference, SamlRefusal::SignatureContent { .. });
    let foreign = r#"<x xmlns="urn:x"/>"#;
    let prefixes = Signing {
        transforms: format!(
            r#"{TRANSFORM}{ENVELOPED}"/>{TRANSFORM}{EXCLUSIVE}">{foreign}</ds:Transform>"#
        ),
        ..assertion()
    };
    assert_refused!(
        prefixes.sign(&okta::unsigned()),
        SamlRefusal::SignatureContent { .. }
    );
}

#[test]
fn an_attribute_that_hides_another_by_its_namespace_is_refused() {
    let xml = assertion().sign(&okta::unsigned());
    let hidden = xml.replacen(
        "<ds:SignatureMethod ",
        r#"<ds:SignatureMethod xmlns:e="urn:e" e:Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1" "#,
        1,
    );
    assert_refused!(hidden, SamlRefusal::SignatureContent { .. });
}

#[test]
fn two_of_anything_in_a_signature_are_refused() {
    let xml = assertion().sign(&okta::unsigned());
    for name in [
        "ds:SignatureValue",
        "ds:SignedInfo",
        "ds:DigestValue",
        "ds:Transforms",
    ] {
        let one = element(&xml, name).to_owned();
        let twice = xml.replacen(&one, &format!("{one}{one}"), 1);
        assert_refused!(twice, SamlRefusal::Content(ContentFault::Repeated { .. }));
        let none = xml.replacen(&one, "", 1);
        assert_refused!(none, SamlRefusal::Content(ContentFault::Missing { .. }));
    }
}

#[test]
fn a_signature_in_any_other_place_is_refused() {
    let xml = assertion().sign(&okta::unsigned());
    let signature = element(&xml, "ds:Signature").to_owned();
    let unsigned = okta::unsigned();
    for place in [
        "</saml2:Subject>",
        "</saml2p:Status>",
        "</saml2:AttributeStatement>",
    ] {
        let moved = unsigned.replacen(place, &format!("{signature}{place}"), 1);
        assert_refused!(moved, SamlRefusal::SignatureMisplaced { .. });
    }
    let twice = xml.replacen(&signature, &format!("{signature}{signature}"), 1);
    assert_refused!(twice, SamlRefusal::SignatureMisplaced { .. });
    let foreign = signature.replace(
        r#"xmlns:ds="http://www.w3.org/2000/09/xmldsig#""#,
        r#"xmlns:ds="urn:x""#,
    );
    assert_refused!(
        xml.replacen(&signature, &foreign, 1),
        SamlRefusal::SignatureMisplaced { .. }
    );
}

#[test]
fn a_broken_signature_value_is_refused() {
    let xml = assertion().sign(&okta::unsigned());
    let value = element(&xml, "ds:SignatureValue").to_owned();
    for wrong in ["", "AAAA", "!", &key_info(keys::okta())] {
        let broken = xml.replacen(
            &value,
            &format!("<ds:SignatureValue>{wrong}</ds:SignatureValue>"),
            1,
        );
        let refusal = crate::support::refusal(&broken);
        let expected = matches!(
            refusal,
            SamlRefusal::UntrustedSignature { .. } | SamlRefusal::Content(_)
        );
        assert!(expected, "{refusal:?}");
    }
}
