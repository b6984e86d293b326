//! An identity provider of our own, in the shape of Okta: Response and Assertion both signed with
//! RSA-SHA256, exclusive canonicalisation with a prefix list, issuer `http://www.okta.com/exk…`,
//! NameID unspecified, five minutes to either side, attributes as `xs:string`.
//!
//! A provider makes documents; [`crate::browser::Browser`] carries them. In a story:
//!
//! ```text
//! let tenant = Tenant::new(backend);
//! let idp = OktaIdp::new();
//! idp.connect(&tenant).await;                           // SAML on, this provider trusted
//! let browser = Browser::new(&tenant);
//! let ada = Person::new("ada").role("Analyst");         // Person::new("ada").role(Value::Empty) …
//! browser.sign_in(&idp, &ada).await.signed_in();
//!
//! // Anything but Okta's shape, for the same journey:
//! let shape = Shape::okta().facts(|facts| facts.audience = "https://other.example".into());
//! let refused = browser.sign_in_with(&idp, &ada, &shape).await.refused();
//!
//! // Or step by step: the request, the document, the post.
//! let request = browser.request_sign_in(None).await;
//! let document = idp.document(&request, &ada, &shape);  // XML; idp.respond(…) is its base64
//! let outcome = browser.post_response(&idp::post(&document), request.relay_state.as_deref()).await;
//! ```
//!
//! Hostile documents come from [`Shape`]: it has a hook before signing (the provider's own doing),
//! one after signing (somebody else's), and one that makes the whole document with [`Signing`],
//! [`Facts::assertion`], [`Facts::around`] and the text helpers of [`xml`].
//!
//! - [`person`]: who signs in; a role that is unset in each of Okta's three forms;
//! - [`facts`], [`shape`], [`signer`], [`encryption`], [`xml`]: documents, honest and not;
//! - [`redirect`]: the requests that arrive by HTTP-Redirect;
//! - [`keys`]: keys with certificates, also for the service provider's side;
//! - [`connect`]: making a tenant trust the provider;
//! - [`served`]: the provider as a site that a real browser can visit;
//! - [`foreign`]: a provider that somebody else wrote.

pub mod connect;
pub mod encryption;
pub mod facts;
pub mod foreign;
pub mod keys;
mod metadata;
pub mod person;
pub mod redirect;
pub mod served;
pub mod shape;
pub mod signer;
pub mod xml;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use time::OffsetDateTime;
use uuid::Uuid;

pub use facts::Facts;
pub use keys::Identity;
pub use person::{Person, Value};
pub use redirect::{AuthnRequest, LogoutRequest};
pub use shape::{Shape, Signed};
pub use signer::Signing;

/// An identity provider. Its fields may be changed before it is connected.
#[derive(Debug, Clone)]
pub struct OktaIdp {
    /// Its entity id.
    pub entity_id: String,
    /// Where a browser is sent to sign in.
    pub sso_url: String,
    /// Where a browser is sent to sign out; `None`: it offers no single logout.
    pub slo_url: Option<String>,
    /// Whether it says that it refuses requests that aren't signed.
    pub want_signed_requests: bool,
    /// The key that it signs with.
    pub key: Arc<Identity>,
    /// The keys whose certificates are in its metadata.
    pub published: Vec<Arc<Identity>>,
}

impl Default for OktaIdp {
    fn default() -> Self {
        Self::new()
    }
}

impl OktaIdp {
    /// A provider like no other: its own entity id, and its own key.
    #[must_use]
    pub fn new() -> Self {
        Self::with_key(Identity::rsa("okta"))
    }

    /// A provider that signs with that key.
    #[must_use]
    pub fn with_key(key: Arc<Identity>) -> Self {
        let name = format!("exk{}", &Uuid::new_v4().simple().to_string()[..17]);
        Self {
            entity_id: format!("http://www.okta.com/{name}"),
            sso_url: format!("https://acme.okta.example/app/acme_roster_1/{name}/sso/saml"),
            slo_url: None,
            want_signed_requests: false,
            published: vec![key.clone()],
            key,
        }
    }

    /// What the answer to `request` says about `person`, now.
    #[must_use]
    pub fn facts(&self, request: &AuthnRequest, person: &Person) -> Facts {
        Facts::new(&self.entity_id, request, person, OffsetDateTime::now_utc())
    }

    /// The answer to `request`, as XML.
    #[must_use]
    pub fn document(&self, request: &AuthnRequest, person: &Person, shape: &Shape) -> String {
        shape.apply(self, self.facts(request, person))
    }

    /// The answer to `request`, as the value of the form field `SAMLResponse`.
    #[must_use]
    pub fn respond(&self, request: &AuthnRequest, person: &Person, shape: &Shape) -> String {
        post(&self.document(request, person, shape))
    }

    /// A signature of this provider's over the element with that id, to be changed and then applied
    /// with [`Signing::sign`].
    #[must_use]
    pub fn signing(&self, id: &str) -> Signing {
        Signing::of(&self.key, id)
    }

    /// Signs the document made of `facts`.
    #[must_use]
    pub fn sign(&self, signed: Signed, facts: &Facts, unsigned: &str) -> String {
        let assertion = |xml: &str| self.signing(&facts.assertion_id).sign(xml);
        let response = |xml: &str| self.signing(&facts.response_id).sign(xml);
        match signed {
            Signed::Both => response(&assertion(unsigned)),
            Signed::Assertion => assertion(unsigned),
            Signed::Response => response(unsigned),
            Signed::Nothing => unsigned.to_owned(),
        }
    }

    /// The assertion of `facts` with its signature, out of its response.
    #[must_use]
    pub fn signed_assertion(&self, facts: &Facts) -> String {
        let signed = self.sign(Signed::Assertion, facts, &facts.document());
        xml::element(&signed, "saml2:Assertion").to_owned()
    }
}

/// A document as the value of the form field `SAMLResponse`.
#[must_use]
pub fn post(xml: &str) -> String {
    STANDARD.encode(xml)
}
