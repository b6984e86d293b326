//! An XML signer that signs anything: the honest form by default, and every deviation that an attack
//! or a strange provider needs.

use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bergshamra_c14n::{C14nMode, canonicalize_doc};
use bergshamra_xml::NodeSet;
use uppsala::{Document, NodeId};

use super::keys::{self, Identity};

pub const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
pub const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
pub const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
pub const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
pub const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";

/// What to sign, and how.
#[derive(Clone)]
pub struct Signing {
    pub key: &'static Identity,
    /// Sign with HMAC under these bytes instead.
    pub hmac: Option<Vec<u8>>,
    /// The id of the element that will hold the signature.
    pub holder: String,
    /// The id of the element that is digested.
    pub target: String,
    pub uri: String,
    pub canonicalization: String,
    pub method: String,
    pub method_content: String,
    pub digest_method: String,
    /// The `Transform` elements.
    pub transforms: String,
    pub reference_canonicalization: C14nMode,
    pub prefixes: Vec<String>,
    /// References beside the one that is computed.
    pub more_references: String,
    /// What stands after `SignatureValue`.
    pub after: String,
}

impl Signing {
    /// The honest form: over the element that holds it, with Okta's prefix list.
    pub fn of(id: &str) -> Self {
        let key = keys::okta();
        Self {
            key,
            hmac: None,
            holder: id.to_owned(),
            target: id.to_owned(),
            uri: format!("#{id}"),
            canonicalization: EXCLUSIVE.to_owned(),
            method: RSA_SHA256.to_owned(),
            method_content: String::new(),
            digest_method: SHA256.to_owned(),
            transforms: format!(
                r#"<ds:Transform Algorithm="{ENVELOPED}"/><ds:Transform Algorithm="{EXCLUSIVE}"><ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="xs"/></ds:Transform>"#
            ),
            reference_canonicalization: C14nMode::Exclusive,
            prefixes: vec!["xs".to_owned()],
            more_references: String::new(),
            after: key_info(key),
        }
    }

    /// The document with the signature behind the holder's `Issuer`.
    pub fn sign(&self, xml: &str) -> String {
        let holder = xml
            .find(&format!(r#"ID="{}""#, self.holder))
            .expect("an element with the holder's id");
        let issuer = "</saml2:Issuer>";
        let at = holder + xml[holder..].find(issuer).expect("an issuer") + issuer.len();
        let unfilled = format!("{}{}{}", &xml[..at], self.template(), &xml[at..]);

        let digest = {
            let document = uppsala::parse(&unfilled).unwrap();
            let signature = holding(&document, "DigestValue", "DIGEST");
            let target = with_id(&document, &self.target);
            let mut visible = NodeSet::tree_without_comments(target, &document);
            for node in std::iter::once(signature).chain(document.descendants(signature)) {
                visible.remove_id(node);
            }
            let mode = self.reference_canonicalization;
            digest_of(
                &self.digest_method,
                &canonicalize_doc(&document, mode, Some(&visible), &self.prefixes).unwrap(),
            )
        };
        let undersigned = unfilled.replacen("DIGEST", &digest, 1);

        let document = uppsala::parse(&undersigned).unwrap();
        let signature = holding(&document, "SignatureValue", "SIGNATURE");
        let info = document.children(signature)[0];
        let visible = NodeSet::tree_without_comments(info, &document);
        let mode = C14nMode::from_uri(&self.canonicalization).unwrap_or(C14nMode::Exclusive);
        let message = canonicalize_doc(&document, mode, Some(&visible), &[] as &[String]).unwrap();
        let value = match &self.hmac {
            Some(secret) => hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), &message)
                .as_ref()
                .to_vec(),
            None => self.key.sign(&self.method, &message),
        };
        undersigned.replacen("SIGNATURE", &STANDARD.encode(value), 1)
    }

    fn template(&self) -> String {
        let Self {
            canonicalization,
            method,
            method_content,
            uri,
            transforms,
            digest_method,
            ..
        } = self;
        let Self {
            more_references,
            after,
            ..
        } = self;
        format!(
            r#"<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{canonicalization}"/><ds:SignatureMethod Algorithm="{method}">{method_content}</ds:SignatureMethod><ds:Reference URI="{uri}"><ds:Transforms>{transforms}</ds:Transforms><ds:DigestMethod Algorithm="{digest_method}"/><ds:DigestValue>DIGEST</ds:DigestValue></ds:Reference>{more_references}</ds:SignedInfo><ds:SignatureValue>SIGNATURE</ds:SignatureValue>{after}</ds:Signature>"#
        )
    }
}

/// A `KeyInfo` that shows a certificate, as providers send it.
pub fn key_info(key: &Identity) -> String {
    format!(
        "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>",
        key.base64()
    )
}

fn digest_of(method: &str, bytes: &[u8]) -> String {
    let algorithm = if method == SHA1 {
        &digest::SHA1_FOR_LEGACY_USE_ONLY
    } else {
        &digest::SHA256
    };
    STANDARD.encode(digest::digest(algorithm, bytes))
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
            .is_some_and(|e| e.name.local_name == "Signature")
    };
    document
        .ancestors(node)
        .into_iter()
        .find(is_signature)
        .unwrap()
}

fn with_id(document: &Document<'_>, id: &str) -> NodeId {
    let nodes = document.descendants(document.root());
    nodes
        .into_iter()
        .find(|node| document.get_attribute(*node, "ID") == Some(id))
        .expect("an element with the id")
}
