//! XML signature wrapping, the eight forms of “On Breaking SAML” (Somorovsky et al., 2012) and some
//! more. The attacker has a genuine response about themselves and wants to be somebody else.

use roster_tests::idp::encryption::encrypted;
use roster_tests::idp::xml::{behind_issuer, element, inside, replaced_once, without_declaration};
use roster_tests::idp::{Facts, OktaIdp, Shape, Signed};

use super::{altered, decryption, forged, refused, refused_with, with_decryption};

const TWO_ASSERTIONS: &str = "the response has 2 assertions";
const NESTED: &str = "a Response is nested inside the Response";

fn signature(xml: &str) -> String {
    element(xml, "ds:Signature").to_owned()
}

/// A response about the victim that takes over a signature.
fn forged_response(facts: &Facts, signature: &str) -> String {
    let mut forged = forged(facts);
    forged.response_id = "_forged_response".to_owned();
    behind_issuer(&forged.document(), signature)
}

fn signed_response(idp: &OktaIdp, facts: &Facts) -> String {
    idp.sign(Signed::Response, facts, &facts.document())
}

#[tokio::test]
async fn xsw1_the_genuine_response_inside_the_signature_of_a_forged_one() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let original = facts.document();
        let signature = signature(&signed_response(idp, facts));
        let wrapped = inside(&signature, "ds:Signature", without_declaration(&original));
        forged_response(facts, &wrapped)
    };
    refused(Shape::okta().made(made), NESTED).await;
}

#[tokio::test]
async fn xsw2_the_genuine_response_before_the_detached_signature() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let original = facts.document();
        let signature = signature(&signed_response(idp, facts));
        let wrapped = format!("{}{signature}", without_declaration(&original));
        forged_response(facts, &wrapped)
    };
    refused(Shape::okta().made(made), NESTED).await;
}

#[tokio::test]
async fn xsw3_a_forged_assertion_before_the_signed_one() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let pair = format!(
            "{}{}",
            forged(facts).assertion(),
            idp.signed_assertion(facts)
        );
        facts.around(&pair)
    };
    refused(Shape::okta().made(made), TWO_ASSERTIONS).await;
}

#[tokio::test]
async fn xsw4_the_signed_assertion_inside_a_forged_one() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let outer = forged(facts).assertion();
        facts.around(&inside(
            &outer,
            "saml2:Assertion",
            &idp.signed_assertion(facts),
        ))
    };
    refused(Shape::okta().made(made), TWO_ASSERTIONS).await;
}

#[tokio::test]
async fn xsw5_a_forged_assertion_with_the_signature_and_the_genuine_one_last() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let genuine = idp.signed_assertion(facts);
        let with_signature = replaced_once(&altered(&genuine), &facts.assertion_id, "_forged");
        facts.around(&format!("{with_signature}{}", facts.assertion()))
    };
    refused(Shape::okta().made(made), TWO_ASSERTIONS).await;
}

#[tokio::test]
async fn xsw6_the_genuine_assertion_inside_the_signature_of_a_forged_one() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let signature = signature(&idp.signed_assertion(facts));
        let wrapped = inside(&signature, "ds:Signature", &facts.assertion());
        facts.around(&behind_issuer(&forged(facts).assertion(), &wrapped))
    };
    refused(Shape::okta().made(made), TWO_ASSERTIONS).await;
}

#[tokio::test]
async fn xsw7_a_forged_assertion_in_extensions() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let mut forged = forged(facts);
        forged.assertion_id.clone_from(&facts.assertion_id);
        let extensions = format!(
            "<saml2p:Extensions>{}</saml2p:Extensions>",
            forged.assertion()
        );
        facts.around(&format!("{extensions}{}", idp.signed_assertion(facts)))
    };
    refused(Shape::okta().made(made), TWO_ASSERTIONS).await;
}

#[tokio::test]
async fn xsw8_the_genuine_assertion_in_an_object_of_the_signature() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let object = format!("<ds:Object>{}</ds:Object>", facts.assertion());
        let signature = signature(&idp.signed_assertion(facts));
        let wrapped = inside(&signature, "ds:Signature", &object);
        facts.around(&behind_issuer(&forged(facts).assertion(), &wrapped))
    };
    refused(Shape::okta().made(made), TWO_ASSERTIONS).await;
}

#[tokio::test]
async fn a_signed_assertion_before_an_unsigned_one() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let pair = format!(
            "{}{}",
            idp.signed_assertion(facts),
            forged(facts).assertion()
        );
        facts.around(&pair)
    };
    refused(Shape::okta().made(made), TWO_ASSERTIONS).await;
}

#[tokio::test]
async fn the_signature_of_one_assertion_on_another() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let stolen = signature(&idp.signed_assertion(facts));
        facts.around(&behind_issuer(&forged(facts).assertion(), &stolen))
    };
    let why = "not over the element that holds it";
    refused(Shape::okta().made(made), why).await;
}

#[tokio::test]
async fn a_duplicate_id() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let double = format!(r#"<x ID="{}"/>"#, facts.assertion_id);
        facts.around(&format!("{double}{}", idp.signed_assertion(facts)))
    };
    refused(Shape::okta().made(made), "two elements have the id").await;
}

#[tokio::test]
async fn an_id_in_an_attribute_of_another_name() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let foreign = format!(r#"<x AssertionID="{}"/>"#, facts.assertion_id);
        facts.around(&format!("{foreign}{}", idp.signed_assertion(facts)))
    };
    refused(Shape::okta().made(made), "could be taken for its id").await;
}

#[tokio::test]
async fn an_id_in_an_attribute_of_another_namespace() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let foreign = format!(r#"<x xml:id="{}"/>"#, facts.assertion_id);
        facts.around(&format!("{foreign}{}", idp.signed_assertion(facts)))
    };
    refused(Shape::okta().made(made), "could be taken for its id").await;
}

#[tokio::test]
async fn a_forged_assertion_encrypted_beside_the_signed_one() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let hidden = encrypted(&forged(facts).assertion(), &decryption());
        facts.around(&format!("{hidden}{}", idp.signed_assertion(facts)))
    };
    refused_with(with_decryption(), Shape::okta().made(made), TWO_ASSERTIONS).await;
}

#[tokio::test]
async fn an_encrypted_assertion_that_nobody_signed() {
    let made = |_: &OktaIdp, facts: &Facts| {
        facts.around(&encrypted(&forged(facts).assertion(), &decryption()))
    };
    let why = "neither the assertion nor the response is signed";
    refused_with(with_decryption(), Shape::okta().made(made), why).await;
}

#[tokio::test]
async fn a_signed_assertion_wrapped_into_a_forged_one_and_encrypted() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let outer = forged(facts).assertion();
        let wrapped = inside(&outer, "saml2:Assertion", &idp.signed_assertion(facts));
        facts.around(&encrypted(&wrapped, &decryption()))
    };
    let why = "assertions; exactly one is accepted";
    refused_with(with_decryption(), Shape::okta().made(made), why).await;
}

#[tokio::test]
async fn a_ciphertext_in_place_of_the_one_that_was_signed() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let genuine = facts.around(&encrypted(&facts.assertion(), &decryption()));
        let signed = idp.signing(&facts.response_id).sign(&genuine);
        let other = encrypted(&forged(facts).assertion(), &decryption());
        let present = element(&signed, "saml2:EncryptedAssertion").to_owned();
        replaced_once(&signed, &present, &other)
    };
    refused_with(
        with_decryption(),
        Shape::okta().made(made),
        "was changed after signing",
    )
    .await;
}
