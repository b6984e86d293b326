//! What we send: sign-in and logout requests by HTTP-Redirect.

use std::io::Read;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use roster_saml::logout::{Subject, logout_request};
use roster_saml::request::authn_request;
use roster_saml::{
    KeyError, NameIdFormat, RedirectError, RequestId, ServiceProvider, SigningKey, TrustedIdp,
};
use url::Url;

use crate::support::{ACS, NOW, REQUEST, SP_ENTITY, idp, keys, sp};

fn id() -> RequestId {
    RequestId::parse(REQUEST).unwrap()
}

fn signing(key: &keys::Identity) -> ServiceProvider {
    ServiceProvider {
        signing_key: Some(SigningKey::from_pem(&key.key_pem, &key.certificate_pem).unwrap()),
        ..sp()
    }
}

fn parameter(url: &str, name: &str) -> Option<String> {
    Url::parse(url)
        .unwrap()
        .query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

fn message(url: &str) -> String {
    let deflated = STANDARD
        .decode(parameter(url, "SAMLRequest").unwrap())
        .unwrap();
    let mut xml = String::new();
    DeflateDecoder::new(&deflated[..])
        .read_to_string(&mut xml)
        .unwrap();
    xml
}

/// Checks the signature as an IdP does: over the query as it was sent, up to `&Signature=`.
fn assert_signed(url: &str, algorithm: &'static dyn VerificationAlgorithm, key: &keys::Identity) {
    let query = Url::parse(url).unwrap().query().unwrap().to_owned();
    let signed = &query[query.find("SAMLRequest=").unwrap()..query.find("&Signature=").unwrap()];
    let signature = STANDARD
        .decode(parameter(url, "Signature").unwrap())
        .unwrap();
    let certificate = x509_cert::der::Decode::from_der(key.certificate.der());
    let certificate: x509_cert::Certificate = certificate.unwrap();
    let public = certificate
        .tbs_certificate
        .subject_public_key_info
        .subject_public_key
        .raw_bytes()
        .to_vec();
    UnparsedPublicKey::new(algorithm, public)
        .verify(signed.as_bytes(), &signature)
        .unwrap();
}

#[test]
fn a_sign_in_request_names_us_and_leaves_the_name_id_format_to_the_provider() {
    let url = authn_request(&sp(), &idp(), &id(), NOW, "key 1&2").unwrap();
    assert!(
        url.as_str()
            .starts_with(&format!("{}?SAMLRequest=", idp().sso_url))
    );
    assert_eq!(
        parameter(url.as_str(), "RelayState").as_deref(),
        Some("key 1&2")
    );
    assert_eq!(parameter(url.as_str(), "Signature"), None);
    let xml = message(url.as_str());
    let document = uppsala::parse(&xml).unwrap();
    let root = document.document_element().unwrap();
    for (name, value) in [
        ("ID", REQUEST),
        ("Version", "2.0"),
        ("IssueInstant", "2030-06-15T12:00:00Z"),
        ("Destination", idp().sso_url.as_str()),
        ("AssertionConsumerServiceURL", ACS),
        (
            "ProtocolBinding",
            "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
        ),
    ] {
        assert_eq!(document.get_attribute(root, name), Some(value), "{name}");
    }
    assert_eq!(document.text_content_deep(root), SP_ENTITY);
    assert!(!xml.contains("NameIDPolicy"));
}

#[test]
fn requests_are_signed_with_rsa_or_ecdsa_if_there_is_a_key() {
    let rsa = authn_request(&signing(keys::ours()), &idp(), &id(), NOW, "k").unwrap();
    assert!(
        parameter(rsa.as_str(), "SigAlg")
            .unwrap()
            .ends_with("#rsa-sha256")
    );
    assert_signed(rsa.as_str(), &RSA_PKCS1_2048_8192_SHA256, keys::ours());
    let ec = authn_request(&signing(keys::ec()), &idp(), &id(), NOW, "").unwrap();
    assert!(
        parameter(ec.as_str(), "SigAlg")
            .unwrap()
            .ends_with("#ecdsa-sha256")
    );
    assert_eq!(parameter(ec.as_str(), "RelayState"), None);
    assert_signed(ec.as_str(), &ECDSA_P256_SHA256_FIXED, keys::ec());
}

#[test]
fn a_provider_that_wants_signatures_gets_no_unsigned_request() {
    let strict = TrustedIdp {
        want_signed_requests: true,
        ..idp()
    };
    assert_eq!(
        authn_request(&sp(), &strict, &id(), NOW, ""),
        Err(RedirectError::SigningKeyRequired)
    );
    assert!(authn_request(&signing(keys::ours()), &strict, &id(), NOW, "").is_ok());
}

#[test]
fn relay_state_has_at_most_80_bytes() {
    assert!(authn_request(&sp(), &idp(), &id(), NOW, &"x".repeat(80)).is_ok());
    let long = authn_request(&sp(), &idp(), &id(), NOW, &"ä".repeat(41));
    assert_eq!(long, Err(RedirectError::RelayStateTooLong { bytes: 82 }));
}

#[test]
fn an_address_with_a_query_keeps_it_and_a_broken_one_is_refused() {
    let with_query = TrustedIdp {
        sso_url: "https://idp.example/sso?realm=a".to_owned(),
        ..idp()
    };
    let url = authn_request(&sp(), &with_query, &id(), NOW, "").unwrap();
    assert!(
        url.as_str()
            .starts_with("https://idp.example/sso?realm=a&SAMLRequest=")
    );
    for broken in ["", "idp", "https://idp.example/#x"] {
        let broken = TrustedIdp {
            sso_url: broken.to_owned(),
            ..idp()
        };
        assert_eq!(
            authn_request(&sp(), &broken, &id(), NOW, ""),
            Err(RedirectError::Endpoint)
        );
    }
}

#[test]
fn a_logout_request_names_the_session_and_is_always_signed() {
    let offering = TrustedIdp {
        slo_url: Some("https://idp.example/slo".to_owned()),
        ..idp()
    };
    let subject = Subject {
        name_id: "ada&co",
        name_id_format: &NameIdFormat::Persistent,
        session_index: Some("_session"),
    };
    let url = logout_request(&signing(keys::ours()), &offering, subject, &id(), NOW, "")
        .unwrap()
        .unwrap();
    assert!(
        url.as_str()
            .starts_with("https://idp.example/slo?SAMLRequest=")
    );
    assert_signed(url.as_str(), &RSA_PKCS1_2048_8192_SHA256, keys::ours());
    let xml = message(url.as_str());
    let document = uppsala::parse(&xml).unwrap();
    let root = document.document_element().unwrap();
    assert_eq!(
        document.get_attribute(root, "NotOnOrAfter"),
        Some("2030-06-15T12:05:00Z")
    );
    let name = document.get_elements_by_tag_name("NameID")[0];
    assert_eq!(document.text_content_deep(name), "ada&co");
    assert_eq!(
        document.get_attribute(name, "Format"),
        Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent")
    );
    assert_eq!(
        document.text_content_deep(document.get_elements_by_tag_name("SessionIndex")[0]),
        "_session"
    );

    assert_eq!(
        logout_request(&sp(), &offering, subject, &id(), NOW, ""),
        Err(RedirectError::SigningKeyRequired)
    );
    assert_eq!(
        logout_request(&signing(keys::ours()), &idp(), subject, &id(), NOW, ""),
        Ok(None)
    );
}

#[test]
fn a_signing_key_must_belong_to_its_certificate_and_is_never_shown() {
    let wrong = SigningKey::from_pem(&keys::ours().key_pem, &keys::okta().certificate_pem);
    assert_eq!(wrong.unwrap_err(), KeyError::Mismatch);
    let no_key = SigningKey::from_pem(&keys::ours().certificate_pem, &keys::ours().certificate_pem);
    assert!(matches!(no_key, Err(KeyError::Unusable { .. })));
    let no_certificate = SigningKey::from_pem(&keys::ours().key_pem, &keys::ours().key_pem);
    assert!(matches!(no_certificate, Err(KeyError::Certificate(_))));
    let shown = format!("{:?}", signing(keys::ours()));
    assert!(
        shown.contains("CN=roster") && !shown.contains("PRIVATE"),
        "{shown}"
    );
}

/// The key that a PKCS #8 file wraps, in the older form of its kind.
fn unwrapped(key: &keys::Identity, label: &str, octet_string: &[u8]) -> String {
    let packed: String = key
        .key_pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let der = STANDARD.decode(packed).unwrap();
    let at = der
        .windows(octet_string.len())
        .position(|bytes| bytes == octet_string)
        .unwrap();
    let inner = &der[at
        + octet_string.len()
        + if octet_string.len() == 2 && octet_string[1] == 0x82 {
            2
        } else {
            0
        }..];
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        STANDARD.encode(inner)
    )
}

#[test]
fn older_key_files_are_read_too() {
    let pkcs1 = unwrapped(keys::ours(), "RSA PRIVATE KEY", &[0x04, 0x82]);
    assert!(SigningKey::from_pem(&pkcs1, &keys::ours().certificate_pem).is_ok());
    let sec1 = unwrapped(keys::ec(), "EC PRIVATE KEY", &[0x04, 0x6d]);
    assert!(SigningKey::from_pem(&sec1, &keys::ec().certificate_pem).is_ok());
}

#[test]
fn message_ids_are_xml_names_of_128_random_bits() {
    assert_eq!(
        RequestId::from_random(0xab).as_str(),
        "_000000000000000000000000000000ab"
    );
    assert_eq!(
        RequestId::parse(RequestId::from_random(u128::MAX).as_str()),
        Ok(RequestId::from_random(u128::MAX))
    );
    for wrong in ["", "1", "a b", "a\"", "é", &"a".repeat(129)] {
        assert!(RequestId::parse(wrong).is_err(), "{wrong}");
    }
}
