//! Signatures whose algorithms are weak, unknown, or compute something else than agreed.

use bergshamra_c14n::C14nMode;
use roster_saml::SamlRefusal;

use crate::assert_refused;
use crate::support::keys;
use crate::support::okta;
use crate::support::okta::ASSERTION_ID;
use crate::support::signer::{ENVELOPED, EXCLUSIVE, INCLUSIVE, SHA1, Signing};

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
fn transforms_that_compute_are_refused() {
    let xslt = format!(
        r#"{}<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"><xsl:template match="/"><x/></xsl:template></xsl:stylesheet></ds:Transform>"#,
        transforms(&[ENVELOPED, EXCLUSIVE])
    );
    let xpath = format!(
        r#"<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>{}"#,
        transforms(&[EXCLUSIVE])
    );
    let filter = transforms(&[
        ENVELOPED,
        "http://www.w3.org/2002/06/xmldsig-filter2",
        EXCLUSIVE,
    ]);
    let base64 = transforms(&[
        ENVELOPED,
        EXCLUSIVE,
        "http://www.w3.org/2000/09/xmldsig#base64",
    ]);
    for list in [xslt, xpath, filter, base64] {
        let xml = Signing {
            transforms: list,
            prefixes: Vec::new(),
            ..assertion()
        }
        .sign(&okta::unsigned());
        assert_refused!(xml, SamlRefusal::Transforms { .. });
    }
}

#[test]
fn missing_repeated_and_disordered_transforms_are_refused() {
    for list in [
        &[][..],
        &[EXCLUSIVE],
        &[ENVELOPED],
        &[EXCLUSIVE, ENVELOPED],
        &[ENVELOPED, ENVELOPED, EXCLUSIVE],
        &[ENVELOPED, EXCLUSIVE, EXCLUSIVE],
    ] {
        let xml = Signing {
            transforms: transforms(list),
            prefixes: Vec::new(),
            ..assertion()
        }
        .sign(&okta::unsigned());
        assert_refused!(xml, SamlRefusal::Transforms { .. });
    }
}

#[test]
fn unexpected_canonicalisation_is_refused() {
    let with_comments = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";
    for (uri, mode) in [
        (INCLUSIVE, C14nMode::Inclusive),
        (
            "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
            C14nMode::InclusiveWithComments,
        ),
        (
            "http://www.w3.org/2006/12/xml-c14n11",
            C14nMode::Inclusive11,
        ),
        (with_comments, C14nMode::ExclusiveWithComments),
    ] {
        let reference = Signing {
            transforms: transforms(&[ENVELOPED, uri]),
            prefixes: Vec::new(),
            reference_canonicalization: mode,
            ..assertion()
        };
        assert_refused!(
            reference.sign(&okta::unsigned()),
            SamlRefusal::Transforms { .. }
        );
        let info = Signing {
            canonicalization: uri.to_owned(),
            ..assertion()
        };
        assert_refused!(
            info.sign(&okta::unsigned()),
            SamlRefusal::Canonicalization { .. }
        );
    }
}

#[test]
fn hmac_with_the_public_key_as_secret_is_refused() {
    let key = keys::okta();
    for secret in [
        key.certificate.der().to_vec(),
        key.certificate_pem.clone().into_bytes(),
    ] {
        let method = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256".to_owned();
        let xml = Signing {
            hmac: Some(secret),
            method,
            ..assertion()
        }
        .sign(&okta::unsigned());
        assert_refused!(xml, SamlRefusal::SignatureAlgorithm { .. });
    }
}

#[test]
fn weak_and_unknown_algorithms_are_refused() {
    for method in [
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha224",
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        "none",
        "",
    ] {
        let xml = Signing {
            method: method.to_owned(),
            ..assertion()
        }
        .sign(&okta::unsigned());
        assert_refused!(xml, SamlRefusal::SignatureAlgorithm { .. });
    }
    let sha1 = Signing {
        digest_method: SHA1.to_owned(),
        ..assertion()
    }
    .sign(&okta::unsigned());
    assert_refused!(sha1, SamlRefusal::DigestAlgorithm { .. });
}

#[test]
fn an_algorithm_that_does_not_fit_the_key_is_refused() {
    let method = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256".to_owned();
    assert_refused!(
        Signing {
            method,
            ..assertion()
        }
        .sign(&okta::unsigned()),
        SamlRefusal::UntrustedSignature { .. }
    );
    let rsa = Signing {
        key: keys::ec(),
        ..assertion()
    }
    .sign(&okta::unsigned());
    assert_refused!(rsa, SamlRefusal::UntrustedSignature { .. });
}

#[test]
fn a_truncation_length_in_the_signature_method_is_refused() {
    let content = "<ds:HMACOutputLength>8</ds:HMACOutputLength>".to_owned();
    let xml = Signing {
        method_content: content,
        ..assertion()
    }
    .sign(&okta::unsigned());
    assert_refused!(xml, SamlRefusal::SignatureContent { .. });
}

#[test]
fn a_prefix_list_that_only_costs_time_is_refused() {
    let xml = assertion().sign(&okta::unsigned());
    let list = |prefixes: usize| {
        xml.replace(
            r#"PrefixList="xs""#,
            &format!(r#"PrefixList="{}""#, "p ".repeat(prefixes)),
        )
    };
    assert_refused!(list(17), SamlRefusal::SignatureContent { .. });
    assert_refused!(
        list(16),
        SamlRefusal::ContentAltered { .. } | SamlRefusal::UntrustedSignature { .. }
    );
}
