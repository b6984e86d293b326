//! Metadata, theirs and ours.

use roster_saml::metadata::{MetadataError, parse_idp_metadata, sp_metadata};
use roster_saml::{CertificateError, ContentFault, DocumentFault, ServiceProvider, SigningKey};
use time::Duration;
use time::macros::datetime;

use crate::support::{ACS, IDP_ENTITY, NOW, SP_ENTITY, keys, sp};

const SSO: &str = "https://acme.okta.example/app/roster/exk/sso/saml";
const SLO: &str = "https://acme.okta.example/app/roster/exk/slo/saml";

fn key(usage: &str, key: &keys::Identity) -> String {
    let certificate = key.base64();
    format!(
        r#"<md:KeyDescriptor{usage}><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>
        {certificate}
        </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"#
    )
}

fn entity(keys: &str) -> String {
    format!(
        r#"<md:EntityDescriptor entityID="{IDP_ENTITY}" xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"><md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{keys}<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://acme.okta.example/post"/><md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{SLO}"/><md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified</md:NameIDFormat><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://acme.okta.example/post"/><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{SSO}"/></md:IDPSSODescriptor></md:EntityDescriptor>"#
    )
}

fn okta() -> String {
    entity(&key(r#" use="signing""#, keys::okta()))
}

fn error(xml: &str) -> MetadataError {
    parse_idp_metadata(xml.as_bytes(), NOW).unwrap_err()
}

#[test]
fn okta_metadata_becomes_a_trust_anchor() {
    let xml = format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- exported -->{}",
        okta()
    );
    let metadata = parse_idp_metadata(xml.as_bytes(), NOW).unwrap();
    assert_eq!(metadata.idp.entity_id, IDP_ENTITY);
    assert_eq!(metadata.idp.sso_url, SSO);
    assert_eq!(metadata.idp.slo_url.as_deref(), Some(SLO));
    assert_eq!(
        metadata.idp.signing_certificates,
        [keys::okta().certificate.clone()]
    );
    assert!(!metadata.idp.want_signed_requests);
    assert_eq!(metadata.valid_until, None);
    let signed =
        parse_idp_metadata(okta().replace("\"false\"", "\"true\"").as_bytes(), NOW).unwrap();
    assert!(signed.idp.want_signed_requests);
}

#[test]
fn several_signing_certificates_are_taken_over_once_each_and_expired_ones_warned_of() {
    let keys = [
        key(r#" use="signing""#, keys::okta()),
        key("", keys::next()),
        key(r#" use="signing""#, keys::okta()),
        key(r#" use="signing""#, keys::expired()),
        key(r#" use="encryption""#, keys::attacker()),
    ];
    let metadata = parse_idp_metadata(entity(&keys.concat()).as_bytes(), NOW).unwrap();
    let expected = [keys::okta(), keys::next(), keys::expired()].map(|key| key.certificate.clone());
    assert_eq!(metadata.idp.signing_certificates, expected);
    let warnings = metadata.idp.certificate_warnings(NOW, Duration::days(30));
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].subject, "CN=expired");
    assert_eq!(warnings[0].not_after, datetime!(2030-06-01 0:00 UTC));
}

#[test]
fn a_collection_with_one_identity_provider_will_do() {
    let collect = |inner: &str| {
        format!(
            r#"<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">{inner}</md:EntitiesDescriptor>"#
        )
    };
    let service = sp_metadata(&sp()).split_once("?>").unwrap().1.to_owned();
    let metadata = parse_idp_metadata(
        collect(&collect(&format!("{service}{}", okta()))).as_bytes(),
        NOW,
    )
    .unwrap();
    assert_eq!(metadata.idp.entity_id, IDP_ENTITY);
    assert_eq!(
        error(&collect(&okta().repeat(2))),
        MetadataError::IdentityProviders { count: 2 }
    );
    assert_eq!(
        error(&collect(&service)),
        MetadataError::IdentityProviders { count: 0 }
    );
    assert_eq!(
        error(&service),
        MetadataError::IdentityProviders { count: 0 }
    );
}

#[test]
fn the_earliest_end_of_validity_counts() {
    let until = |entity: &str, role: &str| {
        okta()
            .replace("entityID=", &format!(r#"validUntil="{entity}" entityID="#))
            .replace("WantAuthn", &format!(r#"validUntil="{role}" WantAuthn"#))
    };
    let metadata = parse_idp_metadata(
        until("2030-07-01T00:00:00Z", "2030-06-20T00:00:00Z").as_bytes(),
        NOW,
    )
    .unwrap();
    assert_eq!(metadata.valid_until, Some(datetime!(2030-06-20 0:00 UTC)));
    let past = error(&until("2030-06-15T11:59:59Z", "2030-06-20T00:00:00Z"));
    assert_eq!(
        past,
        MetadataError::Expired {
            valid_until: datetime!(2030-06-15 11:59:59 UTC)
        }
    );
    let wrong = error(&until("tomorrow", "2030-06-20T00:00:00Z"));
    assert!(matches!(
        wrong,
        MetadataError::Content(ContentFault::NotAnInstant { .. })
    ));
}

#[test]
fn metadata_that_trusts_nobody_is_refused() {
    assert_eq!(error(&entity("")), MetadataError::NoSigningCertificate);
    assert_eq!(
        error(&entity(&key(r#" use="encryption""#, keys::okta()))),
        MetadataError::NoSigningCertificate
    );
    let garbled = okta().replace(&keys::okta().base64(), "AAAA");
    assert_eq!(
        error(&garbled),
        MetadataError::Certificate(CertificateError::NotACertificate)
    );
    let bad: Vec<_> = (0..9)
        .map(|n| {
            let end = datetime!(2040-01-01 0:00 UTC);
            key(
                "",
                &keys::Identity::new(&format!("k{n}"), &rcgen::PKCS_ECDSA_P256_SHA256, end),
            )
        })
        .collect();
    assert_eq!(
        error(&entity(&bad.concat())),
        MetadataError::TooManyCertificates
    );
}

#[test]
fn weak_and_unusable_keys_are_refused() {
    let short = include_str!("fixtures/rsa-1024-certificate.pem");
    let short = short
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect::<String>();
    let weak = error(&okta().replace(&keys::okta().base64(), &short));
    assert_eq!(
        weak,
        MetadataError::Certificate(CertificateError::RsaKeySize { bits: 1024 })
    );
    let end = datetime!(2040-01-01 0:00 UTC);
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let mut params = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap();
    params.not_after = end;
    let pem = params.self_signed(&key).unwrap().pem();
    assert_eq!(
        roster_saml::Certificate::from_text(&pem),
        Err(CertificateError::UnsupportedKey)
    );
}

#[test]
fn addresses_a_browser_must_not_be_sent_to_are_refused() {
    for wrong in [
        "http://acme.okta.example/sso",
        "javascript:alert(1)",
        "/sso",
        "https://user:secret@acme.okta.example/",
        "https://acme.okta.example/#x",
        "https://",
    ] {
        assert!(
            matches!(
                error(&okta().replace(SSO, wrong)),
                MetadataError::Address { .. }
            ),
            "{wrong}"
        );
        assert!(
            matches!(
                error(&okta().replace(SLO, wrong)),
                MetadataError::Address { .. }
            ),
            "{wrong}"
        );
    }
    for fine in [
        "http://localhost:7000/sso",
        "http://127.0.0.1:7000/sso",
        "http://[::1]:7000/sso",
    ] {
        assert_eq!(
            parse_idp_metadata(okta().replace(SSO, fine).as_bytes(), NOW)
                .unwrap()
                .idp
                .sso_url,
            fine
        );
    }
    let split = okta().replace(SSO, "https://acme.okta.example/a&#13;&#10;b");
    let url = parse_idp_metadata(split.as_bytes(), NOW)
        .unwrap()
        .idp
        .sso_url;
    assert_eq!(
        url, "https://acme.okta.example/ab",
        "no line break reaches a header"
    );
    let post_only = okta().replace(
        "HTTP-Redirect\" Location=\"https://acme.okta.example/app/roster/exk/sso",
        "PAOS\" Location=\"https://acme.okta.example/app/roster/exk/sso",
    );
    assert_eq!(error(&post_only), MetadataError::NoSignInAddress);
}

#[test]
fn documents_that_are_no_metadata_are_refused() {
    assert!(matches!(
        error("<html/>"),
        MetadataError::NotMetadata { .. }
    ));
    assert!(matches!(
        error(""),
        MetadataError::Document(DocumentFault::NotXml { .. })
    ));
    let doctype = format!(
        "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/hostname'>]>{}",
        okta()
    );
    assert_eq!(
        error(&doctype),
        MetadataError::Document(DocumentFault::DocumentType)
    );
    assert_eq!(
        error(&" ".repeat(1024 * 1024 + 1)),
        MetadataError::Document(DocumentFault::TooLarge { limit: 1024 * 1024 })
    );
    let deep = okta().replacen("<md:NameIDFormat>", &"<x>".repeat(40), 1);
    assert_eq!(
        error(&deep),
        MetadataError::Document(DocumentFault::TooDeep { limit: 32 })
    );
    let split = okta().replace(
        &keys::okta().base64(),
        &format!("<!-- x -->{}", keys::okta().base64()),
    );
    assert!(matches!(
        error(&split),
        MetadataError::Content(ContentFault::NotText { .. })
    ));
    let anonymous = okta().replace(&format!(r#" entityID="{IDP_ENTITY}""#), "");
    assert!(matches!(
        error(&anonymous),
        MetadataError::Content(ContentFault::MissingAttribute { .. })
    ));
    let long = okta().replace(IDP_ENTITY, &"x".repeat(1025));
    assert_eq!(error(&long), MetadataError::EntityId);
}

#[test]
fn our_metadata_says_what_we_are() {
    let plain = sp_metadata(&sp());
    let document = uppsala::parse(&plain).unwrap();
    let root = document.document_element().unwrap();
    assert_eq!(document.get_attribute(root, "entityID"), Some(SP_ENTITY));
    let service = document.get_elements_by_tag_name("AssertionConsumerService")[0];
    assert_eq!(document.get_attribute(service, "Location"), Some(ACS));
    let role = document.get_elements_by_tag_name("SPSSODescriptor")[0];
    assert_eq!(
        document.get_attribute(role, "AuthnRequestsSigned"),
        Some("false")
    );
    assert_eq!(
        document.get_attribute(role, "WantAssertionsSigned"),
        Some("true")
    );
    assert!(
        document
            .get_elements_by_tag_name("KeyDescriptor")
            .is_empty()
    );

    let key = SigningKey::from_pem(&keys::ours().key_pem, &keys::ours().certificate_pem).unwrap();
    let full = ServiceProvider {
        entity_id: "https://x.example/?a&b=\"<".to_owned(),
        slo_url: Some("https://roster.example/slo".to_owned()),
        signing_key: Some(key),
        encryption_certificate: Some(keys::ours().certificate.clone()),
        ..sp()
    };
    let full = sp_metadata(&full);
    let document = uppsala::parse(&full).unwrap();
    let root = document.document_element().unwrap();
    assert_eq!(
        document.get_attribute(root, "entityID"),
        Some("https://x.example/?a&b=\"<")
    );
    let keys_shown = document.get_elements_by_tag_name("KeyDescriptor");
    let usages: Vec<_> = keys_shown
        .iter()
        .map(|key| document.get_attribute(*key, "use").unwrap())
        .collect();
    assert_eq!(usages, ["signing", "encryption"]);
    assert_eq!(
        document.text_content_deep(document.get_elements_by_tag_name("X509Certificate")[0]),
        keys::ours().base64()
    );
    assert!(
        !full.contains(keys::ours().key_pem.lines().nth(1).unwrap()),
        "never the private key"
    );
}
