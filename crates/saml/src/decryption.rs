//! Encrypted assertions (XML Encryption 1.1): AES-GCM under a key wrapped with RSA-OAEP. CBC and RSA
//! 1.5 are left out on purpose, because both let an attacker decrypt by watching our answers.

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::excerpt::Excerpt;
use crate::keys::{DecryptionKey, Oaep};
use crate::pem;
use crate::refusal::SamlRefusal;
use crate::xml::{ContentFault, Node, ns};

const AES128_GCM_URI: &str = "http://www.w3.org/2009/xmlenc11#aes128-gcm";
const AES256_GCM_URI: &str = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
const XMLENC11: &str = "http://www.w3.org/2009/xmlenc11#";

/// Decrypts the content of an `EncryptedAssertion`.
pub(crate) fn open(encrypted: Node<'_>, key: &DecryptionKey) -> Result<Vec<u8>, SamlRefusal> {
    let data = encrypted.required(ns::XMLENC, "EncryptedData")?;
    let method = data.required(ns::XMLENC, "EncryptionMethod")?;
    let algorithm = match method.attribute("Algorithm") {
        Some(AES128_GCM_URI) => &AES_128_GCM,
        Some(AES256_GCM_URI) => &AES_256_GCM,
        other => return Err(refused(other)),
    };
    let wrapped = wrapped_key(encrypted)?;
    let hash = oaep(wrapped.required(ns::XMLENC, "EncryptionMethod")?)?;
    let content_key = key
        .unwrap_key(hash, &cipher_value(wrapped)?)
        .ok_or(SamlRefusal::DecryptionFailed)?;

    let content_key =
        UnboundKey::new(algorithm, &content_key).map_err(|_| SamlRefusal::DecryptionFailed)?;
    let mut sealed = cipher_value(data)?;
    let nonce = sealed
        .first_chunk::<NONCE_LEN>()
        .copied()
        .ok_or(SamlRefusal::DecryptionFailed)?;
    let plaintext = LessSafeKey::new(content_key)
        .open_within(
            Nonce::assume_unique_for_key(nonce),
            Aad::empty(),
            &mut sealed,
            NONCE_LEN..,
        )
        .map_err(|_| SamlRefusal::DecryptionFailed)?;
    Ok(plaintext.to_vec())
}

/// The one wrapped key: in the `KeyInfo` of the data, or beside the data.
fn wrapped_key(encrypted: Node<'_>) -> Result<Node<'_>, SamlRefusal> {
    let keys: Vec<_> = encrypted
        .subtree()
        .filter(|node| node.is(ns::XMLENC, "EncryptedKey"))
        .collect();
    match keys.as_slice() {
        [key] => Ok(*key),
        [] => Err(ContentFault::Missing {
            element: "EncryptedKey",
            parent: encrypted.shown(),
        }
        .into()),
        _ => Err(ContentFault::Repeated {
            element: "EncryptedKey",
            parent: encrypted.shown(),
        }
        .into()),
    }
}

/// The hash of RSA-OAEP, which must be the same for the label and the mask (XML Encryption 5.5.2).
fn oaep(method: Node<'_>) -> Result<Oaep, SamlRefusal> {
    let digest = method
        .optional(ns::DSIG, "DigestMethod")?
        .and_then(|digest| digest.attribute("Algorithm"));
    let mask = method
        .optional(XMLENC11, "MGF")?
        .and_then(|mask| mask.attribute("Algorithm"));
    match (method.attribute("Algorithm"), digest, mask) {
        (
            Some("http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"),
            None | Some("http://www.w3.org/2000/09/xmldsig#sha1"),
            None,
        )
        | (
            Some("http://www.w3.org/2009/xmlenc11#rsa-oaep"),
            None | Some("http://www.w3.org/2000/09/xmldsig#sha1"),
            None | Some("http://www.w3.org/2009/xmlenc11#mgf1sha1"),
        ) => Ok(Oaep::Sha1),
        (
            Some("http://www.w3.org/2009/xmlenc11#rsa-oaep"),
            Some("http://www.w3.org/2001/04/xmlenc#sha256"),
            Some("http://www.w3.org/2009/xmlenc11#mgf1sha256"),
        ) => Ok(Oaep::Sha256),
        (algorithm, digest, mask) => {
            let named: Vec<_> = [algorithm, digest, mask].into_iter().flatten().collect();
            Err(refused(Some(&named.join(" "))))
        }
    }
}

fn cipher_value(node: Node<'_>) -> Result<Vec<u8>, SamlRefusal> {
    let value = node
        .required(ns::XMLENC, "CipherData")?
        .required(ns::XMLENC, "CipherValue")?;
    pem::base64(&value.text()?).ok_or(SamlRefusal::DecryptionFailed)
}

fn refused(algorithm: Option<&str>) -> SamlRefusal {
    SamlRefusal::EncryptionAlgorithm {
        found: Excerpt::of(algorithm.unwrap_or_default()),
    }
}
