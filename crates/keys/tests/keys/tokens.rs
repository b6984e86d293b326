//! The tokens of sessions: anybody who has the published key can verify them, with ES256 and
//! nothing else.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use roster_application::ports::keys::{TokenKey, TokenSigner};
use roster_keys::Es256Signer;
use serde_json::{Value, json};

/// Far enough away for any test.
const EXPIRES: i64 = 4_000_000_000;

const RFC_7515: &str = include_str!("fixtures/rfc7515.pem");

fn claims() -> Value {
    json!({ "sub": "ada", "aud": "app", "exp": EXPIRES, "permissions": ["UserRead"], "name": "Ada \"Ä\"" })
}

fn verify(token: &str, key: &TokenKey, algorithm: Algorithm) -> Result<Value, String> {
    let jwk: Jwk = serde_json::from_str(&key.public_jwk).unwrap();
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&["app"]);
    jsonwebtoken::decode(token, &DecodingKey::from_jwk(&jwk).unwrap(), &validation)
        .map(|token| token.claims)
        .map_err(|error| error.to_string())
}

fn part(token: &str, index: usize) -> Vec<u8> {
    let part = token.split('.').nth(index).unwrap();
    URL_SAFE_NO_PAD.decode(part).unwrap()
}

#[test]
fn a_token_verifies_with_the_published_key_alone() {
    let signer = Es256Signer::generated();
    let key = signer.generate();
    let token = signer.sign(&key.id, &key.private_key, &claims()).unwrap();
    assert_eq!(verify(&token, &key, Algorithm::ES256).unwrap(), claims());
    let header: Value = serde_json::from_slice(&part(&token, 0)).unwrap();
    assert_eq!(
        header,
        json!({ "alg": "ES256", "typ": "JWT", "kid": key.id })
    );
    // r and s of 32 bytes each (RFC 7518 section 3.4), and not DER.
    assert_eq!(part(&token, 2).len(), 64);
    assert_eq!(token.split('.').count(), 3);
}

#[test]
fn a_token_of_another_key_or_with_other_claims_is_refused() {
    let signer = Es256Signer::generated();
    let (key, other) = (signer.generate(), signer.generate());
    assert_ne!(key.id, other.id);
    let token = signer.sign(&key.id, &key.private_key, &claims()).unwrap();
    assert!(verify(&token, &other, Algorithm::ES256).is_err());
    let mut parts: Vec<&str> = token.split('.').collect();
    let mut wish = claims();
    wish["permissions"] = json!(["UserModify"]);
    let wish = URL_SAFE_NO_PAD.encode(wish.to_string());
    parts[1] = &wish;
    assert!(verify(&parts.join("."), &key, Algorithm::ES256).is_err());
}

#[test]
fn who_is_pinned_to_es256_refuses_every_other_algorithm() {
    let signer = Es256Signer::generated();
    let key = signer.generate();
    // The public key taken for a shared secret.
    let secrets = [key.public_jwk.as_bytes().to_vec(), {
        let jwk: Value = serde_json::from_str(&key.public_jwk).unwrap();
        URL_SAFE_NO_PAD.decode(jwk["x"].as_str().unwrap()).unwrap()
    }];
    for secret in secrets {
        let header = Header {
            kid: Some(key.id.clone()),
            ..Header::new(Algorithm::HS256)
        };
        let secret = EncodingKey::from_secret(&secret);
        let forged = jsonwebtoken::encode(&header, &claims(), &secret).unwrap();
        assert!(verify(&forged, &key, Algorithm::ES256).is_err());
    }
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let unsigned = format!("{header}.{}.", URL_SAFE_NO_PAD.encode(claims().to_string()));
    assert!(verify(&unsigned, &key, Algorithm::ES256).is_err());
    let token = signer.sign(&key.id, &key.private_key, &claims()).unwrap();
    assert!(verify(&token, &key, Algorithm::ES384).is_err());
    verify(&token, &key, Algorithm::ES256).unwrap();
}

#[test]
fn a_generated_key_is_published_in_one_canonical_form() {
    let key = Es256Signer::generated().generate();
    let jwk: Value = serde_json::from_str(&key.public_jwk).unwrap();
    let (x, y) = (jwk["x"].as_str().unwrap(), jwk["y"].as_str().unwrap());
    for coordinate in [x, y] {
        assert_eq!(URL_SAFE_NO_PAD.decode(coordinate).unwrap().len(), 32);
    }
    let expected = format!(
        r#"{{"alg":"ES256","crv":"P-256","kid":"{}","kty":"EC","use":"sig","x":"{x}","y":"{y}"}}"#,
        key.id
    );
    assert_eq!(key.public_jwk, expected);
    let read: Jwk = serde_json::from_str(&key.public_jwk).unwrap();
    assert_eq!(read.thumbprint(ThumbprintHash::SHA256).unwrap(), key.id);
}

/// The key of RFC 7515, appendix A.3. Its thumbprint was computed with Python's `hashlib`, by the
/// rules of RFC 7638: the SHA-256 of `{"crv":…,"kty":…,"x":…,"y":…}` without any space.
#[test]
fn the_id_is_the_thumbprint_of_rfc_7638() {
    let signer = Es256Signer::from_pem(&[RFC_7515]).unwrap();
    let [key] = signer.given() else { panic!() };
    assert_eq!(key.id, "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
    let jwk: Value = serde_json::from_str(&key.public_jwk).unwrap();
    assert_eq!(jwk["x"], "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
    assert_eq!(jwk["y"], "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
}

/// The signature that RFC 7515, appendix A.3, gives was made by none of our libraries.
#[test]
fn the_signature_in_rfc_7515_verifies_with_our_form_of_its_key() {
    const SIGNED: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const SIGNATURE: &str =
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let signer = Es256Signer::from_pem(&[RFC_7515]).unwrap();
    let jwk: Jwk = serde_json::from_str(&signer.given()[0].public_jwk).unwrap();
    let key = DecodingKey::from_jwk(&jwk).unwrap();
    let verified =
        jsonwebtoken::crypto::verify(SIGNATURE, SIGNED.as_bytes(), &key, Algorithm::ES256);
    assert!(verified.unwrap());
}

#[test]
fn what_is_no_private_key_is_refused_by_name() {
    let signer = Es256Signer::generated();
    let p384 = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let ed25519 = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let mut cut = signer.generate().private_key;
    cut.pop();
    for private in [
        &[][..],
        b"key",
        &cut,
        p384.serialized_der(),
        ed25519.serialized_der(),
    ] {
        let error = signer.sign("the-id", private, &claims()).unwrap_err();
        assert_eq!(error.id, "the-id");
        assert!(error.to_string().contains("P-256"), "{error}");
    }
}
