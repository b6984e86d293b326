//! What honest providers send.

use roster_saml::{
    AttributeNames, Expectations, NameIdFormat, RequestId, SamlRefusal, TrustedIdp, verify_response,
};
use time::Duration;
use time::macros::datetime;

use crate::assert_refused;
use crate::support::okta::{self, ASSERTION_ID, PERSON, RESPONSE_ID, replaced};
use crate::support::signer::{ENVELOPED, EXCLUSIVE, Signing, key_info};
use crate::support::{IDP_ENTITY, NOW, REQUEST, idp, keys, post, sp, verify, verify_at};

#[test]
fn an_okta_response_with_both_signatures_tells_who_signed_in() {
    let identity = verify(&okta::signed()).unwrap();
    assert_eq!(identity.idp_entity_id, IDP_ENTITY);
    assert_eq!(identity.name_id, PERSON);
    assert_eq!(identity.name_id_format, NameIdFormat::Unspecified);
    assert_eq!(identity.session_index.as_deref(), Some(REQUEST));
    assert_eq!(identity.assertion_id, ASSERTION_ID);
    assert_eq!(
        identity.assertion_expires_at,
        datetime!(2030-06-15 12:06:00.123 UTC)
    );
    assert_eq!(
        identity.in_response_to.as_ref().map(RequestId::as_str),
        Some(REQUEST)
    );
    assert_eq!(identity.email.as_deref(), Some(PERSON));
    assert_eq!(identity.first_name.as_deref(), Some("Ada"));
    assert_eq!(identity.last_name.as_deref(), Some("Lovelace"));
    assert_eq!(identity.role.as_deref(), Some("Analyst"));
}

#[test]
fn either_signature_is_enough() {
    for xml in [
        okta::sign_assertion(&okta::unsigned()),
        okta::sign_response(&okta::unsigned()),
    ] {
        assert_eq!(verify(&xml).unwrap(), verify(&okta::signed()).unwrap());
    }
}

#[test]
fn a_replay_record_outlives_the_assertion() {
    let identity = verify(&okta::signed()).unwrap();
    assert!(
        verify_at(
            &okta::signed(),
            identity.assertion_expires_at - Duration::MILLISECOND
        )
        .is_ok()
    );
    assert!(verify_at(&okta::signed(), identity.assertion_expires_at).is_err());
}

#[test]
fn a_signature_without_prefix_list_or_key_info_verifies() {
    let plain = format!(
        r#"<ds:Transform Algorithm="{ENVELOPED}"/><ds:Transform Algorithm="{EXCLUSIVE}"/>"#
    );
    let signing = Signing {
        transforms: plain,
        prefixes: Vec::new(),
        after: String::new(),
        ..Signing::of(ASSERTION_ID)
    };
    assert_eq!(
        verify(&signing.sign(&okta::unsigned())).unwrap().name_id,
        PERSON
    );
}

#[test]
fn stronger_hashes_and_elliptic_curves_verify() {
    for hash in ["rsa-sha384", "rsa-sha512"] {
        let method = format!("http://www.w3.org/2001/04/xmldsig-more#{hash}");
        let signing = Signing {
            method,
            ..Signing::of(ASSERTION_ID)
        };
        assert_eq!(
            verify(&signing.sign(&okta::unsigned())).unwrap().name_id,
            PERSON,
            "{hash}"
        );
    }
    let method = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256".to_owned();
    let signing = Signing {
        method,
        key: keys::ec(),
        ..Signing::of(ASSERTION_ID)
    };
    let xml = signing.sign(&okta::unsigned());
    assert_eq!(verified_by(&xml, vec![keys::ec()]).unwrap(), PERSON);
    assert!(matches!(
        verified_by(&xml, vec![keys::okta()]),
        Err(SamlRefusal::UntrustedSignature { .. })
    ));
}

#[test]
fn two_signatures_may_use_two_algorithms() {
    let method = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512".to_owned();
    let assertion = Signing {
        method,
        ..Signing::of(ASSERTION_ID)
    }
    .sign(&okta::unsigned());
    assert_eq!(
        verify(&okta::sign_response(&assertion)).unwrap().name_id,
        PERSON
    );
}

#[test]
fn during_a_rollover_either_certificate_counts() {
    let next = Signing {
        key: keys::next(),
        ..Signing::of(ASSERTION_ID)
    }
    .sign(&okta::unsigned());
    let both = || vec![keys::okta(), keys::next()];
    assert_eq!(verified_by(&next, both()).unwrap(), PERSON);
    assert_eq!(verified_by(&okta::signed(), both()).unwrap(), PERSON);
    assert!(matches!(
        verified_by(&next, vec![keys::okta()]),
        Err(SamlRefusal::UntrustedSignature { .. })
    ));
}

#[test]
fn an_expired_certificate_is_trusted_while_it_is_configured_and_warned_of() {
    let signing = Signing {
        key: keys::expired(),
        after: key_info(keys::expired()),
        ..Signing::of(ASSERTION_ID)
    };
    assert_eq!(
        verified_by(&signing.sign(&okta::unsigned()), vec![keys::expired()]).unwrap(),
        PERSON
    );

    let trusted = trusting(vec![keys::okta(), keys::expired()]);
    let warnings = trusted.certificate_warnings(NOW, Duration::days(30));
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].expired);
    assert_eq!(
        warnings[0].fingerprint,
        keys::expired().certificate.fingerprint()
    );
    let earlier = trusted.certificate_warnings(datetime!(2030-05-15 0:00 UTC), Duration::days(30));
    assert!(!earlier[0].expired);
    assert!(
        trusted
            .certificate_warnings(datetime!(2030-04-01 0:00 UTC), Duration::days(30))
            .is_empty()
    );
}

#[test]
fn sign_in_from_the_providers_side_is_accepted_if_it_is_switched_on() {
    let xml =
        okta::sign_both(&okta::unsigned().replace(&format!(r#"InResponseTo="{REQUEST}""#), ""));
    let outstanding = RequestId::parse(REQUEST).unwrap();
    for outstanding in [None, Some(&outstanding)] {
        let expectations = Expectations {
            now: NOW,
            outstanding,
            idp_initiated_allowed: true,
            decryption_key: None,
        };
        let names = AttributeNames::default();
        let identity = verify_response(&sp(), &idp(), &names, &expectations, &post(&xml)).unwrap();
        assert_eq!(identity.in_response_to, None);
    }
    assert_refused!(xml, SamlRefusal::IdpInitiatedNotAllowed);
}

#[test]
fn an_unset_role_is_no_role_however_it_is_sent() {
    let role = okta::attribute("PantherRole", &okta::value("Analyst"));
    let nil = okta::value("").replace("xsi:type", r#"xsi:nil="true" xsi:type"#);
    let unset = [
        String::new(),
        okta::attribute("PantherRole", ""),
        okta::attribute("PantherRole", &okta::value("")),
        okta::attribute("PantherRole", &okta::value(" \n ")),
        okta::attribute("PantherRole", &nil),
    ];
    for unset in unset {
        let identity = verify(&okta::signed_with(&role, &unset)).unwrap();
        assert_eq!(identity.role, None, "{unset}");
        assert_eq!(identity.email.as_deref(), Some(PERSON));
    }
}

#[test]
fn escaped_characters_in_values_are_read_as_what_they_mean() {
    let xml = replaced(
        &okta::unsigned(),
        "Lovelace",
        "O&apos;Hara &amp; S&#xF6;ren &lt;x&gt;",
    );
    assert_eq!(
        verify(&okta::sign_both(&xml)).unwrap().last_name.as_deref(),
        Some("O'Hara & Sören <x>")
    );
}

#[test]
fn attribute_names_come_from_the_settings() {
    let names = AttributeNames {
        role: "groups".to_owned(),
        ..AttributeNames::default()
    };
    let xml = okta::signed_with("PantherRole", "groups");
    let request = RequestId::parse(REQUEST).unwrap();
    let expectations = Expectations {
        now: NOW,
        outstanding: Some(&request),
        idp_initiated_allowed: false,
        decryption_key: None,
    };
    let identity = verify_response(&sp(), &idp(), &names, &expectations, &post(&xml)).unwrap();
    assert_eq!(identity.role.as_deref(), Some("Analyst"));
    assert_eq!(verify(&xml).unwrap().role, None);
}

#[test]
fn indentation_and_base64_in_lines_change_nothing() {
    let indented = okta::unsigned().replace("><saml2", ">\n  <saml2");
    let signed = Signing::of(RESPONSE_ID).sign(&Signing::of(ASSERTION_ID).sign(&indented));
    assert_eq!(verify(&signed).unwrap().name_id, PERSON);

    let posted = post(&okta::signed());
    let lines: Vec<_> = posted
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let request = RequestId::parse(REQUEST).unwrap();
    let expectations = Expectations {
        now: NOW,
        outstanding: Some(&request),
        idp_initiated_allowed: false,
        decryption_key: None,
    };
    let names = AttributeNames::default();
    assert!(verify_response(&sp(), &idp(), &names, &expectations, &lines.join("\r\n")).is_ok());
}

fn trusting(keys: Vec<&keys::Identity>) -> TrustedIdp {
    let signing_certificates = keys
        .into_iter()
        .map(|key| key.certificate.clone())
        .collect();
    TrustedIdp {
        signing_certificates,
        ..idp()
    }
}

fn verified_by(xml: &str, keys: Vec<&keys::Identity>) -> Result<String, SamlRefusal> {
    let request = RequestId::parse(REQUEST).unwrap();
    let expectations = Expectations {
        now: NOW,
        outstanding: Some(&request),
        idp_initiated_allowed: false,
        decryption_key: None,
    };
    verify_response(
        &sp(),
        &trusting(keys),
        &AttributeNames::default(),
        &expectations,
        &post(xml),
    )
    .map(|identity| identity.name_id)
}
