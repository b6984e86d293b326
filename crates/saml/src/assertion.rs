//! What a verified assertion says, and whether it says it to us, now, about the request we sent (SAML
//! core 2.3 to 2.7, profiles 4.1.4.3).

use time::OffsetDateTime;

use crate::attributes;
use crate::excerpt::Excerpt;
use crate::identity::{NameIdFormat, VerifiedIdentity};
use crate::instant::{self, CLOCK_SKEW};
use crate::provider::{AttributeNames, Expectations, RequestId, ServiceProvider, TrustedIdp};
use crate::refusal::SamlRefusal;
use crate::structure;
use crate::xml::{ContentFault, Node, ns};

const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";

/// What the response around the assertion says that the assertion must agree with.
pub(crate) struct Envelope {
    pub(crate) in_response_to: Option<String>,
}

/// Reads and checks a verified assertion.
pub(crate) fn identity(
    assertion: Node<'_>,
    envelope: &Envelope,
    sp: &ServiceProvider,
    idp: &TrustedIdp,
    names: &AttributeNames,
    expectations: &Expectations<'_>,
) -> Result<VerifiedIdentity, SamlRefusal> {
    let now = expectations.now;
    structure::version(assertion)?;
    issued_by(assertion, idp)?;
    instant::begun(
        assertion,
        instant::required(assertion, "IssueInstant")?,
        now,
    )?;

    let subject = assertion.required(ns::ASSERTION, "Subject")?;
    refuse_encrypted(subject, "EncryptedID")?;
    let name = subject.required(ns::ASSERTION, "NameID")?;
    let name_id = name_id(name)?;
    let confirmation = confirmation(subject)?;
    let confirmed_until = confirmed(confirmation, sp, now)?;
    let in_response_to = answered(confirmation, envelope, expectations)?;
    let conditions_until = conditions(assertion.required(ns::ASSERTION, "Conditions")?, sp, now)?;
    let session_index = session(assertion, now)?;
    for statement in assertion.named(ns::ASSERTION, "AttributeStatement") {
        refuse_encrypted(statement, "EncryptedAttribute")?;
    }
    let attributes = attributes::read(assertion, names)?;

    let until = conditions_until.map_or(confirmed_until, |until| until.min(confirmed_until));
    Ok(VerifiedIdentity {
        idp_entity_id: idp.entity_id.clone(),
        name_id,
        name_id_format: NameIdFormat::from_uri(name.attribute("Format")),
        session_index,
        assertion_id: assertion.required_attribute("ID")?.to_owned(),
        assertion_expires_at: until.saturating_add(CLOCK_SKEW),
        in_response_to,
        email: attributes.email,
        first_name: attributes.first_name,
        last_name: attributes.last_name,
        role: attributes.role,
    })
}

/// Checks the `Issuer` of a response or an assertion.
pub(crate) fn issued_by(node: Node<'_>, idp: &TrustedIdp) -> Result<(), SamlRefusal> {
    let issuer = node.required(ns::ASSERTION, "Issuer")?;
    let found = issuer.text()?;
    if found != idp.entity_id
        || issuer
            .attribute("Format")
            .is_some_and(|format| format != ENTITY)
    {
        return Err(SamlRefusal::Issuer {
            element: node.shown(),
            found: Excerpt::of(&found),
            expected: idp.entity_id.clone(),
        });
    }
    Ok(())
}

fn refuse_encrypted(parent: Node<'_>, local: &str) -> Result<(), SamlRefusal> {
    match parent.named(ns::ASSERTION, local).next() {
        Some(encrypted) => Err(SamlRefusal::EncryptedPart {
            element: encrypted.shown(),
        }),
        None => Ok(()),
    }
}

fn name_id(node: Node<'_>) -> Result<String, SamlRefusal> {
    let name = node.text()?;
    let length = name.chars().count();
    if !(1..=512).contains(&length) || name.trim() != name || name.chars().any(char::is_control) {
        return Err(SamlRefusal::NameId {
            found: Excerpt::of(&name),
        });
    }
    Ok(name)
}

/// The data of the one bearer confirmation.
fn confirmation(subject: Node<'_>) -> Result<Node<'_>, SamlRefusal> {
    let bearers: Vec<_> = subject
        .named(ns::ASSERTION, "SubjectConfirmation")
        .filter(|confirmation| confirmation.attribute("Method") == Some(BEARER))
        .collect();
    match bearers.as_slice() {
        [bearer] => Ok(bearer.required(ns::ASSERTION, "SubjectConfirmationData")?),
        _ => Err(SamlRefusal::BearerConfirmations {
            count: bearers.len(),
        }),
    }
}

/// Checks recipient and time of the confirmation; gives its end, which a bearer must have.
fn confirmed(
    data: Node<'_>,
    sp: &ServiceProvider,
    now: OffsetDateTime,
) -> Result<OffsetDateTime, SamlRefusal> {
    let recipient = data.attribute("Recipient").unwrap_or_default();
    if recipient != sp.acs_url {
        return Err(SamlRefusal::Recipient {
            found: Excerpt::of(recipient),
            expected: sp.acs_url.clone(),
        });
    }
    if let Some(from) = instant::read(data, "NotBefore")? {
        instant::begun(data, from, now)?;
    }
    let until = instant::required(data, "NotOnOrAfter")?;
    instant::not_over(data, until, now)?;
    Ok(until)
}

/// Which request was answered: the assertion's own word, with which the response must agree.
fn answered(
    data: Node<'_>,
    envelope: &Envelope,
    expectations: &Expectations<'_>,
) -> Result<Option<RequestId>, SamlRefusal> {
    let found = data.attribute("InResponseTo");
    if found != envelope.in_response_to.as_deref() {
        return Err(SamlRefusal::InResponseToDisagrees);
    }
    match (found, expectations.outstanding) {
        (Some(found), Some(outstanding)) if found == outstanding.as_str() => {
            Ok(Some(outstanding.clone()))
        }
        (Some(found), _) => Err(SamlRefusal::UnknownRequest {
            found: Excerpt::of(found),
        }),
        (None, _) if expectations.idp_initiated_allowed => Ok(None),
        (None, _) => Err(SamlRefusal::IdpInitiatedNotAllowed),
    }
}

/// Checks the conditions; gives the end of the assertion's validity, if it has one.
fn conditions(
    conditions: Node<'_>,
    sp: &ServiceProvider,
    now: OffsetDateTime,
) -> Result<Option<OffsetDateTime>, SamlRefusal> {
    if let Some(from) = instant::read(conditions, "NotBefore")? {
        instant::begun(conditions, from, now)?;
    }
    let until = instant::read(conditions, "NotOnOrAfter")?;
    if let Some(until) = until {
        instant::not_over(conditions, until, now)?;
    }
    let mut restricted = false;
    for condition in conditions.elements() {
        if condition.is(ns::ASSERTION, "AudienceRestriction") {
            audience(condition, sp)?;
            restricted = true;
        } else if !condition.is(ns::ASSERTION, "OneTimeUse")
            && !condition.is(ns::ASSERTION, "ProxyRestriction")
        {
            // SAML core 2.5.1.1: a condition that can't be evaluated makes the assertion indeterminate.
            return Err(SamlRefusal::UnknownCondition {
                found: condition.shown(),
            });
        }
    }
    if !restricted {
        let parent = conditions.shown();
        return Err(ContentFault::Missing {
            element: "AudienceRestriction",
            parent,
        }
        .into());
    }
    Ok(until)
}

fn audience(restriction: Node<'_>, sp: &ServiceProvider) -> Result<(), SamlRefusal> {
    let audiences: Vec<String> = restriction
        .named(ns::ASSERTION, "Audience")
        .map(Node::text)
        .collect::<Result<_, _>>()?;
    if audiences.contains(&sp.entity_id) {
        return Ok(());
    }
    Err(SamlRefusal::Audience {
        found: Excerpt::of(&audiences.join(" ")),
        expected: sp.entity_id.clone(),
    })
}

/// Checks that the person was authenticated and that the provider's session lives; gives its name.
fn session(assertion: Node<'_>, now: OffsetDateTime) -> Result<Option<String>, SamlRefusal> {
    let statements: Vec<_> = assertion.named(ns::ASSERTION, "AuthnStatement").collect();
    if statements.is_empty() {
        return Err(ContentFault::Missing {
            element: "AuthnStatement",
            parent: assertion.shown(),
        }
        .into());
    }
    for statement in &statements {
        instant::begun(
            *statement,
            instant::required(*statement, "AuthnInstant")?,
            now,
        )?;
        if let Some(until) = instant::read(*statement, "SessionNotOnOrAfter")? {
            instant::not_over(*statement, until, now)?;
        }
    }
    Ok(statements
        .iter()
        .find_map(|statement| statement.attribute("SessionIndex"))
        .map(str::to_owned))
}
