//! For each endpoint a request that succeeds if the caller may make it.

use reqwest::Method;
use roster_tests::client::Client;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

/// Which of the two APIs an endpoint belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Api {
    Scim,
    Management,
}

/// Makes the requests, and what each needs to find.
pub(super) struct Requests<'a> {
    tenant: &'a Tenant,
    api: Client,
    user: String,
}

impl<'a> Requests<'a> {
    pub(super) fn new(tenant: &'a Tenant) -> Self {
        tenant.user("ada", "Admin");
        Self {
            tenant,
            api: tenant.api(),
            user: tenant.user("grace", "Analyst"),
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
            (_, "GET" | "DELETE") => None,
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
                "PATCH /api-tokens/{id}" => json!({ "name": "renamed" }),
                "PATCH /settings" => json!({ "defaultRole": "AnalystReadOnly" }),
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

    /// The client of one caller of the table, by the name of its column.
    pub(super) fn caller(&self, api: Api, column: &str, other: &Tenant) -> Client {
        let base = match api {
            Api::Scim => self.tenant.scim_url(),
            Api::Management => self.tenant.api_url(),
        };
        let every = roster_tests::tenant::GOVERNING;
        let token = match column {
            "no token" => return Client::new(base),
            "unknown" => "roster_0123456789abcdefghijABCDEFGHIJ01000000".to_owned(),
            "expired" => self.tenant.token_with(&every, &["--expires-in", "1ms"]),
            "other tenant" => other.administrator_token().to_owned(),
            "outside CIDR" => self.tenant.token_with(&every, &["--cidr", "192.0.2.0/24"]),
            "no permission" => self.tenant.token(&["SummaryRead"]),
            "Admin" => self.tenant.administrator_token().to_owned(),
            permission => self.tenant.token(&[permission]),
        };
        Client::new(base).with_token(&token)
    }
}

fn unique(what: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(1);
    format!("{what} {}", COUNT.fetch_add(1, Ordering::Relaxed))
}
