//! Signing in, as people and their administrators live it: each rule of how a person comes into
//! being, is recognised, is brought up to date, is refused and leaves, and what they hold meanwhile.
//!
//! - [`story`]: the whole life of one person, with both of Okta's apps;
//! - [`creation`]: the first sign-in; [`binding`]: who is recognised by what;
//! - [`updates`]: what a later sign-in changes; [`roles`]: which role is in force;
//! - [`refusals`]: what the person reads, and where the administrator finds why;
//! - [`requests`]: the way to the provider, and where the way back ends; [`documents`]: answers of
//!   another shape;
//! - [`sessions`], [`cross_site`], [`managing`]: a browser's session, what other sites can't do with it,
//!   and what it opens;
//! - [`tokens`]: the signed tokens of sessions; [`break_glass`]: the operator's way in;
//! - [`settings_take_effect`], [`replicas`]: what holds at once, also in other processes;
//! - [`races`]: what happens at the same moment.

mod binding;
mod break_glass;
mod creation;
mod cross_site;
mod documents;
mod managing;
mod races;
mod refusals;
mod replicas;
mod requests;
mod roles;
mod sessions;
mod settings_take_effect;
mod story;
mod tokens;
mod updates;

use std::sync::{Arc, OnceLock};

use roster_tests::Backend;
use roster_tests::browser::{Browser, Refused};
use roster_tests::idp::{Identity, OktaIdp, Person};
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

/// A provider with the one key of all these tests, since keys are dear to make.
fn provider() -> OktaIdp {
    static KEY: OnceLock<Arc<Identity>> = OnceLock::new();
    OktaIdp::with_key(KEY.get_or_init(|| Identity::rsa("okta")).clone())
}

/// A customer: a tenant, and the provider that it trusts.
struct Organisation {
    tenant: Tenant,
    idp: OktaIdp,
}

impl Organisation {
    /// A new one on the shared server.
    async fn new(backend: Backend) -> Self {
        Self::of(Tenant::new(backend), json!({})).await
    }

    /// A new one on that server.
    async fn on(server: &Arc<Server>) -> Self {
        Self::of(Tenant::on(server), json!({})).await
    }

    /// That tenant, with a provider and further SAML settings.
    async fn of(tenant: Tenant, settings: Value) -> Self {
        let idp = provider();
        idp.connect_with(&tenant, settings).await;
        Self { tenant, idp }
    }

    fn browser(&self) -> Browser {
        Browser::new(&self.tenant)
    }

    /// A new browser in which that person is signed in.
    async fn sign_in(&self, person: &Person) -> Browser {
        let browser = self.browser();
        let _ = browser.sign_in(&self.idp, person).await.signed_in();
        browser
    }

    /// Everybody, as the management API shows them.
    async fn users(&self) -> Vec<Value> {
        let page = self.tenant.api().get("/users?limit=200").await.api(200);
        assert_eq!(page.get("nextCursor"), None, "more than a page of users");
        page["items"].as_array().unwrap().clone()
    }

    /// The one person there is.
    async fn only_user(&self) -> Value {
        let users = self.users().await;
        let [user] = users.as_slice() else {
            panic!("one user: {users:#?}");
        };
        user.clone()
    }

    /// Asserts that the person is refused by the rules: with a page and an audit record that say
    /// all of `words`, without a session, and with nobody created or changed.
    async fn refuses(&self, person: &Person, words: &[&str]) -> Refused {
        let before = self.users().await;
        let browser = self.browser();
        let refused = browser.sign_in(&self.idp, person).await.refused();
        assert_eq!(refused.status, 403, "{}", refused.page);
        let reason = refused.reason(&self.tenant).await;
        let page = unescaped(&refused.page);
        for word in words {
            assert!(reason.contains(word), "{word:?} is not in: {reason}");
            assert!(page.contains(word), "{word:?} is not on: {page}");
        }
        let record = self.tenant.audit("SIGN_IN", "FAILED").await[0].clone();
        assert_eq!(
            record["target"]["name"],
            person.name_id.as_str(),
            "{record}"
        );
        assert_eq!(record["actor"]["type"], "SYSTEM", "{record}");
        assert_no_session(&browser, &refused).await;
        assert_eq!(
            self.users().await,
            before,
            "somebody was created or changed"
        );
        refused
    }

    /// Makes a role with those permissions, and answers its id.
    async fn role(&self, name: &str, permissions: &[&str]) -> String {
        let role = json!({ "name": name, "permissions": permissions });
        text(&self.tenant.api().post("/roles", &role).await.api(201)["id"])
    }

    /// Changes a user by the management API.
    async fn change(&self, user: &str, changes: Value) -> Value {
        let path = format!("/users/{user}");
        self.tenant.api().patch(&path, &changes).await.api(200)
    }
}

/// Asserts that a refused browser got nothing.
async fn assert_no_session(browser: &Browser, refused: &Refused) {
    let session = refused.cookies.iter().find(|c| c.name.contains("session"));
    assert!(session.is_none(), "{session:?}");
    assert!(!browser.is_signed_in().await);
}

/// Who is signed in, by the id of their user.
async fn user_id(browser: &Browser) -> String {
    text(&browser.session().await.api(200)["id"])
}

/// A JSON text.
#[track_caller]
fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// A page's text, with its quotes and ampersands as people read them.
fn unescaped(page: &str) -> String {
    let page = page.replace("&quot;", "\"").replace("&lt;", "<");
    page.replace("&gt;", ">").replace("&amp;", "&")
}

/// The changes of an audit record as `attribute: before → after`, in alphabetical order.
fn changes(record: &Value) -> Vec<String> {
    let changes = record["changes"].as_array().unwrap().iter();
    let shown = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut changes: Vec<_> = changes
        .map(|change| {
            let (before, after) = (shown(&change["before"]), shown(&change["after"]));
            format!(
                "{}: {before} → {after}",
                change["attribute"].as_str().unwrap()
            )
        })
        .collect();
    changes.sort();
    changes
}
