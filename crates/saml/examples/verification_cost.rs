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

use roster_saml::{AttributeNames, Expectations, RequestId, verify_response};
use support::okta;

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
        let verify = || {
            black_box(verify_response(
                &sp,
                &idp,
                &names,
                &expectations,
                black_box(&posted),
            ))
        };
        let accepted = verify().is_ok();
        // One thread that does nothing else: the best of five is the time it has the CPU to itself.
        let best = (0..5)
            .map(|_| {
                let started = Instant::now();
                for _ in 0..ROUNDS {
                    let _ = verify();
                }
                started.elapsed() / ROUNDS
            })
            .min()
            .unwrap();
        println!(
            "{name:28} {:6} bytes  accepted: {accepted:5}  {:6.1} µs",
            xml.len(),
            best.as_secs_f64() * 1e6
        );
    }
}
