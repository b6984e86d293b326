//! Why a filter is refused.

use crate::error::{ScimError, quote};

/// Why a filter is refused. Positions count characters from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// Longer than the limit.
    #[error(
        "The filter has {actual} bytes; at most {limit} are allowed. Ask for less in one request."
    )]
    TooLong {
        /// Its length in bytes.
        actual: usize,
        /// The most allowed.
        limit: usize,
    },
    /// Nested deeper than the limit.
    #[error(
        "The filter nests deeper than {limit} levels at character {position}; use fewer \
         parentheses."
    )]
    TooDeep {
        /// Where the level too many begins.
        position: usize,
        /// The most levels allowed.
        limit: usize,
    },
    /// Against the grammar.
    #[error("The filter is malformed at character {position}: found {found}, expected {expected}.")]
    Syntax {
        /// Where.
        position: usize,
        /// What stands there, in quotes, or what it is.
        found: String,
        /// What may stand there.
        expected: String,
    },
    /// Well-formed, and not offered by the profile.
    #[error("{reason}")]
    Unsupported {
        /// What was refused, and what is offered.
        reason: String,
    },
}

impl FilterError {
    pub(super) fn syntax(position: usize, found: &str, expected: &str) -> Self {
        let found = if found.is_empty() {
            "the end of the text".to_owned()
        } else {
            quote(found)
        };
        Self::Syntax {
            position,
            found,
            expected: expected.to_owned(),
        }
    }
}

impl From<FilterError> for ScimError {
    fn from(error: FilterError) -> Self {
        Self::invalid_filter(error.to_string())
    }
}
