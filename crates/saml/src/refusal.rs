//! Why a response is refused: one variant per reason, in words for the administrator's audit log, and
//! a code for the page that tells an attacker nothing.

use thiserror::Error;
use time::OffsetDateTime;

use crate::document::DocumentFault;
use crate::excerpt::Excerpt;
use crate::xml::ContentFault;

/// What the refusal page may say. Everything that a forger could learn from is one and the same code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicCode {
    /// An honest response came too late or to the wrong browser window: sign in once more.
    StartAgain,
    /// Only the administrator, who sees the reason, can help.
    AskAdministrator,
}

impl PublicCode {
    /// The code as written on the page.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StartAgain => "start_again",
            Self::AskAdministrator => "ask_administrator",
        }
    }
}

/// Why a response was refused. `Display` is for the administrator and the log, never for the page.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SamlRefusal {
    // What was posted
    /// The form field is larger than allowed.
    #[error("the posted SAMLResponse is larger than {limit} characters")]
    PostTooLarge {
        /// The limit in characters.
        limit: usize,
    },
    /// The form field isn't base64.
    #[error("the posted SAMLResponse is not base64")]
    NotBase64,
    /// The document can't be read safely.
    #[error(transparent)]
    Document(#[from] DocumentFault),

    // Its structure
    /// The document is something else than a response.
    #[error("the document is a {found}, not a SAML 2.0 Response")]
    NotAResponse {
        /// The document element.
        found: Excerpt,
    },
    /// A version other than 2.0.
    #[error("the {element} is not of SAML version 2.0")]
    Version {
        /// The element that says so.
        element: Excerpt,
    },
    /// A second response inside the response.
    #[error("a Response is nested inside the Response; the signed one could be hidden there")]
    NestedResponse,
    /// The identity provider itself reports a failure.
    #[error(
        "the identity provider answered with status {code} and message {message}; see its own log"
    )]
    IdpReportedFailure {
        /// The status codes, outermost first.
        code: Excerpt,
        /// Its message, or nothing.
        message: Excerpt,
    },
    /// A success without an assertion.
    #[error("the response has no assertion")]
    NoAssertion,
    /// More than one assertion, anywhere in the document.
    #[error("the response has {count} assertions; exactly one is accepted")]
    MoreThanOneAssertion {
        /// How many there are, encrypted ones included.
        count: usize,
    },
    /// The assertion isn't a child of the response.
    #[error("the assertion is not a direct child of the Response")]
    AssertionMisplaced,
    /// Two elements share an id.
    #[error("two elements have the id {id}")]
    DuplicateId {
        /// The id.
        id: Excerpt,
    },
    /// An attribute that other software takes for an id.
    #[error("{element} has the attribute {attribute}, which could be taken for its id")]
    ForeignId {
        /// The attribute.
        attribute: Excerpt,
        /// The element that carries it.
        element: Excerpt,
    },
    /// An id that is no XML name.
    #[error("{id} is not an id: {}", crate::provider::RequestIdError)]
    MalformedId {
        /// What stands there.
        id: Excerpt,
    },
    /// An element is missing, repeated or malformed.
    #[error(transparent)]
    Content(#[from] ContentFault),

    // Its encryption
    /// An encrypted assertion, and no key to open it.
    #[error(
        "the assertion is encrypted, and no decryption key is configured; switch assertion encryption off at the identity provider or configure a key"
    )]
    EncryptionNotConfigured,
    /// An encryption algorithm that isn't on the allow-list.
    #[error(
        "the assertion is encrypted with {found}; allowed are AES-128-GCM and AES-256-GCM with RSA-OAEP (MGF1 with SHA-1, or SHA-256 throughout)"
    )]
    EncryptionAlgorithm {
        /// The algorithm.
        found: Excerpt,
    },
    /// The assertion can't be decrypted.
    #[error(
        "the assertion can't be decrypted; check that the identity provider encrypts to the certificate in our metadata"
    )]
    DecryptionFailed,
    /// The NameID or an attribute is encrypted by itself.
    #[error(
        "{element} is encrypted by itself, which is not supported; encrypt the whole assertion or nothing"
    )]
    EncryptedPart {
        /// The encrypted element.
        element: Excerpt,
    },

    // Its signatures
    /// Neither the assertion nor the response is signed.
    #[error("neither the assertion nor the response is signed")]
    Unsigned,
    /// A signature anywhere else than directly in the response or the assertion.
    #[error(
        "there is a Signature in {parent}; it may only stand directly in the Response or the Assertion, once"
    )]
    SignatureMisplaced {
        /// The element that holds it.
        parent: Excerpt,
    },
    /// Something in a signature that SAML doesn't put there.
    #[error("the signature has an unexpected {found} in {parent}")]
    SignatureContent {
        /// The element or attribute.
        found: Excerpt,
        /// Where it stands.
        parent: Excerpt,
    },
    /// Not exactly one reference.
    #[error("the signature has {count} References; exactly one is accepted")]
    References {
        /// How many there are.
        count: usize,
    },
    /// A reference to something else than the element that holds the signature.
    #[error("the signature is over {found}, not over the element that holds it")]
    ReferenceElsewhere {
        /// The reference's URI.
        found: Excerpt,
    },
    /// A canonicalisation other than exclusive, without comments.
    #[error(
        "the signature uses canonicalisation {found}; only exclusive canonicalisation without comments is accepted"
    )]
    Canonicalization {
        /// The algorithm.
        found: Excerpt,
    },
    /// Transforms other than enveloped signature and exclusive canonicalisation.
    #[error(
        "the signature uses the transforms {found}; only enveloped-signature and then exclusive canonicalisation are accepted"
    )]
    Transforms {
        /// The algorithms.
        found: Excerpt,
    },
    /// A signature algorithm that isn't on the allow-list.
    #[error(
        "the signature algorithm is {found}; allowed are RSA and ECDSA with SHA-256, SHA-384 or SHA-512"
    )]
    SignatureAlgorithm {
        /// The algorithm.
        found: Excerpt,
    },
    /// A digest algorithm that isn't on the allow-list.
    #[error("the digest algorithm is {found}; allowed are SHA-256, SHA-384 and SHA-512")]
    DigestAlgorithm {
        /// The algorithm.
        found: Excerpt,
    },
    /// The signed element isn't what was signed.
    #[error("the content of {element} is not what was signed: it was changed after signing")]
    ContentAltered {
        /// The signed element.
        element: Excerpt,
    },
    /// No trusted key made the signature.
    #[error(
        "the signature of {element} was made by none of the configured certificates, or was changed; if the identity provider has a new certificate, import its metadata again"
    )]
    UntrustedSignature {
        /// The signed element.
        element: Excerpt,
    },

    // What the verified content says
    /// Another issuer.
    #[error("the issuer of {element} is {found}; the trusted identity provider is {expected}")]
    Issuer {
        /// The element issued.
        element: Excerpt,
        /// Who issued it.
        found: Excerpt,
        /// Whom the settings trust.
        expected: String,
    },
    /// Sent to another address.
    #[error("the response was sent to {found}; our ACS URL is {expected}")]
    Destination {
        /// Its destination; empty if absent.
        found: Excerpt,
        /// Our address.
        expected: String,
    },
    /// Confirmed for another address.
    #[error("the assertion is for the recipient {found}; our ACS URL is {expected}")]
    Recipient {
        /// Its recipient.
        found: Excerpt,
        /// Our address.
        expected: String,
    },
    /// Meant for somebody else.
    #[error("the assertion is meant for the audience {found}; ours is {expected}")]
    Audience {
        /// Its audiences.
        found: Excerpt,
        /// Our entity id.
        expected: String,
    },
    /// Answers a request that this browser didn't send, or no longer waits for.
    #[error("the response answers the request {found}, which this browser has not outstanding")]
    UnknownRequest {
        /// The request it answers.
        found: Excerpt,
    },
    /// Answers no request, and that isn't allowed.
    #[error(
        "the response answers no request, and sign-in started at the identity provider is switched off"
    )]
    IdpInitiatedNotAllowed,
    /// The response names a request and the assertion names none, or the reverse.
    #[error("the response and its assertion disagree about the request they answer")]
    InResponseToDisagrees,
    /// Not exactly one bearer confirmation.
    #[error("the assertion has {count} bearer SubjectConfirmations; exactly one is accepted")]
    BearerConfirmations {
        /// How many there are.
        count: usize,
    },
    /// A condition whose meaning is unknown, so that the assertion's validity is too.
    #[error("the assertion has the condition {found}, whose meaning is unknown")]
    UnknownCondition {
        /// The condition.
        found: Excerpt,
    },
    /// Too early.
    #[error("{element} is valid from {from} only; it is {now} here. Check the clocks")]
    NotYetValid {
        /// The element that says so.
        element: Excerpt,
        /// When its validity begins.
        from: OffsetDateTime,
        /// Our time.
        now: OffsetDateTime,
    },
    /// Too late.
    #[error(
        "{element} was valid until {until}; it is {now} here. Signing in again helps, unless the clocks differ"
    )]
    Expired {
        /// The element that says so.
        element: Excerpt,
        /// When its validity ended.
        until: OffsetDateTime,
        /// Our time.
        now: OffsetDateTime,
    },
    /// A NameID that identifies nobody.
    #[error(
        "the NameID {found} can't identify anybody: it must be 1 to 512 characters without control characters or white space around"
    )]
    NameId {
        /// The NameID.
        found: Excerpt,
    },
    /// Several values where one person has one.
    #[error("the attribute {name} has more than one value; send exactly one")]
    AmbiguousAttribute {
        /// The attribute.
        name: String,
    },
    /// A value that is no line of text.
    #[error(
        "the attribute {name} has a value that is longer than 512 characters or has control characters"
    )]
    AttributeValue {
        /// The attribute.
        name: String,
    },
}

impl SamlRefusal {
    /// What the page may say. Only a response whose signature was good can yield anything but
    /// [`PublicCode::AskAdministrator`], so a forger learns nothing from it.
    #[must_use]
    pub fn public_code(&self) -> PublicCode {
        match self {
            Self::Expired { .. } | Self::UnknownRequest { .. } | Self::IdpInitiatedNotAllowed => {
                PublicCode::StartAgain
            }
            _ => PublicCode::AskAdministrator,
        }
    }
}
