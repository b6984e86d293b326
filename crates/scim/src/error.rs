//! The SCIM error (RFC 7644 section 3.12). Okta shows `detail` to its administrator word for
//! word, so a detail says what was wrong, what is allowed and what to do.

use serde_json::{Value, json};

use crate::urn;

/// The longest piece of input that an error repeats, in characters.
const QUOTE_LIMIT: usize = 64;

/// The detail error keywords of RFC 7644 table 9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScimType {
    /// The filter is malformed, or compares in a way that is not supported.
    InvalidFilter,
    /// The query yields more results than the server is willing to process.
    TooMany,
    /// A value that must be unique is taken.
    Uniqueness,
    /// The change contradicts the mutability of an attribute.
    Mutability,
    /// The body is not the message that was expected.
    InvalidSyntax,
    /// The path of a PATCH operation is malformed or names no attribute.
    InvalidPath,
    /// The path of a PATCH operation selects nothing that could be changed.
    NoTarget,
    /// A value is missing or not of the attribute's type.
    InvalidValue,
    /// The protocol version is not supported.
    InvalidVers,
    /// The request carries sensitive information where it must not.
    Sensitive,
}

impl ScimType {
    /// The keyword as it stands in `scimType`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidVers => "invalidVers",
            Self::Sensitive => "sensitive",
        }
    }
}

/// An error of the protocol, ready to be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct ScimError {
    /// The HTTP status.
    pub status: u16,
    /// The keyword of RFC 7644 table 9, where one applies.
    pub scim_type: Option<ScimType>,
    /// What was wrong, what is allowed, what to do; never empty, never a secret.
    pub detail: String,
}

impl ScimError {
    /// An error without keyword. An empty detail is replaced, since a client would show nothing.
    #[must_use]
    pub fn new(status: u16, detail: impl Into<String>) -> Self {
        Self {
            status,
            scim_type: None,
            detail: never_empty(status, detail.into()),
        }
    }

    /// An error with a keyword of RFC 7644 table 9.
    #[must_use]
    pub fn with_type(status: u16, scim_type: ScimType, detail: impl Into<String>) -> Self {
        Self {
            scim_type: Some(scim_type),
            ..Self::new(status, detail)
        }
    }

    /// 400 `invalidFilter`.
    #[must_use]
    pub fn invalid_filter(detail: impl Into<String>) -> Self {
        Self::with_type(400, ScimType::InvalidFilter, detail)
    }

    /// 400 `invalidValue`.
    #[must_use]
    pub fn invalid_value(detail: impl Into<String>) -> Self {
        Self::with_type(400, ScimType::InvalidValue, detail)
    }

    /// 400 `invalidSyntax`.
    #[must_use]
    pub fn invalid_syntax(detail: impl Into<String>) -> Self {
        Self::with_type(400, ScimType::InvalidSyntax, detail)
    }

    /// 400 `invalidPath`.
    #[must_use]
    pub fn invalid_path(detail: impl Into<String>) -> Self {
        Self::with_type(400, ScimType::InvalidPath, detail)
    }

    /// 400 `noTarget`.
    #[must_use]
    pub fn no_target(detail: impl Into<String>) -> Self {
        Self::with_type(400, ScimType::NoTarget, detail)
    }

    /// 400 `mutability`.
    #[must_use]
    pub fn mutability(detail: impl Into<String>) -> Self {
        Self::with_type(400, ScimType::Mutability, detail)
    }

    /// 409 `uniqueness`.
    #[must_use]
    pub fn uniqueness(detail: impl Into<String>) -> Self {
        Self::with_type(409, ScimType::Uniqueness, detail)
    }

    /// 404, without keyword (table 9 has none).
    #[must_use]
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(404, detail)
    }

    /// 501, without keyword (table 9 has none).
    #[must_use]
    pub fn not_implemented(detail: impl Into<String>) -> Self {
        Self::new(501, detail)
    }

    /// The body: `schemas`, `status` as a string, `scimType` if there is one, `detail`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut body = json!({
            "schemas": [urn::ERROR],
            "status": self.status.to_string(),
            "detail": never_empty(self.status, self.detail.clone()),
        });
        if let (Some(scim_type), Some(members)) = (self.scim_type, body.as_object_mut()) {
            members.insert("scimType".to_owned(), scim_type.as_str().into());
        }
        body
    }
}

fn never_empty(status: u16, detail: String) -> String {
    if detail.trim().is_empty() {
        format!("The request failed with status {status}; the service gave no further reason.")
    } else {
        detail
    }
}

/// Input as an error repeats it: in quotes, shortened, control characters escaped. Text that
/// mentions a password is withheld, since what surrounds the word may be one.
pub(crate) fn quote(text: &str) -> String {
    if text.to_ascii_lowercase().contains("password") {
        return "(withheld)".to_owned();
    }
    let mut quoted = String::from("\"");
    for (count, character) in text.chars().enumerate() {
        if count == QUOTE_LIMIT {
            quoted.push('…');
            break;
        }
        if character.is_control() {
            quoted.extend(character.escape_default());
        } else {
            quoted.push(character);
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_is_a_string_and_the_keyword_is_present_only_where_there_is_one() {
        let body = ScimError::invalid_value("active must be a boolean.").to_json();
        assert_eq!(
            body,
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
                "status": "400",
                "scimType": "invalidValue",
                "detail": "active must be a boolean.",
            })
        );
        assert_eq!(
            ScimError::not_found("No such user.")
                .to_json()
                .get("scimType"),
            None
        );
    }

    #[test]
    fn detail_is_never_empty() {
        let error = ScimError {
            detail: String::new(),
            ..ScimError::new(500, " ")
        };
        assert!(!ScimError::new(500, "").detail.is_empty());
        assert_ne!(error.to_json()["detail"], json!(""));
    }

    #[test]
    fn quoted_input_is_short_and_withholds_passwords() {
        assert_eq!(quote("a\nb"), "\"a\\nb\"");
        assert!(quote(&"é".repeat(1000)).chars().count() < 70);
        assert_eq!(quote("PassWord eq \"hunter2\""), "(withheld)");
    }
}
