//! Filters (RFC 7644 section 3.4.2.2): the complete grammar, parsed once into a tree.
//!
//! `lexer.rs` cuts the text into tokens, `parser.rs` builds the tree, `display.rs` writes it back,
//! `matches.rs` evaluates it against a resource, `lookup.rs` reduces it to the one comparison that
//! the lifecycle profile offers. A filter comes from the network: parsing takes time linear in its
//! length and never nests deeper than [`FilterLimits`] allow.

mod display;
mod error;
mod lexer;
mod lookup;
mod matches;
mod parser;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use error::FilterError;
pub use lookup::{EqLookup, eq_lookup};
pub(crate) use matches::matches_element;

use crate::attribute::AttributePath;
use crate::{Resource, Schema};

/// How large a filter may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilterLimits {
    /// The length in bytes. It bounds the number of comparisons too, hence the depth of a chain of
    /// `and` and `or`: keep it well below a mebibyte.
    pub max_bytes: usize,
    /// How deep `(`, `not (` and `[` may nest.
    pub max_depth: usize,
}

impl Default for FilterLimits {
    fn default() -> Self {
        Self {
            max_bytes: 4096,
            max_depth: 32,
        }
    }
}

/// A filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// `path op value`.
    Compare {
        /// What is compared.
        path: FilterPath,
        /// How.
        op: CompareOp,
        /// With what.
        value: FilterValue,
    },
    /// `path pr`: has a value.
    Present(FilterPath),
    /// Both hold.
    And(Box<Filter>, Box<Filter>),
    /// At least one holds.
    Or(Box<Filter>, Box<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// `path[filter]`: some element of a multi-valued attribute satisfies the inner filter.
    ValuePath {
        /// The multi-valued attribute; it has no sub-attribute.
        path: AttributePath,
        /// What the element must satisfy; its paths are sub-attributes.
        filter: Box<Filter>,
    },
}

/// What a comparison or a PATCH operation addresses: `userName`, `name.givenName`, or
/// `emails[type eq "work"].value`.
#[derive(Clone, Debug, PartialEq)]
pub struct FilterPath {
    /// The attribute; the sub-attribute after the brackets is `attribute.sub_attribute`.
    pub attribute: AttributePath,
    /// The filter in brackets, which selects elements of a multi-valued attribute.
    pub element: Option<Box<Filter>>,
}

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    /// `eq`: equal.
    Eq,
    /// `ne`: not equal.
    Ne,
    /// `co`: contains.
    Co,
    /// `sw`: starts with.
    Sw,
    /// `ew`: ends with.
    Ew,
    /// `gt`: greater than.
    Gt,
    /// `ge`: greater than or equal.
    Ge,
    /// `lt`: less than.
    Lt,
    /// `le`: less than or equal.
    Le,
}

impl CompareOp {
    const ALL: [Self; 9] = [
        Self::Eq,
        Self::Ne,
        Self::Co,
        Self::Sw,
        Self::Ew,
        Self::Gt,
        Self::Ge,
        Self::Lt,
        Self::Le,
    ];

    /// The operator as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Co => "co",
            Self::Sw => "sw",
            Self::Ew => "ew",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }

    /// The operator of that name, in any letter case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|op| op.as_str().eq_ignore_ascii_case(name))
    }
}

/// The value of a comparison, a JSON literal.
#[derive(Clone, Debug, PartialEq)]
pub enum FilterValue {
    /// A string.
    String(String),
    /// A number.
    Number(serde_json::Number),
    /// A boolean.
    Boolean(bool),
    /// `null`, which every absent attribute equals.
    Null,
}

impl Filter {
    /// Parses a filter within the default [`FilterLimits`].
    ///
    /// # Errors
    /// When the text is malformed, too long or nested too deep; the error says where, what was
    /// found and what is allowed.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        Self::parse_within(text, FilterLimits::default())
    }

    /// Parses a filter within limits of the caller's choice.
    ///
    /// # Errors
    /// As [`Filter::parse`].
    pub fn parse_within(text: &str, limits: FilterLimits) -> Result<Self, FilterError> {
        parser::filter(text, limits)
    }

    /// Whether the filter holds for a resource. Names match in any letter case, and values too
    /// unless the attribute is case-exact; an attribute that is absent, or that the schema doesn't
    /// know, equals `null` alone.
    #[must_use]
    pub fn matches(&self, resource: &Resource, schema: &Schema) -> bool {
        matches::matches_resource(self, resource, schema)
    }
}

impl FilterPath {
    /// How large a path may be: smaller than a filter, since one request has up to a hundred, each
    /// evaluated on every element of its attribute.
    pub const LIMITS: FilterLimits = FilterLimits {
        max_bytes: 1024,
        max_depth: 32,
    };

    /// Parses the path of a PATCH operation (RFC 7644 figure 7), within [`FilterPath::LIMITS`].
    ///
    /// # Errors
    /// As [`Filter::parse`].
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        parser::path(text, Self::LIMITS)
    }
}

impl From<AttributePath> for FilterPath {
    fn from(attribute: AttributePath) -> Self {
        Self {
            attribute,
            element: None,
        }
    }
}
