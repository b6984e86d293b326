//! The four attributes that Roster takes from an assertion. Absent, without value, nil and empty all
//! mean "not assigned": Okta sends an unset role in each of these ways.

use crate::provider::AttributeNames;
use crate::refusal::SamlRefusal;
use crate::xml::{Node, ns};

/// The values found.
pub(crate) struct Attributes {
    pub(crate) email: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) role: Option<String>,
}

/// Reads the attributes of a verified assertion.
pub(crate) fn read(assertion: Node<'_>, names: &AttributeNames) -> Result<Attributes, SamlRefusal> {
    let attributes: Vec<_> = assertion
        .named(ns::ASSERTION, "AttributeStatement")
        .flat_map(|statement| statement.named(ns::ASSERTION, "Attribute"))
        .collect();
    Ok(Attributes {
        email: value(&attributes, &names.email)?,
        first_name: value(&attributes, &names.first_name)?,
        last_name: value(&attributes, &names.last_name)?,
        role: value(&attributes, &names.role)?,
    })
}

fn value(attributes: &[Node<'_>], name: &str) -> Result<Option<String>, SamlRefusal> {
    let mut found = None;
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.attribute("Name") == Some(name))
    {
        for value in attribute.named(ns::ASSERTION, "AttributeValue") {
            if matches!(value.attribute_in(ns::XSI, "nil"), Some("true" | "1")) {
                continue;
            }
            let text = value.text()?;
            let text = text.trim();
            if text.chars().count() > 512 || text.chars().any(char::is_control) {
                return Err(SamlRefusal::AttributeValue {
                    name: name.to_owned(),
                });
            }
            if text.is_empty() {
                continue;
            }
            match &found {
                Some(other) if other != text => {
                    return Err(SamlRefusal::AmbiguousAttribute {
                        name: name.to_owned(),
                    });
                }
                _ => found = Some(text.to_owned()),
            }
        }
    }
    Ok(found)
}
