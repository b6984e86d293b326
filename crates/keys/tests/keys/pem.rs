//! Signing keys from PEM files: the forms in which people have them, and what is said about the
//! others.

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use roster_application::ports::keys::TokenSigner;
use roster_keys::{Es256Signer, PemError, PemProblem};
use serde_json::{Value, json};

const RFC_7515: &str = include_str!("fixtures/rfc7515.pem");
const SEC1: &str = include_str!("fixtures/sec1-with-parameters.pem");

/// The thumbprint of the key in `SEC1`, computed with Python's `cryptography` and `hashlib`.
const SEC1_ID: &str = "CmspK4OrfS1-MBpLJwOdyUFsG_E5ykIP7US1R9HyYqw";

fn problem(files: &[&str]) -> PemError {
    Es256Signer::from_pem(files).unwrap_err()
}

#[test]
fn both_forms_are_read_in_their_order_and_sign() {
    let fresh = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let fresh = fresh.serialize_pem();
    let signer = Es256Signer::from_pem(&[SEC1, RFC_7515, &fresh]).unwrap();
    let ids: Vec<&str> = signer.given().iter().map(|key| key.id.as_str()).collect();
    assert_eq!(
        ids[..2],
        [SEC1_ID, "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"]
    );
    assert_eq!(ids.len(), 3);
    for key in signer.given() {
        let claims = json!({ "exp": 4_000_000_000_i64 });
        let token = signer.sign(&key.id, &key.private_key, &claims).unwrap();
        let jwk: Jwk = serde_json::from_str(&key.public_jwk).unwrap();
        let validation = Validation::new(Algorithm::ES256);
        let public = DecodingKey::from_jwk(&jwk).unwrap();
        let read = jsonwebtoken::decode::<Value>(&token, &public, &validation).unwrap();
        assert_eq!(read.header.kid.as_deref(), Some(key.id.as_str()));
        assert_eq!(read.claims, claims);
    }
}

#[test]
fn ends_of_lines_and_text_around_the_block_do_not_matter() {
    let (_, block) = SEC1.split_once("-----END EC PARAMETERS-----\n").unwrap();
    for text in [
        block.to_owned(),
        block.trim_end().to_owned(),
        SEC1.replace('\n', "\r\n"),
        format!("{block}and text after it\n"),
        format!("\u{feff}Schlüssel:\n{block}"),
    ] {
        let signer = Es256Signer::from_pem(&[&text]).unwrap();
        assert_eq!(signer.given()[0].id, SEC1_ID, "{text:?}");
    }
}

#[test]
fn without_files_keys_are_generated() {
    assert!(Es256Signer::generated().given().is_empty());
    assert!(Es256Signer::from_pem(&[]).unwrap().given().is_empty());
}

#[test]
fn each_refusal_names_the_file_its_problem_and_what_is_allowed() {
    let p384 = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let ed25519 = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let (start, _) = RFC_7515.split_once("-----END").unwrap();
    let cases = [
        ("", PemProblem::Missing),
        ("-----BEGIN PRIVATE KEY", PemProblem::Missing),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            PemProblem::Missing,
        ),
        (start, PemProblem::Damaged),
        (&RFC_7515.replace("MIGH", "M GH"), PemProblem::Damaged),
        (
            &RFC_7515.replace("END PRIVATE", "END EC PRIVATE"),
            PemProblem::Damaged,
        ),
        (&format!("{RFC_7515}{SEC1}"), PemProblem::Several),
        (
            include_str!("fixtures/pkcs8-encrypted.pem"),
            PemProblem::Encrypted,
        ),
        (
            include_str!("fixtures/sec1-encrypted.pem"),
            PemProblem::Encrypted,
        ),
        (include_str!("fixtures/rsa.pem"), PemProblem::Unusable),
        (include_str!("fixtures/secp256k1.pem"), PemProblem::Unusable),
        (
            include_str!("fixtures/halves-of-two-keys.pem"),
            PemProblem::Unusable,
        ),
        (&p384.serialize_pem(), PemProblem::Unusable),
        (&ed25519.serialize_pem(), PemProblem::Unusable),
        (
            &RFC_7515.replace("PRIVATE KEY", "OPENSSH PRIVATE KEY"),
            PemProblem::Unusable,
        ),
        (SEC1, PemProblem::Repeated { first: 1 }),
    ];
    for (text, expected) in cases {
        let error = problem(&[SEC1, text]);
        assert_eq!(
            error,
            PemError {
                position: 2,
                problem: expected
            },
            "{text}"
        );
        let message = error.to_string();
        assert!(message.starts_with("the signing key 2 is "), "{message}");
        assert!(
            message.contains("EC private key on the curve P-256"),
            "{message}"
        );
        assert!(message.contains("openssl genpkey"), "{message}");
    }
}

#[test]
fn a_signer_shows_the_ids_alone() {
    let signer = Es256Signer::from_pem(&[SEC1]).unwrap();
    assert_eq!(
        format!("{signer:?}"),
        format!("Es256Signer {{ given: [{SEC1_ID:?}] }}")
    );
}
