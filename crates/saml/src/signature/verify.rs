//! From a signature of the admitted form to the bytes it vouches for.
//!
//! Two checks that share no code must both pass. The first is ours: the signed element without its
//! signature, canonicalised, has the digest that the reference states. Those very bytes are kept. The
//! second is the signature library's: its own resolution of the reference must end at the same
//! element, its own digest must match, and a trusted key must have made the signature. What the caller
//! then reads is parsed anew from the kept bytes, so no other part of the document can be mistaken for
//! what was signed.

use aws_lc_rs::digest::digest;
use bergshamra_c14n::{C14nMode, canonicalize_doc};
use bergshamra_dsig::verify::verify_all_document_with_source;
use bergshamra_dsig::{DsigContext, VerifyResult};
use bergshamra_keys::KeysManager;
use bergshamra_xml::NodeSet;
use kryptering::Verifier;
use uppsala::{Document, NodeId};

use super::algorithms::SignatureAlgorithm;
use super::shape::EnvelopedSignature;
use crate::certificate::Certificate;
use crate::document::{self, DocumentFault, MESSAGE};
use crate::refusal::SamlRefusal;
use crate::xml::Node;

/// A document that a trusted key vouches for. It is made in this file alone: by verifying a signature
/// over it, or over the ciphertext that held it.
pub(crate) struct VerifiedXml(String);

impl VerifiedXml {
    /// The document, parsed.
    pub(crate) fn parse(&self) -> Result<Document<'_>, DocumentFault> {
        document::parse(&self.0, &MESSAGE)
    }

    /// What was found inside the ciphertext of this document: encrypting to us is open to everybody,
    /// so it is the signature over the ciphertext that vouches for it.
    pub(crate) fn vouch_for_decrypted(&self, plaintext: &str) -> Self {
        Self(plaintext.to_owned())
    }
}

/// Verifies all signatures of a document, in the order given by [`super::signatures`]; all must hold.
/// Gives for each the signed element, canonical and without its signature.
pub(crate) fn verify(
    root: Node<'_>,
    source: &str,
    signatures: &[EnvelopedSignature<'_>],
    trusted: &[Certificate],
) -> Result<Vec<VerifiedXml>, SamlRefusal> {
    let signed = signatures
        .iter()
        .map(|one| canonical(one))
        .collect::<Result<Vec<_>, _>>()?;
    let mut verdicts: Vec<(SignatureAlgorithm, Vec<VerifyResult>)> = Vec::new();
    for (position, signature) in signatures.iter().enumerate() {
        let untrusted = || SamlRefusal::UntrustedSignature {
            element: signature.signed.shown(),
        };
        if !verdicts
            .iter()
            .any(|(algorithm, _)| *algorithm == signature.algorithm)
        {
            let mut context = DsigContext::new(KeysManager::new());
            context.hsm_verifier = Some(Box::new(TrustedKeys {
                algorithm: signature.algorithm,
                certificates: trusted.to_vec(),
            }));
            let verdict = verify_all_document_with_source(&context, root.document(), Some(source));
            verdicts.push((signature.algorithm, verdict.map_err(|_| untrusted())?));
        }
        let verdict = verdicts
            .iter()
            .find(|(algorithm, _)| *algorithm == signature.algorithm)
            .and_then(|(_, verdicts)| verdicts.get(position))
            .ok_or_else(untrusted)?;
        let VerifyResult::Valid {
            signature_node,
            references,
            ..
        } = verdict
        else {
            return Err(untrusted());
        };
        let [reference] = references.as_slice() else {
            return Err(untrusted());
        };
        // Follows from the signature's shape already; the library must come to the same conclusion.
        let same_element = reference.resolved_node == Some(signature.signed.id());
        if *signature_node != signature.node.id() || !same_element || !reference.digest_verified {
            return Err(untrusted());
        }
    }
    Ok(signed)
}

/// The signed element as it was when it was signed: canonical, without its signature, and with the
/// digest that the signature states.
fn canonical(signature: &EnvelopedSignature<'_>) -> Result<VerifiedXml, SamlRefusal> {
    let altered = || SamlRefusal::ContentAltered {
        element: signature.signed.shown(),
    };
    let document = signature.signed.document();
    let mut visible = NodeSet::tree_without_comments(signature.signed.id(), document);
    remove(document, signature.node.id(), &mut visible);
    let bytes = canonicalize_doc(
        document,
        C14nMode::Exclusive,
        Some(&visible),
        &signature.prefixes,
    )
    .map_err(|_| altered())?;
    if digest(signature.digest_algorithm, &bytes).as_ref() != signature.digest {
        return Err(altered());
    }
    String::from_utf8(bytes)
        .map(VerifiedXml)
        .map_err(|_| altered())
}

fn remove(document: &Document<'_>, node: NodeId, set: &mut NodeSet) {
    set.remove_id(node);
    for below in document.descendants(node) {
        set.remove_id(below);
    }
}

/// The keys of the trust settings in the place where the library would otherwise look for a key by
/// `KeyInfo`.
struct TrustedKeys {
    algorithm: SignatureAlgorithm,
    certificates: Vec<Certificate>,
}

impl Verifier for TrustedKeys {
    fn algorithm(&self) -> kryptering::SignatureAlgorithm {
        self.algorithm.kryptering()
    }

    fn verify(&self, data: &[u8], signature: &[u8]) -> kryptering::Result<bool> {
        Ok(self
            .certificates
            .iter()
            .any(|certificate| self.algorithm.verifies(certificate, data, signature)))
    }
}
