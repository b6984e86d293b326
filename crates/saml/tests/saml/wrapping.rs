//! XML signature wrapping (Somorovsky et al., “On Breaking SAML”, 2012): a genuine signed element is
//! kept somewhere in the document while a forged one takes its place.

use roster_saml::SamlRefusal;

use crate::assert_refused;
use crate::support::okta::{self, ASSERTION_ID, PERSON, RESPONSE_ID, VICTIM, element, replaced};
use crate::support::{keys, signer};

/// The genuine assertion with its signature.
fn genuine() -> String {
    element(&okta::sign_assertion(&okta::unsigned()), "saml2:Assertion").to_owned()
}

/// The genuine assertion without its signature.
fn bare() -> String {
    element(&okta::unsigned(), "saml2:Assertion").to_owned()
}

/// The forged assertion: another person, and an id of its own.
fn forged() -> String {
    replaced(&replaced(&bare(), PERSON, VICTIM), ASSERTION_ID, "_forged")
}

fn signature(xml: &str) -> String {
    element(xml, "ds:Signature").to_owned()
}

/// Puts something before an element's end tag.
fn inside(xml: &str, end_tag: &str, what: &str) -> String {
    let at = xml.rfind(end_tag).unwrap();
    format!("{}{what}{}", &xml[..at], &xml[at..])
}

/// A forged response that takes over the signature of the genuine one.
fn forged_response(signature: &str) -> String {
    let forged =
        replaced(&okta::unsigned(), PERSON, VICTIM).replacen(RESPONSE_ID, "_forged_response", 1);
    forged.replacen("</saml2:Issuer>", &format!("</saml2:Issuer>{signature}"), 1)
}

fn without_declaration(xml: &str) -> String {
    xml.split_once("?>").unwrap().1.to_owned()
}

#[test]
fn xsw1_the_genuine_response_inside_the_signature_of_a_forged_one() {
    let signed = okta::sign_response(&okta::unsigned());
    let original = without_declaration(&okta::unsigned());
    let wrapped = inside(&signature(&signed), "</ds:Signature>", &original);
    assert_refused!(forged_response(&wrapped), SamlRefusal::NestedResponse);
}

#[test]
fn xsw2_the_genuine_response_before_the_detached_signature() {
    let signed = okta::sign_response(&okta::unsigned());
    let original = without_declaration(&okta::unsigned());
    let wrapped = format!("{original}{}", signature(&signed));
    assert_refused!(forged_response(&wrapped), SamlRefusal::NestedResponse);
}

#[test]
fn xsw3_a_forged_assertion_before_the_signed_one() {
    let xml = okta::around(&format!("{}{}", forged(), genuine()));
    assert_refused!(xml, SamlRefusal::MoreThanOneAssertion { count: 2 });
}

#[test]
fn xsw4_the_signed_assertion_inside_a_forged_one() {
    let xml = okta::around(&inside(&forged(), "</saml2:Assertion>", &genuine()));
    assert_refused!(xml, SamlRefusal::MoreThanOneAssertion { count: 2 });
}

#[test]
fn xsw5_a_forged_assertion_with_the_signature_and_the_genuine_one_last() {
    let with_signature = replaced(&genuine(), PERSON, VICTIM).replacen(ASSERTION_ID, "_forged", 1);
    let xml = okta::around(&format!("{with_signature}{}", bare()));
    assert_refused!(xml, SamlRefusal::MoreThanOneAssertion { count: 2 });
}

#[test]
fn xsw6_the_genuine_assertion_inside_the_signature_of_a_forged_one() {
    let wrapped = inside(&signature(&genuine()), "</ds:Signature>", &bare());
    let xml = okta::around(&forged().replacen(
        "</saml2:Issuer>",
        &format!("</saml2:Issuer>{wrapped}"),
        1,
    ));
    assert_refused!(xml, SamlRefusal::MoreThanOneAssertion { count: 2 });
}

#[test]
fn xsw7_a_forged_assertion_in_extensions() {
    for forged in [forged(), forged().replace("_forged", ASSERTION_ID)] {
        let extensions = format!("<saml2p:Extensions>{forged}</saml2p:Extensions>");
        let xml = okta::around(&format!("{extensions}{}", genuine()));
        assert_refused!(xml, SamlRefusal::MoreThanOneAssertion { count: 2 });
    }
}

#[test]
fn xsw8_the_genuine_assertion_in_an_object_of_the_signature() {
    let object = format!("<ds:Object>{}</ds:Object>", bare());
    let wrapped = inside(&signature(&genuine()), "</ds:Signature>", &object);
    let xml = okta::around(&forged().replacen(
        "</saml2:Issuer>",
        &format!("</saml2:Issuer>{wrapped}"),
        1,
    ));
    assert_refused!(xml, SamlRefusal::MoreThanOneAssertion { count: 2 });
}

#[test]
fn a_signed_assertion_beside_an_unsigned_one_is_refused_in_either_order() {
    for pair in [
        format!("{}{}", genuine(), forged()),
        format!("{}{}", forged(), genuine()),
    ] {
        assert_refused!(
            okta::around(&pair),
            SamlRefusal::MoreThanOneAssertion { count: 2 }
        );
    }
}

#[test]
fn two_signed_assertions_are_one_too_many() {
    let second = okta::around(&bare().replace(ASSERTION_ID, "_second"));
    let second = signer::Signing::of("_second").sign(&second);
    let pair = format!("{}{}", genuine(), element(&second, "saml2:Assertion"));
    assert_refused!(
        okta::around(&pair),
        SamlRefusal::MoreThanOneAssertion { count: 2 }
    );
}

#[test]
fn an_assertion_of_another_namespace_counts_as_an_assertion() {
    let foreign = forged().replace(
        "urn:oasis:names:tc:SAML:2.0:assertion",
        "urn:oasis:names:tc:SAML:1.0:assertion",
    );
    let xml = okta::around(&format!("{foreign}{}", genuine()));
    assert_refused!(xml, SamlRefusal::MoreThanOneAssertion { count: 2 });
    assert_refused!(okta::around(&foreign), SamlRefusal::NoAssertion);
}

#[test]
fn the_only_assertion_in_another_place_is_refused() {
    for (open, close) in [
        ("<saml2p:Extensions>", "</saml2p:Extensions>"),
        ("<x>", "</x>"),
    ] {
        let xml = okta::around(&format!("{open}{}{close}", genuine()));
        assert_refused!(xml, SamlRefusal::AssertionMisplaced);
    }
    assert_refused!(genuine(), SamlRefusal::NotAResponse { .. });
    assert_refused!(okta::around(""), SamlRefusal::NoAssertion);
}

#[test]
fn an_encrypted_assertion_beside_a_signed_one_is_refused() {
    for pair in [
        format!(
            "<saml2:EncryptedAssertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>{}",
            genuine()
        ),
        format!(
            "{}<saml2:EncryptedAssertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>",
            genuine()
        ),
    ] {
        assert_refused!(
            okta::around(&pair),
            SamlRefusal::MoreThanOneAssertion { count: 2 }
        );
    }
}

#[test]
fn duplicate_ids_are_refused_wherever_they_stand() {
    let marks = [
        format!(r#"<x ID="{ASSERTION_ID}"/>"#),
        format!(r#"<x Id="{ASSERTION_ID}"/>"#),
        format!(r#"<x ID="{RESPONSE_ID}"/>"#),
    ];
    for mark in marks {
        let before = okta::around(&format!("{mark}{}", genuine()));
        assert_refused!(before, SamlRefusal::DuplicateId { .. });
        let after = okta::around(&format!("{}{mark}", genuine()));
        assert_refused!(after, SamlRefusal::DuplicateId { .. });
    }
}

#[test]
fn an_id_in_another_attribute_or_namespace_is_refused() {
    let foreign = [
        format!(r#"id="{ASSERTION_ID}""#),
        format!(r#"iD="{ASSERTION_ID}""#),
        format!(r#"AssertionID="{ASSERTION_ID}""#),
        format!(r#"xml:id="{ASSERTION_ID}""#),
        format!(r#"xmlns:e="urn:e" e:ID="{ASSERTION_ID}""#),
    ];
    for foreign in foreign {
        // On an element of its own, on the response, and on a forged assertion that has no other id.
        let beside = okta::around(&format!("<x {foreign}/>{}", genuine()));
        assert_refused!(beside, SamlRefusal::ForeignId { .. });
        let response = okta::around(&genuine()).replacen(
            "Destination=",
            &format!("{foreign} Destination="),
            1,
        );
        assert_refused!(response, SamlRefusal::ForeignId { .. });
        let renamed = genuine().replace(PERSON, VICTIM).replacen(
            &format!(r#"ID="{ASSERTION_ID}""#),
            &foreign,
            1,
        );
        assert_refused!(okta::around(&renamed), SamlRefusal::ForeignId { .. });
    }
    let two_ids = genuine().replacen(" ID=", " Id=\"_other\" ID=", 1);
    assert_refused!(okta::around(&two_ids), SamlRefusal::ForeignId { .. });
}

#[test]
fn an_id_that_is_an_expression_is_refused() {
    for id in ["xpointer(/)", "", "a b", "#x", "1x", "é"] {
        let xml = okta::around(&bare()).replace(ASSERTION_ID, id);
        assert_refused!(xml, SamlRefusal::MalformedId { .. });
    }
}

#[test]
fn the_signature_of_one_assertion_on_another_is_refused() {
    let stolen = signature(&genuine());
    let xml =
        okta::around(&forged().replacen("</saml2:Issuer>", &format!("</saml2:Issuer>{stolen}"), 1));
    assert_refused!(xml, SamlRefusal::ReferenceElsewhere { .. });
    let same_id = okta::around(&replaced(&genuine(), PERSON, VICTIM));
    assert_refused!(same_id, SamlRefusal::ContentAltered { .. });
}

#[test]
fn a_response_signed_by_an_attacker_around_a_genuine_assertion_is_refused() {
    let signing = signer::Signing {
        key: keys::attacker(),
        after: signer::key_info(keys::attacker()),
        ..signer::Signing::of(RESPONSE_ID)
    };
    let xml = signing.sign(&okta::around(&genuine()));
    assert_refused!(xml, SamlRefusal::UntrustedSignature { element } if element.to_string().contains("Response"));
}
