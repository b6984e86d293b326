//! The words that schemas are written in: an attribute starts out as RFC 7643 section 2.2 has its
//! defaults, and each method says where it differs.

use super::{Attribute, AttributeType, Mutability, Returned, Uniqueness};

pub(super) fn attribute(name: &str, kind: AttributeType, description: &str) -> Attribute {
    Attribute {
        name: name.to_owned(),
        kind,
        multi_valued: false,
        required: false,
        case_exact: false,
        mutability: Mutability::ReadWrite,
        returned: Returned::Default,
        uniqueness: Uniqueness::None,
        canonical_values: Vec::new(),
        reference_types: Vec::new(),
        sub_attributes: Vec::new(),
        description: description.to_owned(),
    }
}

pub(super) fn string(name: &str, description: &str) -> Attribute {
    attribute(name, AttributeType::String, description)
}

pub(super) fn boolean(name: &str, description: &str) -> Attribute {
    attribute(name, AttributeType::Boolean, description)
}

pub(super) fn integer(name: &str, description: &str) -> Attribute {
    attribute(name, AttributeType::Integer, description)
}

pub(super) fn date_time(name: &str, description: &str) -> Attribute {
    attribute(name, AttributeType::DateTime, description)
}

pub(super) fn complex(name: &str, description: &str, parts: Vec<Attribute>) -> Attribute {
    Attribute {
        sub_attributes: parts,
        ..attribute(name, AttributeType::Complex, description)
    }
}

pub(super) fn reference(name: &str, description: &str, types: &[&str]) -> Attribute {
    Attribute {
        reference_types: types.iter().map(ToString::to_string).collect(),
        case_exact: true,
        ..attribute(name, AttributeType::Reference, description)
    }
}

impl Attribute {
    pub(super) fn multi_valued(self) -> Self {
        Self {
            multi_valued: true,
            ..self
        }
    }

    pub(super) fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    pub(super) fn case_exact(self) -> Self {
        Self {
            case_exact: true,
            ..self
        }
    }

    pub(super) fn unique(self) -> Self {
        Self {
            uniqueness: Uniqueness::Server,
            ..self
        }
    }

    pub(super) fn always_returned(self) -> Self {
        Self {
            returned: Returned::Always,
            ..self
        }
    }

    pub(super) fn write_only(self) -> Self {
        Self {
            mutability: Mutability::WriteOnly,
            returned: Returned::Never,
            ..self
        }
    }

    pub(super) fn canonical(self, values: &[&str]) -> Self {
        Self {
            canonical_values: values.iter().map(ToString::to_string).collect(),
            ..self
        }
    }

    /// Read-only, with all of its parts.
    pub(super) fn read_only(mut self) -> Self {
        self.mutability = Mutability::ReadOnly;
        self.sub_attributes = self
            .sub_attributes
            .into_iter()
            .map(Self::read_only)
            .collect();
        self
    }
}
