//! What we send, and how we describe ourselves.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use roster_application::ports::saml::{Expectations, LogoutSubject, SamlProtocol, ServiceProvider};
use roster_domain::saml_settings::IdpTrust;
use roster_saml::Saml;
use url::Url;

use super::{EXPECTED, SLO, SLS, SSO, idp, nonsense, pair, tenant, verify_as, with_keys};
use crate::support::{ACS, NOW, REQUEST, SP_ENTITY, keys, okta};

fn parameter(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).unwrap();
    let mut pairs = url.query_pairs();
    pairs
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

fn message(url: &str) -> String {
    let deflated = parameter(url, "SAMLRequest").unwrap();
    let mut xml = String::new();
    DeflateDecoder::new(&STANDARD.decode(deflated).unwrap()[..])
        .read_to_string(&mut xml)
        .unwrap();
    xml
}

#[test]
fn a_sign_in_request_is_signed_if_there_is_a_key() {
    let request =
        |sp: &ServiceProvider, idp: &IdpTrust| Saml.authn_request(sp, idp, REQUEST, "state", NOW);
    let plain = request(&tenant(), &idp()).unwrap();
    assert!(plain.starts_with(&format!("{SSO}&SAMLRequest=")), "{plain}");
    assert_eq!(parameter(&plain, "RelayState").as_deref(), Some("state"));
    assert_eq!(parameter(&plain, "Signature"), None);
    let xml = message(&plain);
    for part in [REQUEST, ACS, SP_ENTITY, "2030-06-15T12:00:00"] {
        assert!(xml.contains(part), "{xml}");
    }
    let signed = request(&with_keys(Some(pair(keys::ours())), None), &idp()).unwrap();
    assert!(parameter(&signed, "Signature").is_some());

    let strict = IdpTrust {
        want_signed_requests: true,
        ..idp()
    };
    let fault = request(&tenant(), &strict).unwrap_err();
    assert!(fault.0.contains("no signing key"), "{fault}");
    assert!(request(&with_keys(Some(nonsense()), None), &idp()).is_err());
    let odd = Saml.authn_request(&tenant(), &idp(), "not an id", "", NOW);
    assert!(odd.unwrap_err().0.contains("message id"));
    let long = Saml.authn_request(&tenant(), &idp(), REQUEST, &"x".repeat(81), NOW);
    assert!(long.unwrap_err().0.contains("RelayState"));
}

#[test]
fn a_logout_request_names_the_session_if_it_can_be_sent_at_all() {
    let format = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    let subject = LogoutSubject {
        name_id: "ada & co",
        name_id_format: format,
        session_index: Some("session-1"),
    };
    let ours = with_keys(Some(pair(keys::ours())), None);
    let url = Saml
        .logout_request(&ours, &idp(), subject, REQUEST, NOW)
        .unwrap()
        .unwrap();
    assert!(url.starts_with(&format!("{SLO}?SAMLRequest=")), "{url}");
    assert!(parameter(&url, "Signature").is_some());
    let xml = message(&url);
    for part in [REQUEST, format, ">ada &amp; co<", ">session-1<"] {
        assert!(xml.contains(part), "{xml}");
    }
    let silent = IdpTrust {
        slo_url: None,
        ..idp()
    };
    for (sp, idp) in [(&ours, &silent), (&tenant(), &idp())] {
        let none = Saml.logout_request(sp, idp, subject, REQUEST, NOW);
        assert_eq!(none, Ok(None));
    }
    let broken = with_keys(Some(nonsense()), None);
    let fault = Saml.logout_request(&broken, &idp(), subject, REQUEST, NOW);
    assert!(fault.is_err());
}

#[test]
fn our_metadata_shows_addresses_and_certificates_and_no_key() {
    let sp = with_keys(Some(pair(keys::ours())), Some(pair(keys::next())));
    let xml = Saml.sp_metadata(&sp).unwrap();
    let (ours, next) = (keys::ours().base64(), keys::next().base64());
    for part in [SP_ENTITY, ACS, SLS, &ours, &next] {
        assert!(xml.contains(part), "{xml}");
    }
    assert!(!xml.contains("PRIVATE"));
    let plain = Saml.sp_metadata(&tenant()).unwrap();
    assert!(plain.contains(ACS) && !plain.contains("KeyDescriptor"));
    for broken in [
        with_keys(Some(nonsense()), None),
        with_keys(None, Some(nonsense())),
    ] {
        assert!(Saml.sp_metadata(&broken).is_err());
    }
}

#[test]
fn message_ids_are_made_of_chance_and_taken_back() {
    let id = Saml.message_id(0xab);
    assert_eq!(id, "_000000000000000000000000000000ab");
    assert_ne!(id, Saml.message_id(0xac));
    let url = Saml.authn_request(&tenant(), &idp(), &id, "", NOW).unwrap();
    assert!(message(&url).contains(&id));
    let answer = okta::sign_both(&okta::unsigned().replace(REQUEST, &id));
    let expectations = Expectations {
        outstanding: Some(&id),
        ..EXPECTED
    };
    let identity = verify_as(&tenant(), &idp(), &expectations, &answer).unwrap();
    assert_eq!(identity.in_response_to, Some(id));
}
