//! Who sits at the console in these tests: an operator, or a person whose role has some permissions.

use std::sync::{Arc, OnceLock};

use roster_tests::Backend;
use roster_tests::console::Console;
use roster_tests::idp::{Identity, OktaIdp, Person};
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

/// A tenant, and the provider through which its people sign in.
pub(super) struct Company {
    pub(super) tenant: Tenant,
    pub(super) idp: OktaIdp,
}

/// A provider with the one key of all these tests, since keys are dear to make.
pub(super) fn provider() -> OktaIdp {
    static KEY: OnceLock<Arc<Identity>> = OnceLock::new();
    OktaIdp::with_key(KEY.get_or_init(|| Identity::rsa("okta")).clone())
}

impl Company {
    /// A new one on the shared server.
    pub(super) async fn new(backend: Backend) -> Self {
        let (tenant, idp) = (Tenant::new(backend), provider());
        idp.connect(&tenant).await;
        Self { tenant, idp }
    }

    /// An operator, who has every permission and is no user.
    pub(super) async fn operator(&self) -> Console {
        Console::operator(&self.tenant).await
    }

    /// A person of that role, who has just signed in.
    pub(super) async fn person(&self, name: &str, role: &str) -> Console {
        let person = Person::new(name).role(role);
        Console::person(&self.tenant, &self.idp, &person).await
    }

    /// A person with a role of these permissions, which is called as the person is.
    pub(super) async fn person_with(&self, name: &str, permissions: &[&str]) -> Console {
        self.role(name, permissions).await;
        self.person(name, name).await
    }

    /// A new role. Answers its id.
    pub(super) async fn role(&self, name: &str, permissions: &[&str]) -> String {
        let role = json!({ "name": name, "permissions": permissions });
        let role = self.tenant.api().post("/roles", &role).await.api(201);
        text(&role["id"])
    }

    /// The id of a role that there is.
    pub(super) async fn role_id(&self, name: &str) -> String {
        let roles = self.tenant.api().get("/roles").await.api(200);
        let mut roles = roles["items"].as_array().unwrap().iter();
        text(&roles.find(|role| role["name"] == name).unwrap()["id"])
    }

    /// A new API token with its value.
    pub(super) async fn token(&self, name: &str, permissions: &[&str]) -> (String, String) {
        let token = json!({ "name": name, "permissions": permissions });
        let issued = self.tenant.api().post("/api-tokens", &token).await;
        let issued = issued.api(201);
        (text(&issued["token"]["id"]), text(&issued["value"]))
    }

    /// The newest record of an action that succeeded.
    pub(super) async fn latest(&self, action: &str) -> Value {
        let records = self.tenant.audit(action, "SUCCEEDED").await;
        let newest = records.into_iter().next();
        newest.unwrap_or_else(|| panic!("no record of {action}"))
    }
}

/// Who a person is, by the id of the user.
pub(super) async fn user_id(console: &Console) -> String {
    text(&console.browser.session().await.api(200)["id"])
}

/// A JSON text.
#[track_caller]
pub(super) fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
