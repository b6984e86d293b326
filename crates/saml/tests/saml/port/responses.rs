//! What a response comes to.

use roster_application::ports::saml::{Expectations, NameIdKind, SamlProtocol, VerifiedIdentity};
use roster_domain::saml_settings::AttributeNames;
use roster_domain::text::SamlAttributeName;
use roster_saml::Saml;
use time::Duration;
use time::macros::datetime;

use super::{EXPECTED, idp, nonsense, pair, tenant, verify, verify_as, with_keys};
use crate::encryption;
use crate::support::okta::{self, ASSERTION_ID, NAME_ID_FORMAT, PERSON};
use crate::support::{IDP_ENTITY, NOW, REQUEST, keys, post};

#[test]
fn an_okta_response_tells_who_signed_in() {
    let identity = VerifiedIdentity {
        idp_entity_id: IDP_ENTITY.to_owned(),
        name_id: PERSON.to_owned(),
        name_id_kind: NameIdKind::Name,
        name_id_format: NAME_ID_FORMAT.to_owned(),
        session_index: Some(REQUEST.to_owned()),
        assertion_id: ASSERTION_ID.to_owned(),
        assertion_expires_at: datetime!(2030-06-15 12:06:00.123 UTC),
        in_response_to: Some(REQUEST.to_owned()),
        email: Some(PERSON.to_owned()),
        first_name: Some("Ada".to_owned()),
        last_name: Some("Lovelace".to_owned()),
        role: Some("Analyst".to_owned()),
    };
    assert_eq!(verify(&okta::signed()), Ok(identity));
}

#[test]
fn the_format_says_what_a_name_is_good_for() {
    for (format, kind) in [
        ("1.1:nameid-format:unspecified", NameIdKind::Name),
        ("1.1:nameid-format:emailAddress", NameIdKind::Name),
        ("1.1:nameid-format:X509SubjectName", NameIdKind::Name),
        ("2.0:nameid-format:persistent", NameIdKind::Persistent),
        ("2.0:nameid-format:transient", NameIdKind::Transient),
    ] {
        let format = format!("urn:oasis:names:tc:SAML:{format}");
        let identity = verify(&okta::signed_with(NAME_ID_FORMAT, &format)).unwrap();
        assert_eq!(identity.name_id_kind, kind, "{format}");
        assert_eq!(identity.name_id_format, format);
    }
}

#[test]
fn the_attributes_are_those_of_the_settings() {
    let attributes = AttributeNames {
        email: SamlAttributeName::new("PantherRole").unwrap(),
        first_name: SamlAttributeName::new("PantherLastName").unwrap(),
        last_name: SamlAttributeName::new("PantherFirstName").unwrap(),
        role: SamlAttributeName::new("department").unwrap(),
    };
    let posted = post(&okta::signed());
    let identity = Saml
        .verify(&tenant(), &idp(), &attributes, &EXPECTED, &posted)
        .unwrap();
    assert_eq!(identity.email.as_deref(), Some("Analyst"));
    assert_eq!(identity.first_name.as_deref(), Some("Lovelace"));
    assert_eq!(identity.last_name.as_deref(), Some("Ada"));
    assert_eq!(identity.role, None);
}

#[test]
fn what_may_be_answered_is_said_by_the_caller() {
    let unasked =
        okta::sign_both(&okta::unsigned().replace(&format!(r#"InResponseTo="{REQUEST}""#), ""));
    let open = Expectations {
        outstanding: None,
        idp_initiated: true,
        ..EXPECTED
    };
    let identity = verify_as(&tenant(), &idp(), &open, &unasked).unwrap();
    assert_eq!(identity.in_response_to, None);
    assert!(verify(&unasked).is_err());

    for other in [None, Some("_another")] {
        let expectations = Expectations {
            outstanding: other,
            ..EXPECTED
        };
        let refused = verify_as(&tenant(), &idp(), &expectations, &okta::signed()).unwrap_err();
        assert!(refused.reason.contains(REQUEST), "{refused}");
    }
}

#[test]
fn only_an_honest_response_that_came_late_lets_a_person_start_again() {
    let late = Expectations {
        now: NOW + Duration::hours(1),
        ..EXPECTED
    };
    let refused = verify_as(&tenant(), &idp(), &late, &okta::signed()).unwrap_err();
    assert!(refused.start_again, "{refused}");
    assert!(refused.reason.contains("was valid until"), "{refused}");

    let forged = okta::signed().replace("Analyst", "Admin");
    let forged_late = verify_as(&tenant(), &idp(), &late, &forged).unwrap_err();
    assert!(!forged_late.start_again);
    let refused = verify(&forged).unwrap_err();
    assert!(!refused.start_again);
    assert_eq!(refused, forged_late);
    assert!(refused.to_string().contains("changed after signing"));
}

#[test]
fn an_encrypted_assertion_is_opened_with_the_tenants_key() {
    let xml = okta::sign_response(&encryption::around(&encryption::genuine()));
    let sp = with_keys(None, Some(pair(keys::ours())));
    let identity = verify_as(&sp, &idp(), &EXPECTED, &xml).unwrap();
    assert_eq!(identity.name_id, PERSON);

    let refused = verify(&xml).unwrap_err();
    assert!(refused.reason.contains("encrypted"), "{refused}");
    let sp = with_keys(None, Some(pair(keys::attacker())));
    assert!(verify_as(&sp, &idp(), &EXPECTED, &xml).is_err());
}

#[test]
fn settings_that_can_not_be_used_let_nobody_in() {
    let mut broken = idp();
    broken.certificates[0].pem = "nonsense".to_owned();
    let mut nobody = idp();
    nobody.certificates.clear();
    let odd_request = Expectations {
        outstanding: Some("not an id"),
        ..EXPECTED
    };
    let xml = okta::signed();
    for refused in [
        verify_as(&tenant(), &broken, &EXPECTED, &xml),
        verify_as(&tenant(), &nobody, &EXPECTED, &xml),
        verify_as(&tenant(), &idp(), &odd_request, &xml),
        verify_as(&with_keys(None, Some(nonsense())), &idp(), &EXPECTED, &xml),
    ] {
        let refused = refused.unwrap_err();
        assert!(!refused.start_again && !refused.reason.is_empty());
    }
    // The key for signing has no part in it.
    let sp = with_keys(Some(nonsense()), None);
    assert!(verify_as(&sp, &idp(), &EXPECTED, &xml).is_ok());
}
