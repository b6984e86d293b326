//! Attributes that RFC 7643 defines and the service doesn't keep. A client that sends one made no
//! mistake, so it is ignored, as the RFC allows; a name that no RFC knows is a mistake, and an
//! administrator wants to hear of it.

use super::Schema;
use crate::attribute::AttributePath;
use crate::urn;

/// What to do with a path that leads nowhere in a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unoffered {
    /// Known to the RFC and not kept here (a password among them): accepted and ignored.
    Ignored,
    /// Known to the RFC and never written by clients.
    ReadOnly,
    /// Known to nobody.
    Unknown,
}

/// The core User of RFC 7643 section 4.1, without `groups`.
const CORE: [&str; 20] = [
    "userName",
    "name",
    "displayName",
    "nickName",
    "profileUrl",
    "title",
    "userType",
    "preferredLanguage",
    "locale",
    "timezone",
    "active",
    "password",
    "emails",
    "phoneNumbers",
    "ims",
    "photos",
    "addresses",
    "entitlements",
    "roles",
    "x509Certificates",
];

/// The enterprise extension of RFC 7643 section 4.3.
const ENTERPRISE: [&str; 6] = [
    "employeeNumber",
    "costCenter",
    "organization",
    "division",
    "department",
    "manager",
];

/// Parts that the RFC gives to `name`, and to multi-valued attributes.
const NAME_PARTS: [&str; 6] = [
    "formatted",
    "familyName",
    "givenName",
    "middleName",
    "honorificPrefix",
    "honorificSuffix",
];
const ELEMENT_PARTS: [&str; 5] = ["value", "display", "type", "primary", "$ref"];

/// Judges a path that `schema` does not resolve.
pub(crate) fn classify(schema: &Schema, path: &AttributePath) -> Unoffered {
    if path.to_string().eq_ignore_ascii_case(urn::ENTERPRISE_USER) {
        return Unoffered::Ignored;
    }
    let in_enterprise = path.is_in(urn::ENTERPRISE_USER) && has(&ENTERPRISE, &path.attribute);
    if in_enterprise {
        return Unoffered::Ignored;
    }
    if !path.is_in(&schema.id) {
        return Unoffered::Unknown;
    }
    if path.names("groups") {
        return Unoffered::ReadOnly;
    }
    let known = match schema.attribute(&path.attribute) {
        None => has(&CORE, &path.attribute),
        Some(attribute) => path
            .sub_attribute
            .as_deref()
            .is_some_and(|sub| is_part_of(attribute, sub)),
    };
    if known {
        Unoffered::Ignored
    } else {
        Unoffered::Unknown
    }
}

/// Whether RFC 7643 gives the part `sub` to an attribute that is offered.
pub(crate) fn is_part_of(attribute: &super::Attribute, sub: &str) -> bool {
    (attribute.multi_valued && has(&ELEMENT_PARTS, sub))
        || (attribute.name == "name" && has(&NAME_PARTS, sub))
}

fn has(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::user_schema;

    fn judge(path: &str) -> Unoffered {
        classify(
            &user_schema("pantherRole"),
            &AttributePath::parse(path).unwrap(),
        )
    }

    #[test]
    fn what_the_rfc_defines_is_ignored() {
        for path in [
            "nickname",
            "password",
            "name.middleName",
            "emails.display",
            "x509Certificates.value",
            "department",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:Department",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
        ] {
            assert_eq!(judge(path), Unoffered::Ignored, "{path}");
        }
    }

    #[test]
    fn what_no_rfc_defines_is_unknown() {
        for path in [
            "pantherRoles",
            "name.nick",
            "userName.value",
            "urn:example:2.0:User:userName",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:userName",
        ] {
            assert_eq!(judge(path), Unoffered::Unknown, "{path}");
        }
        assert_eq!(judge("GROUPS"), Unoffered::ReadOnly);
    }
}
