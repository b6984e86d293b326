//! The one form of signature that is admitted: directly in the element it signs, one reference, to
//! that element's id, enveloped-signature and then exclusive canonicalisation, algorithms from the
//! allow-list, and nothing else anywhere in it.

use aws_lc_rs::digest;

use super::algorithms::{self, SignatureAlgorithm};
use crate::excerpt::Excerpt;
use crate::pem;
use crate::refusal::SamlRefusal;
use crate::xml::{Node, ns};

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// Canonicalisation looks each prefix up for each element, before any signature is checked; Okta sends
/// one.
const MAX_PREFIXES: usize = 16;

/// A signature of the admitted form, not yet verified.
pub(crate) struct EnvelopedSignature<'d> {
    /// The `Signature` element.
    pub(crate) node: Node<'d>,
    /// The element that holds it and that it must be over.
    pub(crate) signed: Node<'d>,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) digest_algorithm: &'static digest::Algorithm,
    pub(crate) digest: Vec<u8>,
    /// The prefixes that exclusive canonicalisation treats inclusively.
    pub(crate) prefixes: Vec<String>,
}

/// All signatures of a document, in document order: at most one in each of `signable`, none elsewhere.
pub(crate) fn signatures<'d>(
    root: Node<'d>,
    signable: &[Node<'d>],
) -> Result<Vec<EnvelopedSignature<'d>>, SamlRefusal> {
    let mut found: Vec<EnvelopedSignature<'d>> = Vec::new();
    for node in root
        .subtree()
        .filter(|node| node.local_name() == "Signature")
    {
        let parent = node
            .parent()
            .filter(|parent| signable.iter().any(|one| one.id() == parent.id()));
        let taken = |parent: Node<'_>| found.iter().any(|other| other.signed.id() == parent.id());
        match parent {
            Some(parent) if node.is(ns::DSIG, "Signature") && !taken(parent) => {
                found.push(read(node, parent)?);
            }
            _ => {
                let parent = node.parent().unwrap_or(root).shown();
                return Err(SamlRefusal::SignatureMisplaced { parent });
            }
        }
    }
    Ok(found)
}

fn read<'d>(node: Node<'d>, signed: Node<'d>) -> Result<EnvelopedSignature<'d>, SamlRefusal> {
    only(node, &["SignedInfo", "SignatureValue", "KeyInfo"])?;
    node.required(ns::DSIG, "SignatureValue")?.text()?;
    let info = node.required(ns::DSIG, "SignedInfo")?;
    only(
        info,
        &["CanonicalizationMethod", "SignatureMethod", "Reference"],
    )?;
    for element in info.subtree() {
        // The verifier looks attributes up by local name alone.
        if let Some((_, name, _)) = element.attributes().find(|attribute| attribute.0.is_some()) {
            return Err(SamlRefusal::SignatureContent {
                found: Excerpt::of(name),
                parent: element.shown(),
            });
        }
    }

    let canonicalization = info.required(ns::DSIG, "CanonicalizationMethod")?;
    if canonicalization.attribute("Algorithm") != Some(ns::EXCLUSIVE_C14N) {
        return Err(SamlRefusal::Canonicalization {
            found: algorithm(canonicalization),
        });
    }
    prefixes(canonicalization)?;

    let method = info.required(ns::DSIG, "SignatureMethod")?;
    let signature_algorithm = method
        .attribute("Algorithm")
        .and_then(SignatureAlgorithm::from_uri)
        .ok_or_else(|| SamlRefusal::SignatureAlgorithm {
            found: algorithm(method),
        })?;
    only(method, &[])?;

    let references: Vec<_> = info.named(ns::DSIG, "Reference").collect();
    let [reference] = references.as_slice() else {
        return Err(SamlRefusal::References {
            count: references.len(),
        });
    };
    only(*reference, &["Transforms", "DigestMethod", "DigestValue"])?;
    let uri = reference.attribute("URI").unwrap_or_default();
    let id = signed.required_attribute("ID")?;
    if uri.strip_prefix('#') != Some(id) {
        return Err(SamlRefusal::ReferenceElsewhere {
            found: Excerpt::of(uri),
        });
    }
    let prefixes = transforms(reference.required(ns::DSIG, "Transforms")?)?;

    let method = reference.required(ns::DSIG, "DigestMethod")?;
    let digest_algorithm = method
        .attribute("Algorithm")
        .and_then(algorithms::digest)
        .ok_or_else(|| SamlRefusal::DigestAlgorithm {
            found: algorithm(method),
        })?;
    only(method, &[])?;
    let value = reference.required(ns::DSIG, "DigestValue")?;
    let digest = pem::base64(&value.text()?).ok_or_else(|| SamlRefusal::ContentAltered {
        element: signed.shown(),
    })?;
    Ok(EnvelopedSignature {
        node,
        signed,
        algorithm: signature_algorithm,
        digest_algorithm,
        digest,
        prefixes,
    })
}

/// Checks the transforms; gives the prefix list of the canonicalisation.
fn transforms(node: Node<'_>) -> Result<Vec<String>, SamlRefusal> {
    only(node, &["Transform"])?;
    let transforms: Vec<_> = node.elements().collect();
    let named: Vec<_> = transforms
        .iter()
        .map(|one| one.attribute("Algorithm").unwrap_or_default())
        .collect();
    if named != [ENVELOPED, ns::EXCLUSIVE_C14N] {
        return Err(SamlRefusal::Transforms {
            found: Excerpt::of(&named.join(" ")),
        });
    }
    match transforms.as_slice() {
        [enveloped, exclusive] => {
            only(*enveloped, &[])?;
            prefixes(*exclusive)
        }
        _ => Ok(Vec::new()),
    }
}

/// The `InclusiveNamespaces` prefix list in a canonicalisation method, if there is one.
fn prefixes(node: Node<'_>) -> Result<Vec<String>, SamlRefusal> {
    if let Some(other) = node
        .elements()
        .find(|child| !child.is(ns::EXCLUSIVE_C14N, "InclusiveNamespaces"))
    {
        return Err(SamlRefusal::SignatureContent {
            found: other.shown(),
            parent: node.shown(),
        });
    }
    let list = node.optional(ns::EXCLUSIVE_C14N, "InclusiveNamespaces")?;
    let list = list
        .and_then(|list| list.attribute("PrefixList"))
        .unwrap_or_default();
    let prefixes: Vec<_> = list.split_ascii_whitespace().map(str::to_owned).collect();
    if prefixes.len() > MAX_PREFIXES {
        return Err(SamlRefusal::SignatureContent {
            found: Excerpt::of(list),
            parent: node.shown(),
        });
    }
    Ok(prefixes)
}

/// Refuses children other than those of the XML signature namespace that are named.
fn only(node: Node<'_>, allowed: &[&str]) -> Result<(), SamlRefusal> {
    match node
        .elements()
        .find(|child| !allowed.iter().any(|name| child.is(ns::DSIG, name)))
    {
        Some(other) => Err(SamlRefusal::SignatureContent {
            found: other.shown(),
            parent: node.shown(),
        }),
        None => Ok(()),
    }
}

fn algorithm(node: Node<'_>) -> Excerpt {
    Excerpt::of(node.attribute("Algorithm").unwrap_or_default())
}
