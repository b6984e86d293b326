//! The lookup that the lifecycle profile offers: one attribute that equals one value.

use super::{CompareOp, Filter, FilterError, FilterPath, FilterValue};
use crate::error::quote;
use crate::urn;

/// A lookup by the value of one attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EqLookup {
    /// `userName`, `email`, `externalId` or `id`.
    pub attribute: String,
    /// The value asked for, as it was sent.
    pub value: String,
}

const OFFERED: &str =
    "userName, email, emails, emails.value, emails[type eq \"work\"].value, externalId and id";
const EQ_ALONE: &str = "Only the eq operator is supported in filters, such as \
                        userName eq \"ada@example.com\"";

/// Reduces a filter to a lookup.
///
/// # Errors
/// When the filter is anything else than `attribute eq "value"` with one of the attributes that
/// are offered; the error names what was refused and what is offered.
pub fn eq_lookup(filter: &Filter) -> Result<EqLookup, FilterError> {
    let refuse = |what: &str| Err(unsupported(format!("{EQ_ALONE}; this filter uses {what}.")));
    match filter {
        Filter::Compare {
            path,
            op: CompareOp::Eq,
            value,
        } => {
            let attribute = attribute(path)?.to_owned();
            let FilterValue::String(value) = value else {
                return Err(unsupported(format!(
                    "{attribute} can only be compared with a string in double quotes; this filter \
                     compares it with {value}."
                )));
            };
            Ok(EqLookup {
                attribute,
                value: value.clone(),
            })
        }
        Filter::Compare { op, .. } => refuse(op.as_str()),
        Filter::Present(_) => refuse("pr"),
        Filter::And(..) => refuse("and"),
        Filter::Or(..) => refuse("or"),
        Filter::Not(_) => refuse("not"),
        Filter::ValuePath { .. } => refuse("a filter in brackets without an attribute after it"),
    }
}

/// The canonical name of what a path addresses.
fn attribute(path: &FilterPath) -> Result<&'static str, FilterError> {
    let FilterPath { attribute, element } = path;
    let sub = attribute.sub_attribute.as_deref();
    let is_value = sub.is_some_and(|sub| sub.eq_ignore_ascii_case("value"));
    let found = match (element, sub) {
        _ if !attribute.is_in(urn::USER) => None,
        (Some(element), _) if attribute.names("emails") && is_value && is_work(element) => {
            Some("email")
        }
        (Some(_), _) => None,
        (None, _) if attribute.names("emails") && (is_value || sub.is_none()) => Some("email"),
        (None, Some(_)) => None,
        (None, None) => ["userName", "email", "externalId", "id"]
            .into_iter()
            .find(|offered| attribute.names(offered)),
    };
    found.ok_or_else(|| {
        unsupported(format!(
            "Filters by {} are not supported. Filter by one of these attributes: {OFFERED}.",
            quote(&path.to_string())
        ))
    })
}

/// `type eq "work"`: every e-mail address here is of that type.
fn is_work(element: &Filter) -> bool {
    let Filter::Compare {
        path,
        op: CompareOp::Eq,
        value: FilterValue::String(value),
    } = element
    else {
        return false;
    };
    path.element.is_none()
        && path.attribute.schema.is_none()
        && path.attribute.sub_attribute.is_none()
        && path.attribute.names("type")
        && value.eq_ignore_ascii_case("work")
}

fn unsupported(reason: String) -> FilterError {
    FilterError::Unsupported { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_up(text: &str) -> Result<EqLookup, FilterError> {
        eq_lookup(&Filter::parse(text).unwrap())
    }

    #[test]
    fn every_attribute_that_is_offered_is_found_in_any_letter_case() {
        for (text, attribute) in [
            ("userName eq \"x\"", "userName"),
            ("USERNAME EQ \"x\"", "userName"),
            (
                "urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"x\"",
                "userName",
            ),
            (
                "URN:IETF:params:scim:schemas:core:2.0:USER:username Eq \"x\"",
                "userName",
            ),
            ("email eq \"x\"", "email"),
            ("emails eq \"x\"", "email"),
            ("Emails.Value eq \"x\"", "email"),
            ("emails[type eq \"work\"].value eq \"x\"", "email"),
            ("emails[Type EQ \"Work\"].VALUE eq \"x\"", "email"),
            ("externalid eq \"x\"", "externalId"),
            ("ID eq \"x\"", "id"),
        ] {
            let expected = EqLookup {
                attribute: attribute.to_owned(),
                value: "x".to_owned(),
            };
            assert_eq!(look_up(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn another_operator_is_refused_by_name() {
        for (text, named) in [
            ("userName co \"x\"", "uses co."),
            ("userName pr", "uses pr."),
            ("userName eq \"x\" and id eq \"y\"", "uses and."),
            ("userName eq \"x\" or id eq \"y\"", "uses or."),
            ("not (userName eq \"x\")", "uses not."),
        ] {
            let detail = look_up(text).unwrap_err().to_string();
            assert!(
                detail.starts_with("Only the eq operator is supported"),
                "{detail}"
            );
            assert!(detail.ends_with(named), "{detail}");
        }
    }

    #[test]
    fn another_attribute_is_refused_and_the_offered_ones_are_named() {
        for text in [
            "displayName eq \"x\"",
            "emails[type eq \"home\"].value eq \"x\"",
            "emails.type eq \"work\"",
            "userName.value eq \"x\"",
            "urn:example:2.0:User:userName eq \"x\"",
        ] {
            let detail = look_up(text).unwrap_err().to_string();
            assert!(detail.contains(OFFERED), "{detail}");
        }
        let detail = look_up("active eq true").unwrap_err().to_string();
        assert!(detail.contains("\"active\""), "{detail}");
    }

    #[test]
    fn only_strings_can_be_asked_for() {
        assert!(
            look_up("id eq 7")
                .unwrap_err()
                .to_string()
                .contains("string in double quotes")
        );
    }
}
