//! Where things stand in a response: one assertion, in its place, and ids that mean one thing. Every
//! wrapping attack needs a second assertion, a second response or a second meaning of an id.

use std::collections::HashSet;

use crate::excerpt::Excerpt;
use crate::provider::is_message_id;
use crate::refusal::SamlRefusal;
use crate::xml::{Node, ns};

const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";

/// The assertion of a response, as it stands there.
#[derive(Clone, Copy)]
pub(crate) enum Carried<'d> {
    Plain(Node<'d>),
    Encrypted(Node<'d>),
}

/// Checks that the document is a response that reports success.
pub(crate) fn response(root: Node<'_>) -> Result<(), SamlRefusal> {
    if !root.is(ns::PROTOCOL, "Response") {
        return Err(SamlRefusal::NotAResponse {
            found: root.shown(),
        });
    }
    version(root)?;
    if root
        .subtree()
        .filter(|node| node.local_name() == "Response")
        .count()
        > 1
    {
        return Err(SamlRefusal::NestedResponse);
    }
    let status = root.required(ns::PROTOCOL, "Status")?;
    let code = status.required(ns::PROTOCOL, "StatusCode")?;
    if code.attribute("Value") == Some(SUCCESS) {
        return Ok(());
    }
    let codes: Vec<_> = code
        .subtree()
        .filter_map(|code| code.attribute("Value"))
        .collect();
    let message = status
        .optional(ns::PROTOCOL, "StatusMessage")?
        .map(Node::text)
        .transpose()?;
    Err(SamlRefusal::IdpReportedFailure {
        code: Excerpt::of(&codes.join(" / ")),
        message: Excerpt::of(&message.unwrap_or_default()),
    })
}

/// The one assertion of a response. Any other assertion, at any depth, encrypted or not and in
/// whatever namespace, is a reason to refuse.
pub(crate) fn carried(root: Node<'_>) -> Result<Carried<'_>, SamlRefusal> {
    let assertions: Vec<_> = root
        .subtree()
        .filter(|node| matches!(node.local_name(), "Assertion" | "EncryptedAssertion"))
        .collect();
    let assertion = match assertions.as_slice() {
        [] => return Err(SamlRefusal::NoAssertion),
        [assertion] => *assertion,
        _ => {
            return Err(SamlRefusal::MoreThanOneAssertion {
                count: assertions.len(),
            });
        }
    };
    if assertion.parent().map(Node::id) != Some(root.id()) {
        return Err(SamlRefusal::AssertionMisplaced);
    }
    if assertion.is(ns::ASSERTION, "Assertion") {
        Ok(Carried::Plain(assertion))
    } else if assertion.is(ns::ASSERTION, "EncryptedAssertion") {
        Ok(Carried::Encrypted(assertion))
    } else {
        Err(SamlRefusal::NoAssertion)
    }
}

/// Checks that a decrypted document is one assertion and holds no other.
pub(crate) fn sole_assertion(root: Node<'_>) -> Result<(), SamlRefusal> {
    if !root.is(ns::ASSERTION, "Assertion") {
        return Err(SamlRefusal::NoAssertion);
    }
    let messages = ["Assertion", "EncryptedAssertion", "Response"];
    match root
        .subtree()
        .filter(|node| messages.contains(&node.local_name()))
        .count()
    {
        1 => Ok(()),
        count => Err(SamlRefusal::MoreThanOneAssertion { count }),
    }
}

/// Checks `Version="2.0"`.
pub(crate) fn version(node: Node<'_>) -> Result<(), SamlRefusal> {
    if node.attribute("Version") == Some("2.0") {
        return Ok(());
    }
    Err(SamlRefusal::Version {
        element: node.shown(),
    })
}

/// Checks that every id in the document is one of a kind, whatever spelling or namespace somebody
/// might take for an id attribute.
pub(crate) fn ids(root: Node<'_>) -> Result<(), SamlRefusal> {
    let mut seen = HashSet::new();
    for node in root.subtree() {
        for (namespace, name, value) in node.attributes() {
            if !name.eq_ignore_ascii_case("id") && name != "AssertionID" {
                continue;
            }
            // SAML 2.0 writes `ID`, XML signature and encryption write `Id`, both without a namespace.
            if namespace.is_some()
                || !matches!(name, "ID" | "Id")
                || node.attribute("ID").and(node.attribute("Id")).is_some()
            {
                return Err(SamlRefusal::ForeignId {
                    attribute: Excerpt::of(name),
                    element: node.shown(),
                });
            }
            if !is_message_id(value) {
                return Err(SamlRefusal::MalformedId {
                    id: Excerpt::of(value),
                });
            }
            if !seen.insert(value) {
                return Err(SamlRefusal::DuplicateId {
                    id: Excerpt::of(value),
                });
            }
        }
    }
    Ok(())
}
