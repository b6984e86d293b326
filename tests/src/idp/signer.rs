//! An XML signer that signs anything: the honest form by default, and every deviation that an
//! attack or a strange provider needs.

use std::sync::Arc;

use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bergshamra_c14n::canonicalize_doc;
use bergshamra_xml::NodeSet;
use uppsala::{Document, NodeId};

use super::keys::Identity;

pub use bergshamra_c14n::C14nMode;

/// The transform that leaves the signature out.
pub const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// Exclusive canonicalisation.
pub const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// Inclusive canonicalisation, version 1.0.
pub const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
/// The signature algorithm of Okta.
pub const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
/// HMAC, which needs no private key.
pub const HMAC_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";
/// The digest algorithm of Okta.
pub const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
/// The digest algorithm of yesterday.
pub const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";

/// What to sign, and how.
#[derive(Debug, Clone)]
pub struct Signing {
    /// Who signs.
    pub key: Arc<Identity>,
    /// Sign with HMAC under these bytes instead.
    pub hmac: Option<Vec<u8>>,
    /// The id of the element that will hold the signature, behind its `Issuer`.
    pub holder: String,
    /// The id of the element that is digested.
    pub target: String,
    /// What the reference says is digested.
    pub uri: String,
    /// The `CanonicalizationMethod`.
    pub canonicalization: String,
    /// The `SignatureMethod`.
    pub method: String,
    /// What stands in the `SignatureMethod`.
    pub method_content: String,
    /// The `DigestMethod`.
    pub digest_method: String,
    /// The `Transform` elements.
    pub transforms: String,
    /// How the target is really canonicalised.
    pub reference_canonicalization: C14nMode,
    /// The prefixes that are canonicalised inclusively.
    pub prefixes: Vec<String>,
    /// `Reference` elements beside the one that is computed.
    pub more_references: String,
    /// What stands after the `SignatureValue`.
    pub after: String,
}

impl Signing {
    /// The honest form: over the element that holds it, with Okta's prefix list.
    #[must_use]
    pub fn of(key: &Arc<Identity>, id: &str) -> Self {
        let prefixes =
            format!(r#"<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="xs"/>"#);
        let transforms = format!(
            r#"<ds:Transform Algorithm="{ENVELOPED}"/><ds:Transform Algorithm="{EXCLUSIVE}">{prefixes}</ds:Transform>"#
        );
        Self {
            key: key.clone(),
            hmac: None,
            holder: id.to_owned(),
            target: id.to_owned(),
            uri: format!("#{id}"),
            canonicalization: EXCLUSIVE.to_owned(),
            method: RSA_SHA256.to_owned(),
            method_content: String::new(),
            digest_method: SHA256.to_owned(),
            transforms,
            reference_canonicalization: C14nMode::Exclusive,
            prefixes: vec!["xs".to_owned()],
            more_references: String::new(),
            after: key_info(key),
        }
    }

    /// The document with the signature.
    ///
    /// # Panics
    /// When it has no element with the holder's or the target's id, or is no XML.
    #[must_use]
    pub fn sign(&self, xml: &str) -> String {
        let holder = xml
            .find(&format!(r#"ID="{}""#, self.holder))
            .expect("an element with the holder's id");
        let issuer = "</saml2:Issuer>";
        let at = holder + xml[holder..].find(issuer).expect("an issuer") + issuer.len();
        let unfilled = format!("{}{}{}", &xml[..at], self.template(), &xml[at..]);
        let undersigned = unfilled.replacen("DIGEST", &self.digest(&unfilled), 1);
        undersigned.replacen("SIGNATURE", &self.value(&undersigned), 1)
    }

    fn digest(&self, unfilled: &str) -> String {
        let document = uppsala::parse(unfilled).unwrap();
        let signature = holding(&document, "DigestValue", "DIGEST");
        let mut visible =
            NodeSet::tree_without_comments(with_id(&document, &self.target), &document);
        for node in std::iter::once(signature).chain(document.descendants(signature)) {
            visible.remove_id(node);
        }
        let mode = self.reference_canonicalization;
        let bytes = canonicalize_doc(&document, mode, Some(&visible), &self.prefixes).unwrap();
        let algorithm = if self.digest_method == SHA1 {
            &digest::SHA1_FOR_LEGACY_USE_ONLY
        } else {
            &digest::SHA256
        };
        STANDARD.encode(digest::digest(algorithm, &bytes))
    }

    fn value(&self, undersigned: &str) -> String {
        let document = uppsala::parse(undersigned).unwrap();
        let signature = holding(&document, "SignatureValue", "SIGNATURE");
        let info = document.children(signature)[0];
        let visible = NodeSet::tree_without_comments(info, &document);
        let mode = C14nMode::from_uri(&self.canonicalization).unwrap_or(C14nMode::Exclusive);
        let message = canonicalize_doc(&document, mode, Some(&visible), &[] as &[String]).unwrap();
        STANDARD.encode(match &self.hmac {
            Some(secret) => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
                hmac::sign(&key, &message).as_ref().to_vec()
            }
            None => self.key.sign(&self.method, &message),
        })
    }

    fn template(&self) -> String {
        let Self {
            canonicalization,
            method,
            method_content,
            uri,
            transforms,
            digest_method,
            more_references,
            after,
            ..
        } = self;
        let reference = format!(
            r#"<ds:Reference URI="{uri}"><ds:Transforms>{transforms}</ds:Transforms><ds:DigestMethod Algorithm="{digest_method}"/><ds:DigestValue>DIGEST</ds:DigestValue></ds:Reference>"#
        );
        format!(
            r#"<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{canonicalization}"/><ds:SignatureMethod Algorithm="{method}">{method_content}</ds:SignatureMethod>{reference}{more_references}</ds:SignedInfo><ds:SignatureValue>SIGNATURE</ds:SignatureValue>{after}</ds:Signature>"#
        )
    }
}

/// A `KeyInfo` that shows a certificate, as providers send it.
#[must_use]
pub fn key_info(key: &Identity) -> String {
    format!(
        "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>",
        key.certificate_base64()
    )
}

/// The `Signature` that has an element of that name with that text.
fn holding(document: &Document<'_>, name: &str, text: &str) -> NodeId {
    let nodes = document.get_elements_by_tag_name(name);
    let node = nodes
        .into_iter()
        .find(|node| document.text_content_deep(*node) == text)
        .unwrap();
    let is_signature = |node: &NodeId| {
        document
            .element(*node)
            .is_some_and(|element| element.name.local_name == "Signature")
    };
    let around = document.ancestors(node);
    around.into_iter().find(is_signature).unwrap()
}

fn with_id(document: &Document<'_>, id: &str) -> NodeId {
    let nodes = document.descendants(document.root());
    nodes
        .into_iter()
        .find(|node| document.get_attribute(*node, "ID") == Some(id))
        .expect("an element with the target's id")
}
