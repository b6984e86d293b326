//! What arrives by HTTP-Redirect (SAML bindings 3.4), read from the URL that a browser was sent to.

use std::fmt;
use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use uppsala::{Document, NodeId};
use url::Url;

use super::keys::Identity;
use super::signer::RSA_SHA256;

/// A message, and what came with it.
#[derive(Debug, Clone)]
pub struct Message {
    /// The XML.
    pub xml: String,
    /// The RelayState, if there was one.
    pub relay_state: Option<String>,
    signed: Option<Signed>,
}

#[derive(Clone)]
struct Signed {
    text: String,
    algorithm: String,
    signature: Vec<u8>,
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "by {}", self.algorithm)
    }
}

impl Message {
    /// Reads the message `SAMLRequest` of a URL.
    ///
    /// # Panics
    /// When there is none, or it can't be read.
    #[must_use]
    #[track_caller]
    pub fn of_url(url: &str) -> Self {
        let parsed = Url::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        let field = |name: &str| {
            let mut pairs = parsed.query_pairs().filter(|(given, _)| given == name);
            let value = pairs.next().map(|(_, value)| value.into_owned());
            assert!(pairs.next().is_none(), "{url}: {name} occurs twice");
            value
        };
        let message = field("SAMLRequest").unwrap_or_else(|| panic!("{url}: no SAMLRequest"));
        let mut xml = String::new();
        DeflateDecoder::new(STANDARD.decode(message).unwrap().as_slice())
            .read_to_string(&mut xml)
            .unwrap();
        let signed = field("Signature").map(|signature| Signed {
            text: signed_text(parsed.query().unwrap_or_default()),
            algorithm: field("SigAlg").expect("a signature without SigAlg"),
            signature: STANDARD.decode(signature).unwrap(),
        });
        Self {
            xml,
            relay_state: field("RelayState"),
            signed,
        }
    }

    /// Whether the sender says that it has signed.
    #[must_use]
    pub const fn is_signed(&self) -> bool {
        self.signed.is_some()
    }

    /// Whether that key made the signature, with RSA and SHA-256.
    #[must_use]
    pub fn is_signed_by(&self, key: &Identity) -> bool {
        self.signed.as_ref().is_some_and(|signed| {
            signed.algorithm == RSA_SHA256
                && key.has_signed(signed.text.as_bytes(), &signed.signature)
        })
    }
}

/// The part of a query that is signed: the message, RelayState if any, SigAlg, as they stand there.
fn signed_text(query: &str) -> String {
    let fields = ["SAMLRequest=", "RelayState=", "SigAlg="];
    let parts = fields.map(|name| query.split('&').find(|part| part.starts_with(name)));
    parts.into_iter().flatten().collect::<Vec<_>>().join("&")
}

/// A request for a sign-in, as far as an answer needs it.
#[derive(Debug, Clone)]
pub struct AuthnRequest {
    /// Its id; `None`: there was no request ([`AuthnRequest::unsolicited`]).
    pub id: Option<String>,
    /// Who asks: the entity id, which becomes the audience.
    pub issuer: String,
    /// Where the answer is wanted.
    pub acs_url: String,
    /// Where it was sent to.
    pub destination: String,
    /// What must come back with the answer.
    pub relay_state: Option<String>,
    /// The message, for a closer look.
    pub message: Option<Message>,
}

impl AuthnRequest {
    /// Reads the URL that a browser was sent to.
    ///
    /// # Panics
    /// When it holds no `AuthnRequest`, or one that Okta would refuse.
    #[must_use]
    #[track_caller]
    pub fn of_url(url: &str) -> Self {
        let message = Message::of_url(url);
        let document = uppsala::parse(&message.xml).unwrap();
        let root = document.document_element().unwrap();
        assert_eq!(name(&document, root), "AuthnRequest", "{}", message.xml);
        assert!(
            !message.xml.contains("NameIDPolicy"),
            "Okta demands that it match its own setting: {}",
            message.xml
        );
        Self {
            id: Some(attribute(&document, root, "ID")),
            issuer: child_text(&document, root, "Issuer").unwrap(),
            acs_url: attribute(&document, root, "AssertionConsumerServiceURL"),
            destination: attribute(&document, root, "Destination"),
            relay_state: message.relay_state.clone(),
            message: Some(message),
        }
    }

    /// No request: a sign-in that starts at the provider, from what its administrator typed in.
    #[must_use]
    pub fn unsolicited(issuer: &str, acs_url: &str) -> Self {
        Self {
            id: None,
            issuer: issuer.to_owned(),
            acs_url: acs_url.to_owned(),
            destination: String::new(),
            relay_state: None,
            message: None,
        }
    }
}

/// A request to sign somebody out everywhere.
#[derive(Debug, Clone)]
pub struct LogoutRequest {
    /// Its id.
    pub id: String,
    /// Who asks.
    pub issuer: String,
    /// Who shall be signed out.
    pub name_id: String,
    /// The format of that name.
    pub name_id_format: String,
    /// From which session.
    pub session_index: Option<String>,
    /// The message, for a closer look.
    pub message: Message,
}

impl LogoutRequest {
    /// Reads the URL that a browser was sent to.
    ///
    /// # Panics
    /// When it holds no `LogoutRequest`.
    #[must_use]
    #[track_caller]
    pub fn of_url(url: &str) -> Self {
        let message = Message::of_url(url);
        let document = uppsala::parse(&message.xml).unwrap();
        let root = document.document_element().unwrap();
        assert_eq!(name(&document, root), "LogoutRequest", "{}", message.xml);
        let name_id = child(&document, root, "NameID").expect("a NameID");
        Self {
            id: attribute(&document, root, "ID"),
            issuer: child_text(&document, root, "Issuer").unwrap(),
            name_id: document.text_content_deep(name_id),
            name_id_format: attribute(&document, name_id, "Format"),
            session_index: child_text(&document, root, "SessionIndex"),
            message,
        }
    }
}

/// The URL that carries a message to an address, signed as text.
#[must_use]
pub fn redirect_url(
    address: &str,
    field: &str,
    xml: &str,
    relay_state: Option<&str>,
    key: &Identity,
) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(xml.as_bytes()).unwrap();
    let message = STANDARD.encode(encoder.finish().unwrap());
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair(field, &message);
    if let Some(relay_state) = relay_state {
        query.append_pair("RelayState", relay_state);
    }
    let text = query.append_pair("SigAlg", RSA_SHA256).finish();
    let signature = STANDARD.encode(key.sign(RSA_SHA256, text.as_bytes()));
    let signature = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("Signature", &signature)
        .finish();
    let separator = if address.contains('?') { '&' } else { '?' };
    format!("{address}{separator}{text}&{signature}")
}

fn name(document: &Document<'_>, node: NodeId) -> String {
    let element = document.element(node).unwrap();
    element.name.local_name.to_string()
}

fn attribute(document: &Document<'_>, node: NodeId, name: &str) -> String {
    let value = document.get_attribute(node, name);
    value
        .unwrap_or_else(|| panic!("no attribute {name}"))
        .to_owned()
}

fn child(document: &Document<'_>, node: NodeId, wanted: &str) -> Option<NodeId> {
    let is_it = |child: &NodeId| {
        document
            .element(*child)
            .is_some_and(|element| element.name.local_name == wanted)
    };
    document.children(node).into_iter().find(is_it)
}

fn child_text(document: &Document<'_>, node: NodeId, wanted: &str) -> Option<String> {
    child(document, node, wanted).map(|child| document.text_content_deep(child))
}
