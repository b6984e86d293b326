//! The discovery documents (RFC 7643 sections 5, 6, 7; RFC 7644 section 4): what the service
//! supports, which kinds of resource it has, and what they look like. All are written from
//! [`Features`] and [`Schema`](crate::Schema), so that they can't say anything else than what the service does.

mod schemas;

pub use schemas::schemas;

use serde_json::{Value, json};

use crate::list::MAX_COUNT;
use crate::{Resource, urn};

/// The limits of bulk requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BulkLimits {
    /// The most operations in a request.
    pub max_operations: u64,
    /// The largest body in bytes.
    pub max_payload_size: u64,
}

/// A way to authenticate (RFC 7643 section 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticationScheme {
    /// One of `oauth`, `oauth2`, `oauthbearertoken`, `httpbasic`, `httpdigest`.
    pub kind: String,
    /// The name to show.
    pub name: String,
    /// How to use it.
    pub description: String,
    /// The specification, if there is one.
    pub spec_uri: Option<String>,
    /// Whether it is the preferred one.
    pub primary: bool,
}

/// What the service supports of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Features {
    /// Help for administrators, if the service has a page for it.
    pub documentation_uri: Option<String>,
    /// PATCH.
    pub patch: bool,
    /// Bulk requests, and their limits.
    pub bulk: Option<BulkLimits>,
    /// Filters, and the most resources in a response.
    pub filter: Option<u64>,
    /// Changing a password.
    pub change_password: bool,
    /// `sortBy` and `sortOrder`.
    pub sort: bool,
    /// Entity tags and conditional requests.
    pub etag: bool,
    /// The ways to authenticate.
    pub authentication_schemes: Vec<AuthenticationScheme>,
}

impl Features {
    /// What the lifecycle profile offers: PATCH, filters (`eq` alone), entity tags, and API tokens.
    #[must_use]
    pub fn lifecycle() -> Self {
        Self {
            documentation_uri: None,
            patch: true,
            bulk: None,
            filter: Some(MAX_COUNT),
            change_password: false,
            sort: false,
            etag: true,
            authentication_schemes: vec![AuthenticationScheme::api_token()],
        }
    }
}

impl AuthenticationScheme {
    /// An API token of the service, as bearer token.
    #[must_use]
    pub fn api_token() -> Self {
        Self {
            kind: "oauthbearertoken".to_owned(),
            name: "API token".to_owned(),
            description: "An API token of the tenant with the permission UserModify (UserRead to \
                          read alone), in the header Authorization: as \"Bearer <token>\" or bare. \
                          The header X-API-Key is accepted too."
                .to_owned(),
            spec_uri: Some("https://www.rfc-editor.org/rfc/rfc6750".to_owned()),
            primary: true,
        }
    }

    fn to_json(&self) -> Value {
        let mut scheme = json!({
            "type": self.kind,
            "name": self.name,
            "description": self.description,
            "primary": self.primary,
        });
        if let (Some(uri), Some(members)) = (&self.spec_uri, scheme.as_object_mut()) {
            members.insert("specUri".to_owned(), uri.as_str().into());
        }
        scheme
    }
}

/// The document `/ServiceProviderConfig`. `base_url` is the SCIM base URL, with or without a slash
/// at its end.
#[must_use]
pub fn service_provider_config(features: &Features, base_url: &str) -> Resource {
    let bulk = features.bulk.unwrap_or(BulkLimits {
        max_operations: 0,
        max_payload_size: 0,
    });
    let schemes = features
        .authentication_schemes
        .iter()
        .map(AuthenticationScheme::to_json);
    let mut config = document(
        urn::SERVICE_PROVIDER_CONFIG,
        "ServiceProviderConfig",
        base_url,
        "ServiceProviderConfig",
    );
    let mut set = |name: &str, value: Value| config.insert(name.to_owned(), value);
    if let Some(uri) = &features.documentation_uri {
        set("documentationUri", uri.as_str().into());
    }
    set("patch", json!({ "supported": features.patch }));
    set(
        "bulk",
        json!({
            "supported": features.bulk.is_some(),
            "maxOperations": bulk.max_operations,
            "maxPayloadSize": bulk.max_payload_size,
        }),
    );
    set(
        "filter",
        json!({
            "supported": features.filter.is_some(),
            "maxResults": features.filter.unwrap_or(0),
        }),
    );
    set(
        "changePassword",
        json!({ "supported": features.change_password }),
    );
    set("sort", json!({ "supported": features.sort }));
    set("etag", json!({ "supported": features.etag }));
    set("authenticationSchemes", schemes.collect());
    config
}

/// The members of `/ResourceTypes`: User alone.
#[must_use]
pub fn resource_types(base_url: &str) -> Vec<Resource> {
    let mut user = document(
        urn::RESOURCE_TYPE,
        "ResourceType",
        base_url,
        "ResourceTypes/User",
    );
    for (name, value) in [
        ("id", json!("User")),
        ("name", json!("User")),
        ("description", json!("A person of the tenant.")),
        ("endpoint", json!("/Users")),
        ("schema", json!(urn::USER)),
        ("schemaExtensions", json!([])),
    ] {
        user.insert(name.to_owned(), value);
    }
    vec![user]
}

/// What every discovery document has: `schemas` and `meta`.
fn document(schema: &str, resource_type: &str, base_url: &str, path: &str) -> Resource {
    let location = format!("{}/{path}", base_url.trim_end_matches('/'));
    let mut document = Resource::new();
    document.insert("schemas".to_owned(), json!([schema]));
    document.insert(
        "meta".to_owned(),
        json!({ "resourceType": resource_type, "location": location }),
    );
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://roster.example.com/t/default/scim/v2/";

    #[test]
    fn the_configuration_tells_what_the_profile_offers() {
        let config = Value::Object(service_provider_config(&Features::lifecycle(), BASE));
        assert_eq!(config["patch"], json!({"supported": true}));
        assert_eq!(
            config["bulk"],
            json!({"supported": false, "maxOperations": 0, "maxPayloadSize": 0})
        );
        assert_eq!(
            config["filter"],
            json!({"supported": true, "maxResults": 200})
        );
        assert_eq!(config["etag"], json!({"supported": true}));
        for refused in ["changePassword", "sort"] {
            assert_eq!(config[refused], json!({"supported": false}));
        }
        assert_eq!(
            config["authenticationSchemes"][0]["type"],
            "oauthbearertoken"
        );
        assert_eq!(
            config["meta"]["location"],
            "https://roster.example.com/t/default/scim/v2/ServiceProviderConfig"
        );
    }

    #[test]
    fn the_resource_type_points_at_its_schema_and_at_itself() {
        let types = resource_types(BASE);
        let user = Value::Object(types.first().cloned().unwrap());
        assert_eq!(types.len(), 1);
        assert_eq!(user["schema"], urn::USER);
        assert_eq!(user["endpoint"], "/Users");
        assert_eq!(
            user["meta"]["location"],
            "https://roster.example.com/t/default/scim/v2/ResourceTypes/User"
        );
    }
}
