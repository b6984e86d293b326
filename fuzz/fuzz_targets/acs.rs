//! Any document posted to the assertion consumer service, most of them mutations of a genuine
//! signed response: no panic; and whatever is accepted says what was signed, and nothing else.
#![no_main]

mod wrapping;

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use roster_saml::{
    AttributeNames, Certificate, Expectations, RequestId, ServiceProvider, TrustedIdp,
    VerifiedIdentity, verify_response,
};
use time::macros::datetime;

const RESPONSE: &str =
    include_str!("../../crates/saml/tests/saml/fixtures/java-signed-response.xml");
const CERTIFICATE: &str =
    include_str!("../../crates/saml/tests/saml/fixtures/java-certificate.pem");

static GENUINE: LazyLock<VerifiedIdentity> =
    LazyLock::new(|| verify(&STANDARD.encode(RESPONSE)).expect("the genuine response is accepted"));

static CERTIFICATES: LazyLock<Vec<Certificate>> =
    LazyLock::new(|| vec![Certificate::from_text(CERTIFICATE).expect("a certificate")]);

fn verify(posted: &str) -> Option<VerifiedIdentity> {
    let sp = ServiceProvider {
        entity_id: "https://roster.example/t/default/saml/metadata".to_owned(),
        acs_url: "https://roster.example/t/default/saml/acs".to_owned(),
        slo_url: None,
        signing_key: None,
        encryption_certificate: None,
    };
    let idp = TrustedIdp {
        entity_id: "http://www.okta.com/exkrostertest0001".to_owned(),
        sso_url: "https://acme.okta.example/sso".to_owned(),
        slo_url: None,
        signing_certificates: CERTIFICATES.clone(),
        want_signed_requests: false,
    };
    let request = RequestId::parse("_0123456789abcdef0123456789abcdef").expect("an id");
    let expectations = Expectations {
        now: datetime!(2030-06-15 12:00:00 UTC),
        outstanding: Some(&request),
        idp_initiated_allowed: false,
        decryption_key: None,
    };
    verify_response(&sp, &idp, &AttributeNames::default(), &expectations, posted).ok()
}

fuzz_target!(|bytes: &[u8]| {
    let genuine = &*GENUINE;
    // As the document, and as the form field itself.
    if let Some(identity) = verify(&STANDARD.encode(bytes)) {
        assert_eq!(&identity, genuine);
    }
    if let Ok(posted) = std::str::from_utf8(bytes)
        && let Some(identity) = verify(posted)
    {
        assert_eq!(&identity, genuine);
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let changed = match seed % 8 {
        0..3 => None,
        3 => Some(wrapping::changed(RESPONSE.as_bytes(), seed)),
        _ => Some(wrapping::changed(&data[..size], seed)),
    };
    match changed {
        Some(changed) if changed.len() <= max_size => {
            data[..changed.len()].copy_from_slice(&changed);
            changed.len()
        }
        _ => fuzzer_mutate(data, size, max_size),
    }
});
