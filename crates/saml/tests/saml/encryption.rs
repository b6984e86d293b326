//! Encrypted assertions. Anybody can encrypt to us, so encryption never vouches for anything.

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PrivateDecryptingKey,
    PublicEncryptingKey,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roster_saml::{
    AttributeNames, DecryptionKey, DocumentFault, Expectations, KeyError, RequestId, SamlRefusal,
    VerifiedIdentity, verify_response,
};

use crate::support::okta::{self, PERSON, RESPONSE_ID, VICTIM, element, replaced};
use crate::support::signer::Signing;
use crate::support::{NOW, REQUEST, idp, keys, post, sp};

const OAEP: &str =
    r#"<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"/>"#;
const OAEP_256: &str = r#"<xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#rsa-oaep"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><xenc11:MGF xmlns:xenc11="http://www.w3.org/2009/xmlenc11#" Algorithm="http://www.w3.org/2009/xmlenc11#mgf1sha256"/></xenc:EncryptionMethod>"#;
const GCM_256: &str = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
const GCM_128: &str = "http://www.w3.org/2009/xmlenc11#aes128-gcm";

/// Encrypts to our certificate, as anybody can.
fn encrypted(plaintext: &str, cipher: &str, wrapping: &str) -> String {
    let key = if cipher == GCM_128 {
        vec![7; 16]
    } else {
        vec![7; 32]
    };
    let algorithm = if cipher == GCM_128 {
        &AES_128_GCM
    } else {
        &AES_256_GCM
    };
    let nonce = [9; 12];
    let mut sealed = plaintext.as_bytes().to_vec();
    LessSafeKey::new(UnboundKey::new(algorithm, &key).unwrap())
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::empty(),
            &mut sealed,
        )
        .unwrap();
    let sealed = STANDARD.encode([&nonce[..], &sealed].concat());

    let private: Vec<u8> = keys::ours()
        .key_pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect::<String>()
        .into();
    let private = PrivateDecryptingKey::from_pkcs8(&STANDARD.decode(private).unwrap()).unwrap();
    let public =
        PublicEncryptingKey::from_der(private.public_key().as_der().unwrap().as_ref()).unwrap();
    let public = OaepPublicEncryptingKey::new(public).unwrap();
    let oaep = if wrapping == OAEP_256 {
        &OAEP_SHA256_MGF1SHA256
    } else {
        &OAEP_SHA1_MGF1SHA1
    };
    let mut wrapped = vec![0; public.ciphertext_size()];
    let wrapped = STANDARD.encode(public.encrypt(oaep, &key, &mut wrapped, None).unwrap());
    format!(
        r#"<saml2:EncryptedAssertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion"><xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element"><xenc:EncryptionMethod Algorithm="{cipher}"/><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedKey>{wrapping}<xenc:CipherData><xenc:CipherValue>{wrapped}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue>{sealed}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml2:EncryptedAssertion>"#
    )
}

fn bare() -> String {
    element(&okta::unsigned(), "saml2:Assertion").to_owned()
}

/// The provider's own signed assertion, to be encrypted.
pub(crate) fn genuine() -> String {
    element(&okta::sign_assertion(&okta::unsigned()), "saml2:Assertion").to_owned()
}

/// A response around an encrypted assertion, which is signed only if the plaintext is.
pub(crate) fn around(plaintext: &str) -> String {
    okta::around(&encrypted(plaintext, GCM_256, OAEP))
}

fn verify(xml: &str) -> Result<VerifiedIdentity, SamlRefusal> {
    let key = DecryptionKey::from_pem(&keys::ours().key_pem, &keys::ours().certificate).unwrap();
    let request = RequestId::parse(REQUEST).unwrap();
    let decryption_key = Some(&key);
    let expectations = Expectations {
        now: NOW,
        outstanding: Some(&request),
        idp_initiated_allowed: false,
        decryption_key,
    };
    verify_response(
        &sp(),
        &idp(),
        &AttributeNames::default(),
        &expectations,
        &post(xml),
    )
}

#[test]
fn an_encrypted_signed_assertion_is_accepted() {
    for (cipher, wrapping) in [(GCM_256, OAEP), (GCM_128, OAEP), (GCM_256, OAEP_256)] {
        let response = okta::around(&encrypted(&genuine(), cipher, wrapping));
        assert_eq!(verify(&response).unwrap().name_id, PERSON);
        assert_eq!(
            verify(&okta::sign_response(&response))
                .unwrap()
                .role
                .as_deref(),
            Some("Analyst")
        );
    }
}

#[test]
fn a_signature_over_the_ciphertext_vouches_for_what_is_inside() {
    assert_eq!(
        verify(&okta::sign_response(&around(&bare())))
            .unwrap()
            .name_id,
        PERSON
    );
}

#[test]
fn encryption_alone_vouches_for_nothing() {
    let forged = replaced(&bare(), PERSON, VICTIM);
    assert_eq!(verify(&around(&forged)).unwrap_err(), SamlRefusal::Unsigned);
}

#[test]
fn a_forged_ciphertext_in_a_signed_response_is_refused() {
    let signed = okta::sign_response(&around(&genuine()));
    let forged = encrypted(&replaced(&bare(), PERSON, VICTIM), GCM_256, OAEP);
    let swapped = signed.replace(element(&signed, "saml2:EncryptedAssertion"), &forged);
    assert!(matches!(
        verify(&swapped),
        Err(SamlRefusal::ContentAltered { .. })
    ));
}

#[test]
fn wrapping_inside_and_outside_the_ciphertext_is_refused() {
    let forged = replaced(&bare(), PERSON, VICTIM).replace(okta::ASSERTION_ID, "_forged");
    let two = format!("{}{forged}", genuine());
    assert!(matches!(
        verify(&around(&two)),
        Err(SamlRefusal::Document(DocumentFault::NotXml { .. }))
    ));
    let nested = forged.replace(
        "</saml2:Assertion>",
        &format!("{}</saml2:Assertion>", genuine()),
    );
    assert!(matches!(
        verify(&around(&nested)),
        Err(SamlRefusal::MoreThanOneAssertion { count: 2 })
    ));
    let beside = okta::around(&format!("{}{forged}", encrypted(&genuine(), GCM_256, OAEP)));
    assert!(matches!(
        verify(&beside),
        Err(SamlRefusal::MoreThanOneAssertion { count: 2 })
    ));
    let twice = okta::around(&encrypted(&genuine(), GCM_256, OAEP).repeat(2));
    assert!(matches!(
        verify(&twice),
        Err(SamlRefusal::MoreThanOneAssertion { count: 2 })
    ));
    // The genuine signed assertion hidden in the KeyInfo of the forged one's ciphertext.
    let hidden = around(&forged).replacen(
        "<xenc:EncryptedKey>",
        &format!("{}<xenc:EncryptedKey>", genuine()),
        1,
    );
    assert!(matches!(
        verify(&hidden),
        Err(SamlRefusal::MoreThanOneAssertion { count: 2 })
    ));
    // A signature from elsewhere moved beside the ciphertext.
    let signature = element(&genuine(), "ds:Signature").to_owned();
    let moved =
        around(&forged).replacen("</saml2:Issuer>", &format!("</saml2:Issuer>{signature}"), 1);
    assert!(matches!(
        verify(&moved),
        Err(SamlRefusal::ReferenceElsewhere { .. })
    ));
}

#[test]
fn a_ciphertext_inside_a_ciphertext_is_refused() {
    let inner = encrypted(&genuine(), GCM_256, OAEP);
    assert_eq!(
        verify(&around(&inner)).unwrap_err(),
        SamlRefusal::NoAssertion
    );
    let advice = bare().replace("</saml2:Assertion>", &format!("{inner}</saml2:Assertion>"));
    assert!(matches!(
        verify(&around(&advice)),
        Err(SamlRefusal::MoreThanOneAssertion { count: 2 })
    ));
}

#[test]
fn what_is_decrypted_passes_the_same_gate_as_what_is_posted() {
    let doctype = format!("<!DOCTYPE a []>{}", genuine());
    assert_eq!(
        verify(&around(&doctype)).unwrap_err(),
        SamlRefusal::Document(DocumentFault::DocumentType)
    );
    let comment = genuine().replace(PERSON, "ada@<!---->example.com");
    assert_eq!(
        verify(&around(&comment)).unwrap_err(),
        SamlRefusal::Document(DocumentFault::Comment)
    );
    let altered = replaced(&genuine(), PERSON, VICTIM);
    assert!(matches!(
        verify(&around(&altered)),
        Err(SamlRefusal::ContentAltered { .. })
    ));
    let foreign = bare().replace("<saml2:Subject>", r#"<saml2:Subject id="_x">"#);
    let foreign = okta::sign_response(&around(&foreign));
    assert!(matches!(
        verify(&foreign),
        Err(SamlRefusal::ForeignId { .. })
    ));
    let deep = "<a>".repeat(1_000);
    assert!(matches!(
        verify(&around(&deep)),
        Err(SamlRefusal::Document(DocumentFault::TooDeep { .. }))
    ));
    let attacker = Signing {
        key: keys::attacker(),
        ..Signing::of(okta::ASSERTION_ID)
    }
    .sign(&okta::unsigned());
    let attacker = around(element(&attacker, "saml2:Assertion"));
    assert!(matches!(
        verify(&attacker),
        Err(SamlRefusal::UntrustedSignature { .. })
    ));
}

#[test]
fn ciphers_that_answer_an_attackers_questions_are_refused() {
    let cbc = around(&genuine()).replace(GCM_256, "http://www.w3.org/2001/04/xmlenc#aes256-cbc");
    assert!(matches!(
        verify(&cbc),
        Err(SamlRefusal::EncryptionAlgorithm { .. })
    ));
    let rsa_1_5 = around(&genuine()).replace("rsa-oaep-mgf1p", "rsa-1_5");
    assert!(matches!(
        verify(&rsa_1_5),
        Err(SamlRefusal::EncryptionAlgorithm { .. })
    ));
}

#[test]
fn a_ciphertext_that_cannot_be_opened_says_only_that() {
    let xml = around(&genuine());
    let values: Vec<&str> = xml
        .match_indices("<xenc:CipherValue>")
        .map(|(at, tag)| &xml[at + tag.len()..])
        .collect();
    for value in values {
        let value = &value[..value.find('<').unwrap()];
        for broken in ["", "AAAA", &format!("{}AAAA", &value[..value.len() - 4])] {
            assert_eq!(
                verify(&xml.replace(value, broken)).unwrap_err(),
                SamlRefusal::DecryptionFailed
            );
        }
    }
}

#[test]
fn without_a_key_the_administrator_is_told_what_to_do() {
    let refusal = crate::support::refusal(&around(&genuine()));
    assert_eq!(refusal, SamlRefusal::EncryptionNotConfigured);
    assert!(refusal.to_string().contains("configure a key"));
}

#[test]
fn a_decryption_key_must_belong_to_its_certificate() {
    let wrong = DecryptionKey::from_pem(&keys::ours().key_pem, &keys::okta().certificate);
    assert_eq!(wrong.unwrap_err(), KeyError::Mismatch);
    let key = DecryptionKey::from_pem(&keys::ours().key_pem, &keys::ours().certificate).unwrap();
    assert_eq!(format!("{key:?}"), "DecryptionKey(…)");
}

#[test]
fn a_signed_response_with_an_id_of_the_ciphertext_is_read_from_what_was_signed() {
    let xml = Signing::of(RESPONSE_ID).sign(&around(&bare()));
    let moved = xml.replacen("<xenc:EncryptedData ", r#"<xenc:EncryptedData Id="_x" "#, 1);
    assert!(matches!(
        verify(&moved),
        Err(SamlRefusal::ContentAltered { .. })
    ));
}
