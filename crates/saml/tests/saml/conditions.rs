//! Responses that are genuine but not for us, not now, or not about anybody.

use roster_saml::{
    AttributeNames, ContentFault, Expectations, PublicCode, RequestId, SamlRefusal,
    ServiceProvider, verify_response,
};
use time::Duration;
use time::macros::datetime;

use crate::assert_refused;
use crate::support::okta::{self, PERSON, replaced};
use crate::support::{ACS, IDP_ENTITY, NOW, REQUEST, SP_ENTITY, idp, post, sp, verify, verify_at};

#[test]
fn an_expired_response_is_refused_beyond_a_minute_of_skew() {
    assert!(verify_at(&okta::signed(), datetime!(2030-06-15 12:06:00 UTC)).is_ok());
    let late = verify_at(&okta::signed(), datetime!(2030-06-15 12:06:01 UTC)).unwrap_err();
    assert!(matches!(late, SamlRefusal::Expired { .. }), "{late:?}");
    assert_eq!(late.public_code(), PublicCode::StartAgain);
}

#[test]
fn a_response_from_the_future_is_refused_beyond_a_minute_of_skew() {
    assert!(verify_at(&okta::signed(), datetime!(2030-06-15 11:59:01 UTC)).is_ok());
    let early = verify_at(&okta::signed(), datetime!(2030-06-15 11:58:59 UTC)).unwrap_err();
    assert!(
        matches!(early, SamlRefusal::NotYetValid { .. }),
        "{early:?}"
    );
}

#[test]
fn each_time_is_checked_by_itself() {
    let confirmed = r#"NotOnOrAfter="2030-06-15T12:05:00.123Z" Recipient"#;
    let confirmed = okta::signed_with(
        confirmed,
        r#"NotOnOrAfter="2030-06-15T11:58:00Z" Recipient"#,
    );
    assert_refused!(confirmed, SamlRefusal::Expired { element, .. } if element.to_string().contains("SubjectConfirmationData"));
    let conditions = okta::signed_with(r#"12:05:00.123Z"><saml2:Aud"#, r#"11:58:00Z"><saml2:Aud"#);
    assert_refused!(conditions, SamlRefusal::Expired { element, .. } if element.to_string().contains("Conditions"));
    let begins = okta::signed_with(
        r#"NotBefore="2030-06-15T11:55:00.123Z""#,
        r#"NotBefore="2030-06-15T12:02:00Z""#,
    );
    assert_refused!(begins, SamlRefusal::NotYetValid { element, .. } if element.to_string().contains("Conditions"));
    let authenticated = okta::signed_with("2030-06-15T11:30:00.000Z", "2030-06-15T12:30:00.000Z");
    assert_refused!(authenticated, SamlRefusal::NotYetValid { element, .. } if element.to_string().contains("AuthnStatement"));
    let confirms = okta::signed_with(
        "<saml2:SubjectConfirmationData ",
        r#"<saml2:SubjectConfirmationData NotBefore="2030-06-15T12:02:00Z" "#,
    );
    assert_refused!(confirms, SamlRefusal::NotYetValid { element, .. } if element.to_string().contains("SubjectConfirmationData"));
    for (holder, element_name) in [("xmlns:saml2p", "Response"), ("xmlns:saml2", "Assertion")] {
        let issued = okta::signed_with(
            &format!(r#"IssueInstant="2030-06-15T12:00:00.123Z" Version="2.0" {holder}="#),
            &format!(r#"IssueInstant="2030-06-15T12:02:00Z" Version="2.0" {holder}="#),
        );
        assert_refused!(issued, SamlRefusal::NotYetValid { element, .. } if element.to_string().contains(element_name));
    }
    let session = okta::signed_with(
        "SessionIndex=",
        r#"SessionNotOnOrAfter="2030-06-15T11:00:00Z" SessionIndex="#,
    );
    assert_refused!(session, SamlRefusal::Expired { element, .. } if element.to_string().contains("AuthnStatement"));
}

#[test]
fn times_that_are_no_times_are_refused_and_never_overflow() {
    for wrong in [
        "",
        "soon",
        "2030-06-15",
        "2030-06-15T12:05:00",
        "10000-01-01T00:00:00Z",
        "9999-12-31T23:59:59-23:59",
    ] {
        let xml = okta::signed_with("2030-06-15T12:05:00.123Z", wrong);
        assert_refused!(xml, SamlRefusal::Content(ContentFault::NotAnInstant { .. }));
    }
    let forever = okta::signed_with("2030-06-15T12:05:00.123Z", "9999-12-31T23:59:59.999999999Z");
    assert!(verify(&forever).unwrap().assertion_expires_at > NOW);
    let ancient = okta::signed_with("2030-06-15T12:05:00.123Z", "0000-01-01T00:00:00Z");
    assert_refused!(ancient, SamlRefusal::Expired { .. });
}

#[test]
fn a_bearer_without_an_end_is_refused() {
    let endless = okta::signed_with(
        r#" NotOnOrAfter="2030-06-15T12:05:00.123Z" Recipient"#,
        " Recipient",
    );
    assert_refused!(
        endless,
        SamlRefusal::Content(ContentFault::MissingAttribute { .. })
    );
}

#[test]
fn a_wrong_audience_is_refused() {
    let audience = format!("<saml2:Audience>{SP_ENTITY}</saml2:Audience>");
    for wrong in [
        "https://other.example",
        "",
        &format!("{SP_ENTITY}/"),
        &format!(" {SP_ENTITY}"),
    ] {
        let xml = okta::signed_with(
            &audience,
            &format!("<saml2:Audience>{wrong}</saml2:Audience>"),
        );
        assert_refused!(xml, SamlRefusal::Audience { .. });
    }
    let restriction = format!("<saml2:AudienceRestriction>{audience}</saml2:AudienceRestriction>");
    let second = restriction.replace(SP_ENTITY, "https://other.example");
    let both = okta::signed_with(&restriction, &format!("{restriction}{second}"));
    assert_refused!(both, SamlRefusal::Audience { .. });
    let none = okta::signed_with(&restriction, "");
    assert_refused!(
        none,
        SamlRefusal::Content(ContentFault::Missing {
            element: "AudienceRestriction",
            ..
        })
    );
    let listed = okta::signed_with(
        &audience,
        &format!("<saml2:Audience>https://other.example</saml2:Audience>{audience}"),
    );
    assert_eq!(verify(&listed).unwrap().name_id, PERSON);
}

#[test]
fn a_wrong_recipient_is_refused() {
    let recipient = format!(r#"Recipient="{ACS}""#);
    for wrong in [r#"Recipient="https://evil.example/acs""#, ""] {
        assert_refused!(
            okta::signed_with(&recipient, wrong),
            SamlRefusal::Recipient { .. }
        );
    }
}

#[test]
fn a_wrong_destination_is_refused() {
    let destination = format!(r#"Destination="{ACS}""#);
    for wrong in [
        r#"Destination="https://evil.example/acs""#,
        r#"Destination="""#,
        "",
    ] {
        assert_refused!(
            okta::signed_with(&destination, wrong),
            SamlRefusal::Destination { .. }
        );
    }
}

#[test]
fn a_wrong_issuer_is_refused_in_the_response_and_in_the_assertion() {
    let other = replaced(
        &okta::unsigned(),
        IDP_ENTITY,
        "http://www.okta.com/exkother",
    );
    assert_refused!(okta::sign_both(&other), SamlRefusal::Issuer { element, .. } if element.to_string().contains("Response"));
    let (head, tail) = okta::unsigned()
        .split_once("<saml2:Assertion")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let inner = format!(
        "{head}<saml2:Assertion{}",
        tail.replace(IDP_ENTITY, "http://www.okta.com/exkother")
    );
    assert_refused!(okta::sign_both(&inner), SamlRefusal::Issuer { element, .. } if element.to_string().contains("Assertion"));
    let issuer = okta::element(&okta::unsigned(), "saml2:Issuer").to_owned();
    let silent = okta::sign_assertion(&replaced(&okta::unsigned(), &issuer, ""));
    assert_eq!(
        verify(&silent).unwrap().name_id,
        PERSON,
        "the issuer of a response is optional"
    );
}

#[test]
fn an_issuer_that_is_no_entity_is_refused() {
    let format = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
    assert_refused!(
        okta::signed_with(format, "urn:x"),
        SamlRefusal::Issuer { .. }
    );
}

#[test]
fn a_response_to_another_request_is_refused() {
    let other = "_ffffffffffffffffffffffffffffffff";
    let xml = okta::signed_with(
        &format!(r#"InResponseTo="{REQUEST}""#),
        &format!(r#"InResponseTo="{other}""#),
    );
    assert_refused!(xml, SamlRefusal::UnknownRequest { .. });

    // A browser that sent no request, or whose request was answered already, is no better off, even
    // where the provider may start a sign-in.
    for idp_initiated_allowed in [false, true] {
        let expectations = Expectations {
            now: NOW,
            outstanding: None,
            idp_initiated_allowed,
            decryption_key: None,
        };
        let names = AttributeNames::default();
        let refusal = verify_response(&sp(), &idp(), &names, &expectations, &post(&okta::signed()))
            .unwrap_err();
        assert!(
            matches!(refusal, SamlRefusal::UnknownRequest { .. }),
            "{refusal:?}"
        );
    }
}

#[test]
fn response_and_assertion_must_answer_the_same_request() {
    let answer = format!(r#" InResponseTo="{REQUEST}""#);
    // An unsolicited assertion in a response of one's own making.
    let unsolicited = replaced(
        &okta::unsigned(),
        &format!("<saml2:SubjectConfirmationData{answer}"),
        "<saml2:SubjectConfirmationData",
    );
    assert_refused!(
        okta::sign_assertion(&unsolicited),
        SamlRefusal::InResponseToDisagrees
    );
    let head = format!(r#"{answer} IssueInstant="2030"#);
    let stripped = replaced(&okta::unsigned(), &head, r#" IssueInstant="2030"#);
    assert_refused!(
        okta::sign_assertion(&stripped),
        SamlRefusal::InResponseToDisagrees
    );
}

#[test]
fn a_response_for_another_tenant_is_refused() {
    let other = ServiceProvider {
        entity_id: SP_ENTITY.replace("default", "acme"),
        acs_url: ACS.replace("default", "acme"),
        ..sp()
    };
    let request = RequestId::parse(REQUEST).unwrap();
    let expectations = Expectations {
        now: NOW,
        outstanding: Some(&request),
        idp_initiated_allowed: false,
        decryption_key: None,
    };
    let names = AttributeNames::default();
    let verify = |sp: &ServiceProvider, xml: &str| {
        verify_response(sp, &idp(), &names, &expectations, &post(xml))
    };
    assert!(matches!(
        verify(&other, &okta::signed()),
        Err(SamlRefusal::Destination { .. })
    ));
    // The unsigned envelope redirected: the signed assertion still says whom it is for.
    let readdressed = okta::sign_assertion(&okta::unsigned()).replacen(
        &format!(r#"Destination="{ACS}""#),
        &format!(r#"Destination="{}""#, other.acs_url),
        1,
    );
    assert!(matches!(
        verify(&other, &readdressed),
        Err(SamlRefusal::Recipient { .. })
    ));
    // Two tenants behind one address are told apart by the audience.
    let neighbour = ServiceProvider {
        entity_id: other.entity_id,
        ..sp()
    };
    assert!(matches!(
        verify(&neighbour, &okta::signed()),
        Err(SamlRefusal::Audience { .. })
    ));
}

#[test]
fn a_failure_reported_by_the_provider_is_told_to_the_administrator() {
    let failed = okta::unsigned().replace(
        r#"<saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>"#,
        r#"<saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:RequestDenied"/></saml2p:StatusCode><saml2p:StatusMessage>not&#10;assigned</saml2p:StatusMessage>"#,
    );
    let refusal = crate::support::refusal(&okta::sign_both(&failed));
    let SamlRefusal::IdpReportedFailure { code, message } = &refusal else {
        panic!("{refusal:?}")
    };
    assert!(
        code.to_string()
            .contains("status:Responder / urn:oasis:names:tc:SAML:2.0:status:RequestDenied")
    );
    assert_eq!(
        message.to_string(),
        "“not\\nassigned”",
        "a log line can't be forged"
    );
}

#[test]
fn an_unknown_condition_makes_the_assertion_worthless() {
    let xml = okta::signed_with(
        "</saml2:Conditions>",
        "<saml2:Condition/></saml2:Conditions>",
    );
    assert_refused!(xml, SamlRefusal::UnknownCondition { .. });
    let known = okta::signed_with(
        "</saml2:Conditions>",
        "<saml2:OneTimeUse/></saml2:Conditions>",
    );
    assert!(verify(&known).is_ok());
}

#[test]
fn only_a_well_signed_response_gets_more_than_one_answer() {
    let late = NOW + Duration::hours(1);
    let forged = okta::signed().replace(PERSON, okta::VICTIM);
    for (xml, now) in [
        (forged.clone(), NOW),
        (forged, late),
        (okta::unsigned(), late),
        ("<a/>".to_owned(), NOW),
    ] {
        assert_eq!(
            verify_at(&xml, now).unwrap_err().public_code(),
            PublicCode::AskAdministrator
        );
    }
    assert_eq!(
        verify_at(&okta::signed(), late).unwrap_err().public_code(),
        PublicCode::StartAgain
    );
}
