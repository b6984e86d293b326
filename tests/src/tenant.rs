//! A tenant of its own for each story, so that all of them can share a server.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use crate::Backend;
use crate::client::Client;
use crate::okta::{App, Okta};
use crate::server::{Server, shared};

/// Every permission that governs Roster itself.
pub const GOVERNING: [&str; 7] = [
    "UserRead",
    "UserModify",
    "OrganizationAPITokenRead",
    "OrganizationAPITokenModify",
    "GeneralSettingsRead",
    "GeneralSettingsModify",
    "AuditLogRead",
];

/// A tenant of a running server.
#[derive(Debug)]
pub struct Tenant {
    /// The server.
    pub server: Arc<Server>,
    /// Its name in URLs.
    pub slug: String,
    administrator: OnceLock<String>,
}

impl Tenant {
    /// A new tenant on the shared server of that store.
    #[must_use]
    pub fn new(backend: Backend) -> Self {
        Self::on(&shared(backend))
    }

    /// A new tenant on that server.
    #[must_use]
    pub fn on(server: &Arc<Server>) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let slug = format!("tenant-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let _ = server.run(&["tenant", "create", &slug]);
        Self {
            server: server.clone(),
            slug,
            administrator: OnceLock::new(),
        }
    }

    /// A tenant that there is already.
    #[must_use]
    pub fn existing(server: &Arc<Server>, slug: &str) -> Self {
        Self {
            server: server.clone(),
            slug: slug.to_owned(),
            administrator: OnceLock::new(),
        }
    }

    /// Its SCIM base URL, as this server is reached in the test.
    #[must_use]
    pub fn scim_url(&self) -> String {
        format!("{}/t/{}/scim/v2", self.server.url(), self.slug)
    }

    /// The management API's address.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("{}/t/{}/api/v1", self.server.url(), self.slug)
    }

    /// Where people sign in, and land, as the public URL has it: no slash at the end.
    #[must_use]
    pub fn public_url(&self) -> String {
        format!("{}/t/{}", self.server.public_url(), self.slug)
    }

    /// The service provider's entity id, which Okta calls Audience.
    #[must_use]
    pub fn audience(&self) -> String {
        format!("{}/saml/metadata", self.public_url())
    }

    /// Where the identity provider's responses go.
    #[must_use]
    pub fn acs_url(&self) -> String {
        format!("{}/saml/acs", self.public_url())
    }

    /// Changes the SAML settings by the management API, and answers all of them.
    pub async fn set_saml(&self, changes: &Value) -> Value {
        self.api().patch("/saml-settings", changes).await.api(200)
    }

    /// A new API token's value.
    #[must_use]
    pub fn token(&self, permissions: &[&str]) -> String {
        self.token_with(permissions, &[])
    }

    /// A new API token's value, made with further arguments of `roster token create`.
    #[must_use]
    pub fn token_with(&self, permissions: &[&str], further: &[&str]) -> String {
        let mut arguments = vec![
            "token",
            "create",
            "--tenant",
            &self.slug,
            "--name",
            "a test's token",
        ];
        for permission in permissions {
            arguments.extend(["--permission", permission]);
        }
        arguments.extend(further);
        self.server.run(&arguments)
    }

    /// The value of a token with every permission that governs Roster.
    pub fn administrator_token(&self) -> &str {
        self.administrator.get_or_init(|| self.token(&GOVERNING))
    }

    /// The management API, with every permission.
    #[must_use]
    pub fn api(&self) -> Client {
        Client::new(self.api_url()).with_token(self.administrator_token())
    }

    /// The management API with a token of these permissions.
    #[must_use]
    pub fn api_with(&self, permissions: &[&str]) -> Client {
        Client::new(self.api_url()).with_token(&self.token(permissions))
    }

    /// The SCIM API, with every permission.
    #[must_use]
    pub fn scim(&self) -> Client {
        Client::new(self.scim_url()).with_token(self.administrator_token())
    }

    /// Okta's connector, with the one permission that the manual tells to give it.
    #[must_use]
    pub fn okta(&self, app: App) -> Okta {
        Okta::new(self.scim_url(), app, &self.token(&["UserModify"]))
    }

    /// Makes a user of that role before the first sign-in, and answers the id: `ada` becomes Ada
    /// Byron with the userName and e-mail ada@example.com.
    pub fn user(&self, name: &str, role: &str) -> String {
        let address = format!("{name}@example.com");
        self.user_of(&address, &address, role)
    }

    /// As [`Tenant::user`], with the userName and e-mail of choice.
    pub fn user_of(&self, user_name: &str, email: &str, role: &str) -> String {
        let mut given_name = user_name.split('@').next().unwrap_or_default().to_owned();
        if let Some(first) = given_name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        self.server.run(&[
            "user",
            "add",
            "--tenant",
            &self.slug,
            "--user-name",
            user_name,
            "--email",
            email,
            "--given-name",
            &given_name,
            "--family-name",
            "Byron",
            "--role",
            role,
        ])
    }

    /// The user as SCIM shows it now.
    pub async fn read(&self, id: &str) -> Value {
        self.scim().get(&format!("/Users/{id}")).await.scim(200)
    }

    /// The user as the management API shows it now.
    pub async fn record(&self, id: &str) -> Value {
        self.api().get(&format!("/users/{id}")).await.api(200)
    }

    /// The audit log's records of that action and result, newest first; all pages.
    pub async fn audit(&self, action: &str, result: &str) -> Vec<Value> {
        let api = self.api();
        let mut records = Vec::new();
        let mut cursor = None::<String>;
        loop {
            let mut parameters = vec![("action", action), ("result", result), ("limit", "200")];
            parameters.extend(cursor.iter().map(|cursor| ("cursor", cursor.as_str())));
            let page = api.query("/audit-log", &parameters).await.api(200);
            records.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["nextCursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return records,
            }
        }
    }
}
