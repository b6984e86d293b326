//! What a response says, and the document that says it, in the shape of Okta's.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::person::{Person, Value};
use super::redirect::AuthnRequest;
use super::xml::{attribute, escaped, instant, value};

/// How long before and after its making a response of Okta counts.
pub const WINDOW: Duration = Duration::minutes(5);

const FORMAT_ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
const SUCCESS: &str = r#"<saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>"#;

/// What a response says. All texts are plain, except `status` and those of `attributes`.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The id of the `Response`.
    pub response_id: String,
    /// The id of the `Assertion`.
    pub assertion_id: String,
    /// The issuer of the response.
    pub issuer: String,
    /// The issuer of the assertion.
    pub assertion_issuer: String,
    /// The address that the response is sent to.
    pub destination: String,
    /// The address that the assertion is confirmed for.
    pub recipient: String,
    /// Whom the assertion is meant for.
    pub audience: String,
    /// The request that is answered.
    pub in_response_to: Option<String>,
    /// The name of the person.
    pub name_id: String,
    /// The format of that name.
    pub name_id_format: String,
    /// When all of it was made.
    pub issued_at: OffsetDateTime,
    /// From when on the assertion counts.
    pub not_before: OffsetDateTime,
    /// Until when it counts, and until when it may be delivered.
    pub not_on_or_after: OffsetDateTime,
    /// When the person gave the password.
    pub authenticated_at: OffsetDateTime,
    /// The provider's name for the session.
    pub session_index: String,
    /// What stands in `Status`, as XML.
    pub status: String,
    /// The attributes, as XML: name and values (see [`attribute`] and [`value`]).
    pub attributes: Vec<(String, String)>,
}

impl Facts {
    pub(super) fn new(
        issuer: &str,
        request: &AuthnRequest,
        person: &Person,
        now: OffsetDateTime,
    ) -> Self {
        let id = || format!("id{}", Uuid::new_v4().simple());
        let assertion_id = id();
        let attributes = [
            ("PantherEmail", &person.email),
            ("PantherFirstName", &person.first_name),
            ("PantherLastName", &person.last_name),
            ("PantherRole", &person.role),
        ];
        let values = |(name, is): (&str, &Value)| {
            let values = match is {
                Value::Is(text) => value(&escaped(text)),
                Value::Absent => return None,
                Value::NoValue => String::new(),
                Value::Empty => value(""),
            };
            Some((name.to_owned(), values))
        };
        Self {
            response_id: id(),
            issuer: issuer.to_owned(),
            assertion_issuer: issuer.to_owned(),
            destination: request.acs_url.clone(),
            recipient: request.acs_url.clone(),
            audience: request.issuer.clone(),
            in_response_to: request.id.clone(),
            name_id: person.name_id.clone(),
            name_id_format: person.name_id_format.clone(),
            issued_at: now,
            not_before: now - WINDOW,
            not_on_or_after: now + WINDOW,
            authenticated_at: now - Duration::minutes(30),
            session_index: request.id.clone().unwrap_or_else(|| assertion_id.clone()),
            assertion_id,
            status: SUCCESS.to_owned(),
            attributes: attributes.into_iter().filter_map(values).collect(),
        }
    }

    /// Moves all times.
    pub fn shift(&mut self, by: Duration) {
        for time in [
            &mut self.issued_at,
            &mut self.not_before,
            &mut self.not_on_or_after,
            &mut self.authenticated_at,
        ] {
            *time += by;
        }
    }

    /// Sets the values of an attribute, as XML; it is added if it isn't there.
    pub fn set(&mut self, name: &str, values: String) {
        match self.attributes.iter_mut().find(|(named, _)| named == name) {
            Some((_, present)) => *present = values,
            None => self.attributes.push((name.to_owned(), values)),
        }
    }

    /// The whole document, not signed.
    #[must_use]
    pub fn document(&self) -> String {
        self.around(&self.assertion())
    }

    /// The assertion, not signed. It can stand by itself: all its prefixes but `xs`, which
    /// it declares again, are its own.
    #[must_use]
    pub fn assertion(&self) -> String {
        let Self {
            assertion_id,
            name_id_format,
            ..
        } = self;
        let issued = instant(self.issued_at);
        let (begin, end) = (instant(self.not_before), instant(self.not_on_or_after));
        let authenticated = instant(self.authenticated_at);
        let [issuer, name_id, recipient, audience, session] = [
            &self.assertion_issuer,
            &self.name_id,
            &self.recipient,
            &self.audience,
            &self.session_index,
        ]
        .map(|text| escaped(text));
        let answers = self.answers();
        let attributes: String = self
            .attributes
            .iter()
            .map(|(name, values)| attribute(name, values))
            .collect();
        [
            format!(r#"<saml2:Assertion ID="{assertion_id}" IssueInstant="{issued}" Version="2.0" xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xs="http://www.w3.org/2001/XMLSchema">"#),
            format!(r#"<saml2:Issuer Format="{FORMAT_ENTITY}">{issuer}</saml2:Issuer>"#),
            format!(r#"<saml2:Subject><saml2:NameID Format="{name_id_format}">{name_id}</saml2:NameID>"#),
            r#"<saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">"#.to_owned(),
            format!(r#"<saml2:SubjectConfirmationData{answers} NotOnOrAfter="{end}" Recipient="{recipient}"/>"#),
            "</saml2:SubjectConfirmation></saml2:Subject>".to_owned(),
            format!(r#"<saml2:Conditions NotBefore="{begin}" NotOnOrAfter="{end}">"#),
            format!("<saml2:AudienceRestriction><saml2:Audience>{audience}</saml2:Audience></saml2:AudienceRestriction>"),
            "</saml2:Conditions>".to_owned(),
            format!(r#"<saml2:AuthnStatement AuthnInstant="{authenticated}" SessionIndex="{session}">"#),
            "<saml2:AuthnContext><saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>".to_owned(),
            format!("<saml2:AttributeStatement>{attributes}</saml2:AttributeStatement></saml2:Assertion>"),
        ]
        .concat()
    }

    /// The response, not signed, around something else than its assertion.
    #[must_use]
    pub fn around(&self, content: &str) -> String {
        let Self {
            response_id,
            status,
            ..
        } = self;
        let issued = instant(self.issued_at);
        let (destination, issuer) = (escaped(&self.destination), escaped(&self.issuer));
        let answers = self.answers();
        [
            r#"<?xml version="1.0" encoding="UTF-8"?>"#.to_owned(),
            format!(r#"<saml2p:Response Destination="{destination}" ID="{response_id}"{answers} IssueInstant="{issued}" Version="2.0" xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:xs="http://www.w3.org/2001/XMLSchema">"#),
            format!(r#"<saml2:Issuer xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" Format="{FORMAT_ENTITY}">{issuer}</saml2:Issuer>"#),
            format!(r#"<saml2p:Status xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol">{status}</saml2p:Status>{content}</saml2p:Response>"#),
        ]
        .concat()
    }

    fn answers(&self) -> String {
        let answers = self.in_response_to.as_ref();
        answers.map_or_else(String::new, |id| {
            format!(r#" InResponseTo="{}""#, escaped(id))
        })
    }
}
