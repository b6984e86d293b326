//! The description of a resource (RFC 7643 section 7), the one source that discovery, type
//! checks, PATCH, filters and projections are driven from.
//!
//! `user.rs` describes the User that the service offers, `discovery.rs` the discovery documents
//! themselves, `build.rs` the few words that both are written in. `unoffered.rs` knows the
//! attributes that RFC 7643 defines and the service doesn't keep.

mod build;
mod discovery;
mod unoffered;
mod user;

pub use discovery::discovery_schemas;
pub(crate) use unoffered::{Unoffered, classify, is_part_of};
pub use user::{common_attributes, user_schema};

use crate::attribute::AttributePath;

/// The data type of an attribute (RFC 7643 section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributeType {
    /// UTF-8 text.
    String,
    /// `true` or `false`.
    Boolean,
    /// A number with a fraction.
    Decimal,
    /// A whole number.
    Integer,
    /// An instant, as RFC 3339 writes it.
    DateTime,
    /// Base64 text.
    Binary,
    /// A URI.
    Reference,
    /// An object of sub-attributes.
    Complex,
}

/// When an attribute can be written (RFC 7643 section 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutability {
    /// Never by a client.
    ReadOnly,
    /// At any time.
    ReadWrite,
    /// Only when the resource is created.
    Immutable,
    /// At any time, and it is never shown.
    WriteOnly,
}

/// When an attribute is part of a response (RFC 7643 section 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returned {
    /// In every response, whatever the client asks for.
    Always,
    /// In no response.
    Never,
    /// Unless the client excludes it.
    Default,
    /// Only when the client asks for it.
    Request,
}

/// Among which resources a value is unique (RFC 7643 section 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uniqueness {
    /// Among none.
    None,
    /// Among those of the tenant.
    Server,
    /// Among all that exist.
    Global,
}

/// One attribute or sub-attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The name in its canonical letter case.
    pub name: String,
    /// The data type.
    pub kind: AttributeType,
    /// Whether it holds an array.
    pub multi_valued: bool,
    /// Whether a resource can't be without it.
    pub required: bool,
    /// Whether letter case matters when values are compared.
    pub case_exact: bool,
    /// When it can be written.
    pub mutability: Mutability,
    /// When it is part of a response.
    pub returned: Returned,
    /// Among which resources it is unique.
    pub uniqueness: Uniqueness,
    /// Values suggested to clients.
    pub canonical_values: Vec<String>,
    /// What a reference refers to: `external`, `uri`, or the name of a resource type.
    pub reference_types: Vec<String>,
    /// The parts of a complex attribute.
    pub sub_attributes: Vec<Attribute>,
    /// What it is for, in the words of the service.
    pub description: String,
}

impl Attribute {
    /// The sub-attribute `name`, in any letter case.
    #[must_use]
    pub fn sub_attribute(&self, name: &str) -> Option<&Self> {
        find(&self.sub_attributes, name)
    }

    /// Whether clients can't write it.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.mutability == Mutability::ReadOnly
    }
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved<'s> {
    /// The attribute.
    pub attribute: &'s Attribute,
    /// The sub-attribute, if the path has one.
    pub sub_attribute: Option<&'s Attribute>,
}

/// The description of one kind of resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// The URN.
    pub id: String,
    /// The name, such as `User`.
    pub name: String,
    /// What the resource is.
    pub description: String,
    /// Its attributes, without the common ones that every resource has.
    pub attributes: Vec<Attribute>,
    /// The attributes that every resource has (RFC 7643 section 3.1), which `/Schemas` leaves out.
    pub common: Vec<Attribute>,
}

impl Schema {
    /// The attribute `name`, in any letter case, the common ones included.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        find(&self.attributes, name).or_else(|| find(&self.common, name))
    }

    /// Follows a path. A path with the URN of another schema, or with an attribute or
    /// sub-attribute that is not described, leads nowhere.
    #[must_use]
    pub fn resolve(&self, path: &AttributePath) -> Option<Resolved<'_>> {
        if !path.is_in(&self.id) {
            return None;
        }
        let attribute = self.attribute(&path.attribute)?;
        let sub_attribute = match &path.sub_attribute {
            Some(name) => Some(attribute.sub_attribute(name)?),
            None => None,
        };
        Some(Resolved {
            attribute,
            sub_attribute,
        })
    }

    /// The paths that a client can write, as an error names them.
    pub(crate) fn offered(&self) -> String {
        let writable = self
            .attributes
            .iter()
            .chain(&self.common)
            .filter(|a| !a.is_read_only());
        let mut paths = Vec::new();
        for attribute in writable {
            if attribute.kind == AttributeType::Complex && !attribute.multi_valued {
                let parts = attribute.sub_attributes.iter();
                paths.extend(parts.map(|sub| format!("{}.{}", attribute.name, sub.name)));
            } else {
                paths.push(attribute.name.clone());
            }
        }
        paths.join(", ")
    }
}

fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes
        .iter()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}
