//! Attribute names and paths. Names match in any letter case (RFC 7643 section 2.1), and so does
//! the schema URN that may stand before them (RFC 7644 section 3.10).

use std::fmt;

use serde_json::Value;

use crate::Resource;
use crate::error::{ScimError, quote};

/// An attribute as clients write it: `userName`, `name.givenName`,
/// `urn:ietf:params:scim:schemas:core:2.0:User:name.givenName`. Spelling is kept as it came.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AttributePath {
    /// The schema URN before the name, without the colon that ends it.
    pub schema: Option<String>,
    /// The attribute.
    pub attribute: String,
    /// The sub-attribute after the dot.
    pub sub_attribute: Option<String>,
}

/// Why a text is no attribute path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{found} is not an attribute path. Write the attribute's name, after it a dot and a \
     sub-attribute if needed, and before it the schema's URN and a colon if needed: userName, \
     name.givenName, urn:ietf:params:scim:schemas:core:2.0:User:userName."
)]
pub struct AttributePathError {
    found: String,
}

impl From<AttributePathError> for ScimError {
    fn from(error: AttributePathError) -> Self {
        Self::invalid_path(error.to_string())
    }
}

impl AttributePath {
    /// Parses a path (RFC 7644 section 3.10).
    ///
    /// # Errors
    /// When the text is not `[URN ":"] name ["." name]`.
    pub fn parse(text: &str) -> Result<Self, AttributePathError> {
        let fail = || AttributePathError { found: quote(text) };
        // The URN itself holds colons and dots (`…:core:2.0:User`): the last colon ends it.
        let (schema, rest) = match text.rsplit_once(':') {
            Some((urn, rest)) if is_urn(urn) => (Some(urn.to_owned()), rest),
            Some(_) => return Err(fail()),
            None => (None, text),
        };
        let (attribute, sub_attribute) = match rest.split_once('.') {
            Some((attribute, sub)) => (attribute, Some(sub)),
            None => (rest, None),
        };
        if !is_name(attribute) || sub_attribute.is_some_and(|sub| !is_name(sub)) {
            return Err(fail());
        }
        Ok(Self {
            schema,
            attribute: attribute.to_owned(),
            sub_attribute: sub_attribute.map(str::to_owned),
        })
    }

    /// Whether the path is in the schema `urn`: it has no URN, or that one in any letter case.
    #[must_use]
    pub fn is_in(&self, urn: &str) -> bool {
        self.schema
            .as_ref()
            .is_none_or(|schema| schema.eq_ignore_ascii_case(urn))
    }

    /// Whether this is the top-level attribute `name`, in any letter case, with or without URN.
    #[must_use]
    pub fn names(&self, name: &str) -> bool {
        self.attribute.eq_ignore_ascii_case(name)
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}:")?;
        }
        f.write_str(&self.attribute)?;
        match &self.sub_attribute {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

/// The value of the attribute `name`, whatever the letter case of either spelling.
#[must_use]
pub fn get<'a>(resource: &'a Resource, name: &str) -> Option<&'a Value> {
    resource.get(name).or_else(|| {
        resource
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

/// The key under which `resource` has the attribute `name`, or `name` itself.
pub(crate) fn key_of(resource: &Resource, name: &str) -> String {
    if resource.contains_key(name) {
        return name.to_owned();
    }
    resource
        .keys()
        .find(|key| key.eq_ignore_ascii_case(name))
        .map_or(name, String::as_str)
        .to_owned()
}

/// `ATTRNAME` of RFC 7644 section 3.4.2.2, and the leading dollar of `$ref`.
fn is_name(text: &str) -> bool {
    let name = text.strip_prefix('$').unwrap_or(text);
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn is_urn(text: &str) -> bool {
    text.get(..4)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("urn:"))
        && text.len() > 4
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '.' | '-' | '_'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::urn;

    #[test]
    fn the_last_colon_separates_the_urn_from_the_name() {
        let path =
            AttributePath::parse("URN:ietf:params:scim:schemas:core:2.0:user:name.givenName")
                .unwrap();
        assert!(path.is_in(urn::USER));
        assert!(path.names("NAME"));
        assert_eq!(path.sub_attribute.as_deref(), Some("givenName"));
        assert_eq!(
            path.to_string(),
            "URN:ietf:params:scim:schemas:core:2.0:user:name.givenName"
        );
    }

    #[test]
    fn a_path_without_urn_is_in_every_schema() {
        let path = AttributePath::parse("userName").unwrap();
        assert!(path.is_in(urn::USER));
        assert_eq!(path.schema, None);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in [
            "", ".", "a.", ".a", "1a", "a b", "a:b", "urn::", "a.b.c", "é", "a[", "$", "urn:x:",
        ] {
            assert!(AttributePath::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn attributes_are_found_in_any_letter_case() {
        let Value::Object(resource) = json!({"USERNAME": "ada", "userNames": 1}) else {
            unreachable!()
        };
        assert_eq!(get(&resource, "userName"), Some(&json!("ada")));
        assert_eq!(get(&resource, "user"), None);
    }
}
