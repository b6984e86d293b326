//! What an administrator brings: metadata, and keys of ours.

use roster_application::ports::saml::{KeyPair, KeyUse, SamlProtocol};
use roster_domain::saml_settings::IdpTrust;
use roster_saml::Saml;
use time::{Duration, OffsetDateTime};

use super::{EXPECTED, SLO, SSO, idp, info, nonsense, pair, tenant, verify_as};
use crate::support::{IDP_ENTITY, NOW, keys, okta};

const WEAK: &str = include_str!("../fixtures/rsa-1024-certificate.pem");

fn metadata(valid_until: OffsetDateTime) -> String {
    let (next, okta) = (keys::next().base64(), keys::okta().base64());
    let key = |certificate| {
        format!(
            r#"<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"#
        )
    };
    let until = valid_until
        .format(&time::format_description::well_known::Rfc3339)
        .unwrap();
    format!(
        r#"<md:EntityDescriptor validUntil="{until}" entityID="{IDP_ENTITY}" xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"><md:IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{}{}<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{SLO}"/><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{SSO}"/></md:IDPSSODescriptor></md:EntityDescriptor>"#,
        key(next),
        key(okta)
    )
}

#[test]
fn metadata_becomes_settings_that_verify_what_the_provider_signs() {
    let valid_until = NOW + Duration::days(7);
    let read = Saml.read_metadata(metadata(valid_until).as_bytes(), NOW);
    let read = read.unwrap();
    // PEM may be broken into lines elsewhere; what it says is the same.
    let lines = |mut trust: IdpTrust| {
        for certificate in &mut trust.certificates {
            certificate.pem.retain(|c| !c.is_whitespace());
        }
        trust
    };
    let expected = IdpTrust {
        want_signed_requests: true,
        valid_until: Some(valid_until),
        ..idp()
    };
    assert_eq!(lines(read.clone()), lines(expected));
    assert!(verify_as(&tenant(), &read, &EXPECTED, &okta::signed()).is_ok());
    let pem = &read.certificates[0].pem;
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\n"), "{pem}");
    assert!(pem.lines().all(|line| line.len() <= 64), "{pem}");

    let past = Saml.read_metadata(metadata(NOW).as_bytes(), NOW);
    assert!(past.unwrap_err().0.contains("valid until"));
    let page = Saml.read_metadata(b"<html/>", NOW).unwrap_err();
    assert!(page.0.contains("not SAML metadata"), "{page}");
}

#[test]
fn a_key_pair_is_checked_for_its_use_and_never_repeated() {
    let (ours, other, ec) = (pair(keys::ours()), pair(keys::okta()), pair(keys::ec()));
    for usage in [KeyUse::Signing, KeyUse::Decryption] {
        let checked = Saml.check_key(&ours, usage).unwrap();
        let expected = info(keys::ours());
        assert_eq!(checked.fingerprint, expected.fingerprint);
        assert_eq!(checked.subject, expected.subject);
        assert_eq!(checked.not_after, expected.not_after);
        let again = KeyPair {
            certificate: checked.pem,
            ..ours.clone()
        };
        assert!(Saml.check_key(&again, usage).is_ok());
    }
    assert!(Saml.check_key(&ec, KeyUse::Signing).is_ok());

    let mixed = KeyPair {
        certificate: other.certificate.clone(),
        ..ours.clone()
    };
    let weak = KeyPair {
        certificate: WEAK.to_owned(),
        ..ours.clone()
    };
    let swapped = KeyPair {
        private_key: ours.certificate.clone(),
        certificate: ours.private_key.clone(),
    };
    let cut = KeyPair {
        private_key: ours.private_key[..ours.private_key.len() / 2].to_owned(),
        ..ours.clone()
    };
    for (pair, usage, part) in [
        (&mixed, KeyUse::Signing, "doesn't belong"),
        (&mixed, KeyUse::Decryption, "doesn't belong"),
        (&weak, KeyUse::Signing, "1024 bits"),
        (&weak, KeyUse::Decryption, "1024 bits"),
        (&swapped, KeyUse::Signing, "not an X.509 certificate"),
        (&swapped, KeyUse::Decryption, "not an X.509 certificate"),
        (&cut, KeyUse::Signing, "not a usable private key"),
        (&cut, KeyUse::Decryption, "not a usable private key"),
        (&nonsense(), KeyUse::Signing, "not an X.509 certificate"),
        (&ec, KeyUse::Decryption, "RSA"),
    ] {
        let fault = Saml.check_key(pair, usage).unwrap_err();
        assert!(fault.0.contains(part), "{fault}");
        let shown = format!("{fault} {fault:?}");
        let secret = |line: &str| line.len() > 40 && shown.contains(line);
        assert!(!pair.private_key.lines().any(secret), "{shown}");
        assert!(!pair.certificate.lines().any(secret), "{shown}");
    }
}
