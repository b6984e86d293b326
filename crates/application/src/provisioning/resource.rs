//! A user as a SCIM resource (RFC 7643 section 4.1), as Okta reads it and sends it back.

use roster_domain::id::Version;
use roster_domain::user::User;
use roster_scim::{Resource, urn};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The weak `ETag` of a version (RFC 7644 section 3.14).
#[must_use]
pub fn etag(version: Version) -> String {
    format!("W/\"{}\"", version.number())
}

/// A user, ready to be written as a SCIM resource. Pages hold many, so it is written without
/// building a JSON value first.
#[derive(Debug, Clone, Copy)]
pub struct UserResource<'a> {
    user: &'a User,
    role_attribute: &'a str,
    tenant_url: Option<&'a str>,
}

impl<'a> UserResource<'a> {
    /// The whole resource. `tenant_url` is the SCIM base URL, without a slash at its end.
    #[must_use]
    pub const fn new(user: &'a User, role_attribute: &'a str, tenant_url: &'a str) -> Self {
        Self {
            user,
            role_attribute,
            tenant_url: Some(tenant_url),
        }
    }

    /// The resource as a JSON object.
    #[must_use]
    pub fn into_resource(self) -> Resource {
        match json!(self) {
            Value::Object(resource) => resource,
            // What is written as a map reads back as an object.
            _ => Resource::new(),
        }
    }
}

/// The resource without `meta`, which depends on where it is served: what a PATCH is applied to.
pub(super) fn attributes(user: &User, role_attribute: &str) -> Resource {
    UserResource {
        user,
        role_attribute,
        tenant_url: None,
    }
    .into_resource()
}

impl Serialize for UserResource<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let user = self.user;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schemas", &[urn::USER])?;
        map.serialize_entry("id", &user.id.uuid())?;
        if let Some(external_id) = &user.external_id {
            map.serialize_entry("externalId", external_id.as_str())?;
        }
        map.serialize_entry("userName", user.user_name.as_str())?;
        let name = Name {
            given_name: user.given_name.as_str(),
            family_name: user.family_name.as_str(),
            formatted: &user.full_name(),
        };
        map.serialize_entry("name", &name)?;
        map.serialize_entry("displayName", &user.display_name())?;
        let email = Email {
            value: user.email.as_str(),
            kind: "work",
            primary: true,
        };
        map.serialize_entry("emails", &[email])?;
        map.serialize_entry("active", &user.active)?;
        // The pending role, if there is one: it is what Okta set last, and an echo must not undo it.
        map.serialize_entry(self.role_attribute, user.role_for_scim().name.as_str())?;
        if let Some(tenant_url) = self.tenant_url {
            let meta = Meta {
                resource_type: "User",
                created: timestamp(user.created_at),
                last_modified: timestamp(user.updated_at),
                location: format!("{tenant_url}/Users/{}", user.id),
                version: etag(user.version),
            };
            map.serialize_entry("meta", &meta)?;
        }
        map.end()
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Name<'a> {
    given_name: &'a str,
    family_name: &'a str,
    formatted: &'a str,
}

#[derive(serde::Serialize)]
struct Email<'a> {
    value: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    primary: bool,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    resource_type: &'static str,
    created: String,
    last_modified: String,
    location: String,
    version: String,
}

fn timestamp(at: OffsetDateTime) -> String {
    // Formatting fails only for years past 9999, which no clock gives.
    at.format(&Rfc3339).unwrap_or_default()
}
