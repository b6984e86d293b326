//! For each endpoint a request that succeeds if the caller may make it.

use reqwest::Method;
use roster_tests::client::Client;
use roster_tests::idp::OktaIdp;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

/// Which of the APIs an endpoint belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Api {
    Scim,
    Management,
    Session,
}

impl Api {
    pub(super) const ALL: [Self; 3] = [Self::Scim, Self::Management, Self::Session];

    /// Its path below the tenant's.
    pub(super) const fn base(self) -> &'static str {
        match self {
            Self::Scim => "/scim/v2",
            Self::Management => "/api/v1",
            Self::Session => "",
        }
    }

    /// The file of its OpenAPI document.
    pub(super) const fn document(self) -> &'static str {
        match self {
            Self::Scim => "scim.json",
            Self::Management => "management.json",
            Self::Session => "session.json",
        }
    }
}

/// Whether a request for `endpoint` ends the very credential that it is made with: then each cell
/// needs a caller of its own.
pub(super) fn ends_its_caller(endpoint: &str) -> bool {
    let ends = [
        "DELETE /session",
        "DELETE /api-tokens/self",
        "POST /api-tokens/self/rotate",
    ];
    ends.contains(&endpoint)
}

/// Makes the requests, and what each needs to find.
pub(super) struct Requests {
    api: Client,
    user: String,
    metadata: String,
}

impl Requests {
    pub(super) fn new(tenant: &Tenant) -> Self {
        tenant.user("ada", "Admin");
        Self {
            api: tenant.api(),
            user: tenant.user("grace", "Analyst"),
            metadata: OktaIdp::new().metadata_xml(),
        }
    }

    /// A request for `endpoint`, such as `PATCH /users/{id}`.
    pub(super) async fn make(&self, api: Api, endpoint: &str) -> (Method, String, Option<Value>) {
        let (method, template) = endpoint.split_once(' ').unwrap();
        let id = match template.split('/').nth(1).unwrap_or_default() {
            "Users" | "users" => self.user.clone(),
            "ResourceTypes" => "User".to_owned(),
            "Schemas" => "urn:ietf:params:scim:schemas:core:2.0:User".to_owned(),
            // Each of its own, since a request may delete or rotate it.
            "roles" if template.contains("{id}") => self.new_role().await,
            "api-tokens" if template.contains("{id}") => self.new_token().await,
            _ => "1".to_owned(),
        };
        let path = template.replace("{id}", &id);
        let body = match (api, method) {
            (_, "GET" | "DELETE") | (Api::Session, _) => None,
            (Api::Scim, "PATCH") => {
                Some(json!({ "Operations": [{ "op": "replace", "value": { "active": true } }] }))
            }
            (Api::Scim, "POST") => Some(json!({ "userName": "nobody@example.com" })),
            (Api::Scim, _) => Some(json!({ "active": true })),
            (Api::Management, _) => Some(match endpoint {
                "PATCH /users/{id}" => json!({ "familyName": "Hopper" }),
                "POST /roles" => json!({ "name": unique("role"), "permissions": [] }),
                "PATCH /roles/{id}" => json!({ "permissions": ["AlertRead"] }),
                "POST /api-tokens" => {
                    json!({ "name": "made", "permissions": ["OrganizationAPITokenRead"] })
                }
                "PATCH /api-tokens/{id}" | "PATCH /api-tokens/self" => json!({ "name": "renamed" }),
                "PATCH /settings" => json!({ "defaultRole": "AnalystReadOnly" }),
                "PATCH /saml-settings" => json!({ "returnUrls": ["https://app.example.com/"] }),
                "POST /saml-settings/metadata-check" => json!({ "metadataXml": self.metadata }),
                _ => json!({}),
            }),
        };
        (method.parse().unwrap(), path, body)
    }

    async fn new_role(&self) -> String {
        let role = json!({ "name": unique("role"), "permissions": [] });
        self.api.post("/roles", &role).await.api(201)["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    async fn new_token(&self) -> String {
        let token = json!({ "name": "victim", "permissions": ["OrganizationAPITokenRead"] });
        self.api.post("/api-tokens", &token).await.api(201)["token"]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

fn unique(what: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(1);
    format!("{what} {}", COUNT.fetch_add(1, Ordering::Relaxed))
}
