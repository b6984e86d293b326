//! An identity provider for tests: `keys` makes its keys anew in each run, `okta` writes responses as
//! Okta does, `signer` signs them, honestly or not. What a test needs most is here.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "the benchmark shares this module and needs a part of it"
)]

pub mod keys;
pub mod okta;
pub mod signer;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roster_saml::{
    AttributeNames, Expectations, RequestId, SamlRefusal, ServiceProvider, TrustedIdp,
    VerifiedIdentity, verify_response,
};
use time::OffsetDateTime;
use time::macros::datetime;

/// The time in every test.
pub const NOW: OffsetDateTime = datetime!(2030-06-15 12:00:00 UTC);
pub const ACS: &str = "https://roster.example/t/default/saml/acs";
pub const SP_ENTITY: &str = "https://roster.example/t/default/saml/metadata";
pub const IDP_ENTITY: &str = "http://www.okta.com/exkrostertest0001";
pub const REQUEST: &str = "_0123456789abcdef0123456789abcdef";

pub fn sp() -> ServiceProvider {
    ServiceProvider {
        entity_id: SP_ENTITY.to_owned(),
        acs_url: ACS.to_owned(),
        slo_url: None,
        signing_key: None,
        encryption_certificate: None,
    }
}

pub fn idp() -> TrustedIdp {
    TrustedIdp {
        entity_id: IDP_ENTITY.to_owned(),
        sso_url: "https://acme.okta.example/app/roster/exkrostertest0001/sso/saml".to_owned(),
        slo_url: None,
        signing_certificates: vec![keys::okta().certificate.clone()],
        want_signed_requests: false,
    }
}

pub fn post(xml: &str) -> String {
    STANDARD.encode(xml)
}

/// Verifies as the browser that sent [`REQUEST`], sign-in from the provider's side being off.
pub fn verify(xml: &str) -> Result<VerifiedIdentity, SamlRefusal> {
    verify_at(xml, NOW)
}

pub fn verify_at(xml: &str, now: OffsetDateTime) -> Result<VerifiedIdentity, SamlRefusal> {
    let request = RequestId::parse(REQUEST).unwrap();
    let expectations = Expectations {
        now,
        outstanding: Some(&request),
        idp_initiated_allowed: false,
        decryption_key: None,
    };
    verify_response(
        &sp(),
        &idp(),
        &AttributeNames::default(),
        &expectations,
        &post(xml),
    )
}

/// The reason why a document is refused; a test fails if it isn't.
pub fn refusal(xml: &str) -> SamlRefusal {
    match verify(xml) {
        Err(refusal) => refusal,
        Ok(identity) => panic!("accepted as {}: {:.2000}", identity.name_id, xml),
    }
}

/// The reason why a form field is refused.
pub fn refusal_of_post(posted: &str) -> SamlRefusal {
    let request = RequestId::parse(REQUEST).unwrap();
    let expectations = Expectations {
        now: NOW,
        outstanding: Some(&request),
        idp_initiated_allowed: false,
        decryption_key: None,
    };
    verify_response(
        &sp(),
        &idp(),
        &AttributeNames::default(),
        &expectations,
        posted,
    )
    .unwrap_err()
}

/// The reason why bytes are refused.
pub fn refusal_of_bytes(bytes: &[u8]) -> SamlRefusal {
    refusal_of_post(&STANDARD.encode(bytes))
}

/// Asserts that a document is refused for this reason and no other.
#[macro_export]
macro_rules! assert_refused {
    ($xml:expr, $reason:pat $(if $guard:expr)?) => {{
        let refusal = $crate::support::refusal(&$xml);
        assert!(matches!(&refusal, $reason $(if $guard)?), "refused for another reason: {refusal:?}");
    }};
}
