//! A response signed by software that shares no code with ours: the JDK's XML signatures (as Okta's
//! own are made in Java), both signatures, prefix list, line breaks in the Java manner. The private key
//! was thrown away.

use roster_saml::{
    AttributeNames, Certificate, Expectations, RequestId, SamlRefusal, TrustedIdp, verify_response,
};

use crate::support::{NOW, REQUEST, idp, post, sp};

const RESPONSE: &str = include_str!("fixtures/java-signed-response.xml");
const CERTIFICATE: &str = include_str!("fixtures/java-certificate.pem");

#[test]
fn a_response_signed_in_java_is_accepted_and_any_change_to_it_is_not() {
    let idp = TrustedIdp {
        signing_certificates: vec![Certificate::from_text(CERTIFICATE).unwrap()],
        ..idp()
    };
    let request = RequestId::parse(REQUEST).unwrap();
    let expectations = Expectations {
        now: NOW,
        outstanding: Some(&request),
        idp_initiated_allowed: false,
        decryption_key: None,
    };
    let names = AttributeNames::default();
    let verify = |xml: &str| verify_response(&sp(), &idp, &names, &expectations, &post(xml));
    let identity = verify(RESPONSE).unwrap();
    assert_eq!(identity.name_id, "ada@example.com");
    assert_eq!(identity.last_name.as_deref(), Some("O'Hara & Sören"));
    assert_eq!(identity.role.as_deref(), Some("Analyst"));
    let altered = verify(&RESPONSE.replace("Analyst", "Admin"));
    assert!(matches!(altered, Err(SamlRefusal::ContentAltered { .. })));
}
