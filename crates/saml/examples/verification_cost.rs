//! Measures what verifying one response costs, in microseconds of CPU time:
//! `cargo run --release -p roster-saml --example verification_cost`.
#![expect(clippy::print_stdout, reason = "it prints its measurements")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement, not the product"
)]

#[path = "../tests/saml/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::time::Instant;

use roster_application::ports::saml::{self as port, SamlProtocol};
use roster_domain::saml_settings::{self, CertificateInfo, IdpTrust};
use roster_saml::{AttributeNames, Expectations, RequestId, Saml, verify_response};
use support::{keys, okta};

const ROUNDS: u32 = 300;

fn main() {
    let unsigned = okta::unsigned();
    let many: String = (0..400)
        .map(|n| okta::attribute(&format!("group{n}"), &okta::value("x")))
        .collect();
    let large = unsigned.replace(
        "</saml2:AttributeStatement>",
        &format!("{many}</saml2:AttributeStatement>"),
    );
    let documents = [
        ("both signatures", okta::sign_both(&unsigned)),
        ("assertion signed", okta::sign_assertion(&unsigned)),
        ("response signed", okta::sign_response(&unsigned)),
        ("both, 400 more attributes", okta::sign_both(&large)),
        ("at the limits: namespaces", {
            let declared: String = (0..50)
                .map(|n| format!(r#" xmlns:n{n}="urn:{n}""#))
                .collect();
            okta::signed().replacen(
                "<saml2p:Response",
                &format!("<saml2p:Response{declared}"),
                1,
            )
        }),
        ("at the limits: in scope", {
            let declared = |element: usize| -> String {
                (0..60)
                    .map(|n| format!(r#" xmlns:p{element}-{n}="u{n}""#))
                    .collect()
            };
            let open: String = (0..26).map(|n| format!("<a{}>", declared(n))).collect();
            let crowd = format!("{open}{}{}", "<x/>".repeat(3_800), "</a>".repeat(26));
            okta::signed().replacen("</saml2:Subject>", &format!("{crowd}</saml2:Subject>"), 1)
        }),
        ("at the limits: elements", {
            let elements = "<x/>".repeat(3_900);
            okta::signed().replacen(
                "</saml2:Subject>",
                &format!("{elements}</saml2:Subject>"),
                1,
            )
        }),
        (
            "refused: changed",
            okta::signed().replace(okta::PERSON, okta::VICTIM),
        ),
        ("refused: two assertions", {
            let signed = okta::signed();
            let assertion = okta::element(&signed, "saml2:Assertion").to_owned();
            signed.replacen(&assertion, &assertion.repeat(2), 1)
        }),
    ];
    let (sp, idp, names) = (support::sp(), support::idp(), AttributeNames::default());
    let request = RequestId::parse(support::REQUEST).unwrap();
    let expectations = Expectations {
        now: support::NOW,
        outstanding: Some(&request),
        idp_initiated_allowed: false,
        decryption_key: None,
    };
    for (name, xml) in documents {
        let posted = support::post(&xml);
        measure(name, &posted, |posted| {
            verify_response(&sp, &idp, &names, &expectations, posted).is_ok()
        });
    }
    through_the_port();
}

/// What the plain values of the port cost beside: certificates, and a decryption key, are read anew
/// at each call.
fn through_the_port() {
    let certificate = |key: &keys::Identity| CertificateInfo {
        pem: key.certificate_pem.clone(),
        fingerprint: key.certificate.fingerprint(),
        subject: key.certificate.subject().to_owned(),
        not_after: key.certificate.not_after(),
    };
    let trust = IdpTrust {
        entity_id: support::IDP_ENTITY.to_owned(),
        sso_url: support::idp().sso_url,
        slo_url: None,
        certificates: vec![certificate(keys::okta())],
        want_signed_requests: false,
        valid_until: None,
    };
    let expectations = port::Expectations {
        now: support::NOW,
        outstanding: Some(support::REQUEST),
        idp_initiated: false,
    };
    let posted = support::post(&okta::signed());
    for (name, decryption) in [
        ("through the port", None),
        ("the same, decryption key", Some(keys::ours())),
    ] {
        let sp = port::ServiceProvider {
            entity_id: support::SP_ENTITY.to_owned(),
            acs_url: support::ACS.to_owned(),
            slo_url: String::new(),
            signing: None,
            decryption: decryption.map(|key| port::KeyPair {
                private_key: key.key_pem.clone(),
                certificate: key.certificate_pem.clone(),
            }),
        };
        let names = saml_settings::AttributeNames::default();
        measure(name, &posted, |posted| {
            Saml.verify(&sp, &trust, &names, &expectations, posted)
                .is_ok()
        });
    }
}

fn measure(name: &str, posted: &str, verify: impl Fn(&str) -> bool) {
    let accepted = verify(posted);
    // One thread that does nothing else: the best of five is the time it has the CPU to itself.
    let best = (0..5)
        .map(|_| {
            let started = Instant::now();
            for _ in 0..ROUNDS {
                black_box(verify(black_box(posted)));
            }
            started.elapsed() / ROUNDS
        })
        .min()
        .unwrap();
    println!(
        "{name:28} {:6} bytes  accepted: {accepted:5}  {:6.1} µs",
        posted.len() * 3 / 4,
        best.as_secs_f64() * 1e6
    );
}
