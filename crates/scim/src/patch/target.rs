//! What the path of an operation leads to.

use crate::error::{ScimError, quote};
use crate::filter::{Filter, FilterPath};
use crate::schema::{Attribute, Schema, Unoffered, classify, is_part_of};

/// What a path leads to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target<'a> {
    /// A place that can be written.
    Attribute(Location<'a>),
    /// A place that clients can't write.
    ReadOnly,
    /// Something that is accepted and not kept.
    Ignored,
    /// Nothing.
    Unknown,
}

/// A place in a resource.
#[derive(Clone, Copy, Debug)]
pub(super) struct Location<'a> {
    pub(super) attribute: &'a Attribute,
    /// The sub-attribute after the dot.
    pub(super) sub: Option<&'a Attribute>,
    /// The filter in brackets.
    pub(super) element: Option<&'a Filter>,
}

impl Location<'_> {
    /// The canonical name of the place, without brackets.
    pub(super) fn label(&self) -> String {
        match self.sub {
            Some(sub) => format!("{}.{}", self.attribute.name, sub.name),
            None => self.attribute.name.clone(),
        }
    }
}

/// Follows a path.
///
/// # Errors
/// 400 `invalidPath` when brackets stand behind an attribute that is not multi-valued, or ask for a
/// sub-attribute that it doesn't have.
pub(super) fn locate<'a>(
    schema: &'a Schema,
    path: &'a FilterPath,
) -> Result<Target<'a>, ScimError> {
    let Some(resolved) = schema.resolve(&path.attribute) else {
        return Ok(match classify(schema, &path.attribute) {
            Unoffered::Ignored => Target::Ignored,
            Unoffered::ReadOnly => Target::ReadOnly,
            Unoffered::Unknown => Target::Unknown,
        });
    };
    let attribute = resolved.attribute;
    let sub = resolved.sub_attribute;
    if attribute.is_read_only() || sub.is_some_and(Attribute::is_read_only) {
        return Ok(Target::ReadOnly);
    }
    let element = path.element.as_deref();
    if let Some(filter) = element {
        if !attribute.multi_valued {
            return Err(ScimError::invalid_path(format!(
                "{} has one value, so the path {} can't select among several. Leave the brackets \
                 out.",
                attribute.name,
                quote(&path.to_string())
            )));
        }
        check_parts(filter, attribute)?;
    }
    Ok(Target::Attribute(Location {
        attribute,
        sub,
        element,
    }))
}

/// Checks that a filter in brackets asks for sub-attributes that exist.
fn check_parts(filter: &Filter, attribute: &Attribute) -> Result<(), ScimError> {
    match filter {
        Filter::And(left, right) | Filter::Or(left, right) => {
            check_parts(left, attribute)?;
            check_parts(right, attribute)
        }
        Filter::Not(inner) => check_parts(inner, attribute),
        Filter::Present(path) | Filter::Compare { path, .. } => check_part(path, attribute),
        Filter::ValuePath { path, .. } => check_part(&path.clone().into(), attribute),
    }
}

fn check_part(path: &FilterPath, attribute: &Attribute) -> Result<(), ScimError> {
    let name = &path.attribute.attribute;
    let is_simple = path.element.is_none()
        && path.attribute.schema.is_none()
        && path.attribute.sub_attribute.is_none();
    if is_simple && (attribute.sub_attribute(name).is_some() || is_part_of(attribute, name)) {
        return Ok(());
    }
    let parts: Vec<_> = attribute
        .sub_attributes
        .iter()
        .map(|sub| sub.name.as_str())
        .collect();
    Err(ScimError::invalid_path(format!(
        "{} is not a part of {}, so it can't select among its values. Its parts are {}.",
        quote(&path.to_string()),
        attribute.name,
        parts.join(", ")
    )))
}
