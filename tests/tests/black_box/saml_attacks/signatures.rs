//! Signatures that are missing, made by somebody else, with something weak, or over something else.

use roster_tests::idp::signer::{
    C14nMode, ENVELOPED, EXCLUSIVE, HMAC_SHA256, INCLUSIVE, SHA1, key_info,
};
use roster_tests::idp::xml::{element, replaced, replaced_once};
use roster_tests::idp::{Facts, OktaIdp, Shape, Signed, Signing};

use super::{about_the_victim, altered, attackers_key, forged, refused};

/// The response with the assertion signed in some other way.
fn signed_so(change: impl Fn(&Facts, &mut Signing) + Send + Sync + 'static) -> Shape {
    Shape::okta().made(move |idp, facts| {
        let mut signing = idp.signing(&facts.assertion_id);
        change(facts, &mut signing);
        signing.sign(&facts.document())
    })
}

fn transforms(list: &[&str]) -> String {
    let one = |uri: &&str| format!(r#"<ds:Transform Algorithm="{uri}"/>"#);
    list.iter().map(one).collect()
}

fn with_transforms(list: String) -> Shape {
    signed_so(move |_, signing| {
        signing.transforms.clone_from(&list);
        signing.prefixes.clear();
    })
}

#[tokio::test]
async fn an_unsigned_response() {
    let shape = Shape::okta()
        .signed(Signed::Nothing)
        .facts(about_the_victim);
    refused(shape, "neither the assertion nor the response is signed").await;
}

#[tokio::test]
async fn a_signed_response_that_was_changed() {
    let shape = Shape::okta().after_signing(|xml| altered(&xml));
    refused(shape, "is not what was signed").await;
}

#[tokio::test]
async fn a_signature_over_another_element() {
    let shape = signed_so(|facts, signing| {
        signing.target.clone_from(&facts.response_id);
        signing.uri = format!("#{}", facts.response_id);
    });
    refused(shape, "not over the element that holds it").await;
}

#[tokio::test]
async fn an_empty_uri_over_the_whole_document() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let mut signing = idp.signing(&facts.response_id);
        signing.uri = String::new();
        signing.sign(&facts.document())
    };
    let shape = Shape::okta().made(made);
    refused(shape, "not over the element that holds it").await;
}

#[tokio::test]
async fn a_uri_that_is_an_expression() {
    let shape = signed_so(|facts, signing| {
        signing.uri = format!("#xpointer(id('{}'))", facts.assertion_id);
    });
    refused(shape, "not over the element that holds it").await;
}

#[tokio::test]
async fn a_uri_that_leads_elsewhere() {
    let shape = signed_so(|_, signing| "file:///etc/hostname".clone_into(&mut signing.uri));
    refused(shape, "not over the element that holds it").await;
}

#[tokio::test]
async fn a_second_reference() {
    let shape = signed_so(|facts, signing| {
        signing.more_references = format!(
            r##"<ds:Reference URI="#{}"><ds:Transforms>{}</ds:Transforms><ds:DigestMethod Algorithm="{SHA1}"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>"##,
            facts.response_id,
            transforms(&[ENVELOPED, EXCLUSIVE])
        );
    });
    refused(shape, "the signature has 2 References").await;
}

#[tokio::test]
async fn no_reference() {
    let shape =
        signed_so(|_, _| {}).after_signing(|xml| replaced(&xml, element(&xml, "ds:Reference"), ""));
    refused(shape, "the signature has 0 References").await;
}

#[tokio::test]
async fn an_xslt_transform() {
    let stylesheet = r#"<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"><xsl:template match="/"><x/></xsl:template></xsl:stylesheet></ds:Transform>"#;
    let list = format!("{}{stylesheet}", transforms(&[ENVELOPED, EXCLUSIVE]));
    refused(with_transforms(list), "the signature uses the transforms").await;
}

#[tokio::test]
async fn an_xpath_transform() {
    let xpath = r#"<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>"#;
    let list = format!("{xpath}{}", transforms(&[EXCLUSIVE]));
    refused(with_transforms(list), "the signature uses the transforms").await;
}

#[tokio::test]
async fn no_transform_at_all() {
    refused(
        with_transforms(String::new()),
        "the signature uses the transforms",
    )
    .await;
}

#[tokio::test]
async fn an_unexpected_canonicalisation_of_the_element() {
    let shape = signed_so(|_, signing| {
        signing.transforms = transforms(&[ENVELOPED, INCLUSIVE]);
        signing.prefixes.clear();
        signing.reference_canonicalization = C14nMode::Inclusive;
    });
    refused(shape, "the signature uses the transforms").await;
}

#[tokio::test]
async fn an_unexpected_canonicalisation_of_the_signature() {
    let with_comments = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";
    let shape = signed_so(move |_, signing| {
        with_comments.clone_into(&mut signing.canonicalization);
    });
    refused(shape, "the signature uses canonicalisation").await;
}

#[tokio::test]
async fn hmac_with_the_public_key_as_secret() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let mut signing = idp.signing("_forged");
        signing.hmac = Some(idp.key.certificate_der());
        HMAC_SHA256.clone_into(&mut signing.method);
        signing.sign(&forged(facts).document())
    };
    refused(Shape::okta().made(made), "the signature algorithm is").await;
}

#[tokio::test]
async fn a_sha_1_signature() {
    let shape = signed_so(|_, signing| {
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1".clone_into(&mut signing.method);
    });
    refused(shape, "the signature algorithm is").await;
}

#[tokio::test]
async fn a_sha_1_digest() {
    let shape = signed_so(|_, signing| SHA1.clone_into(&mut signing.digest_method));
    refused(shape, "the digest algorithm is").await;
}

#[tokio::test]
async fn the_attackers_key_in_key_info() {
    let made = |_: &OktaIdp, facts: &Facts| {
        let key = attackers_key();
        let mut signing = Signing::of(&key, "_forged");
        signing.after = key_info(&key);
        signing.sign(&forged(facts).document())
    };
    refused(
        Shape::okta().made(made),
        "made by none of the configured certificates",
    )
    .await;
}

#[tokio::test]
async fn the_attackers_signature_with_the_providers_key_in_key_info() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let mut signing = Signing::of(&attackers_key(), "_forged");
        signing.after = key_info(&idp.key);
        signing.sign(&forged(facts).document())
    };
    refused(
        Shape::okta().made(made),
        "made by none of the configured certificates",
    )
    .await;
}

#[tokio::test]
async fn the_attackers_response_around_a_genuine_assertion() {
    let made = |idp: &OktaIdp, facts: &Facts| {
        let genuine = facts.around(&idp.signed_assertion(facts));
        Signing::of(&attackers_key(), &facts.response_id).sign(&genuine)
    };
    refused(
        Shape::okta().made(made),
        "made by none of the configured certificates",
    )
    .await;
}

#[tokio::test]
async fn a_signature_value_of_nothing() {
    let shape = signed_so(|_, _| {}).after_signing(|xml| {
        let value = element(&xml, "ds:SignatureValue").to_owned();
        replaced_once(&xml, &value, "<ds:SignatureValue>AAAA</ds:SignatureValue>")
    });
    refused(shape, "made by none of the configured certificates").await;
}
