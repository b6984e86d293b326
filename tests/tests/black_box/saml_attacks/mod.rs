//! What attackers post to the assertion consumer service, each document on its own: refused for
//! the right reason, with nobody created, no session, and a page that tells nothing.
//!
//! - [`wrapping`]: a signed element kept somewhere while a forged one takes its place;
//! - [`signatures`]: missing, stolen, weak, over something else;
//! - [`content`]: values and markup that mean one thing here and another there;
//! - [`limits`]: what is meant to exhaust us;
//! - [`conditions`]: genuine responses for somebody else, another time, another place;
//! - [`replay`]: what was used before, or begun by somebody else.
//!
//! The crate `roster-saml` tests more forms of each by itself.

mod conditions;
mod content;
mod limits;
mod replay;
mod signatures;
mod wrapping;

use std::sync::{Arc, OnceLock};

use roster_tests::Backend;
use roster_tests::browser::{Browser, Refused};
use roster_tests::idp::xml::replaced;
use roster_tests::idp::{Facts, Identity, OktaIdp, Person, Shape};
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

/// Who attacks: a person of the provider, with a genuine account there.
const ATTACKER: &str = "mallory@example.com";
/// Whom the attacker wants to be.
const VICTIM: &str = "admin@example.com";

/// A provider with the one key of all these tests, since keys are dear to make.
fn provider() -> OktaIdp {
    static KEY: OnceLock<Arc<Identity>> = OnceLock::new();
    OktaIdp::with_key(KEY.get_or_init(|| Identity::rsa("okta")).clone())
}

/// A key that nobody trusts.
fn attackers_key() -> Arc<Identity> {
    static KEY: OnceLock<Arc<Identity>> = OnceLock::new();
    KEY.get_or_init(|| Identity::rsa("attacker")).clone()
}

fn attacker() -> Person {
    Person::new("mallory")
}

/// The same facts about the victim, with an assertion id of its own.
fn forged(facts: &Facts) -> Facts {
    let mut forged = facts.clone();
    forged.assertion_id = "_forged".to_owned();
    about_the_victim(&mut forged);
    forged
}

fn about_the_victim(facts: &mut Facts) {
    facts.name_id = VICTIM.to_owned();
    for (_, values) in &mut facts.attributes {
        *values = values.replace(ATTACKER, VICTIM);
    }
}

/// A document in which the attacker has become the victim.
fn altered(xml: &str) -> String {
    replaced(xml, ATTACKER, VICTIM)
}

/// Posts the provider's answer in that shape, and judges how it was refused.
async fn refused(shape: Shape, why: &str) {
    refused_with(json!({}), shape, why).await;
}

/// As [`refused`], with further SAML settings.
async fn refused_with(settings: Value, shape: Shape, why: &str) {
    let tenant = Tenant::new(Backend::Sqlite);
    let idp = provider();
    idp.connect_with(&tenant, settings).await;
    let browser = Browser::new(&tenant);
    let refused = browser
        .sign_in_with(&idp, &attacker(), &shape)
        .await
        .refused();
    judge(&tenant, &browser, &refused, why).await;
}

/// Asserts that nobody is in, nobody was made, the administrator reads why, and the page does not
/// tell.
async fn judge(tenant: &Tenant, browser: &Browser, refused: &Refused, why: &str) {
    let reason = refused.reason(tenant).await;
    assert!(reason.contains(why), "refused for another reason: {reason}");
    assert!(refused.log_line(&tenant.server).contains(&tenant.slug));
    assert!(matches!(refused.status, 400 | 403), "{refused:?}");
    assert!(
        !refused.page.contains(why),
        "the page tells why: {}",
        refused.page
    );
    for name in [VICTIM, ATTACKER] {
        assert!(!refused.page.contains(name), "{}", refused.page);
    }
    no_session(browser, refused).await;
    nobody(tenant).await;
}

async fn no_session(browser: &Browser, refused: &Refused) {
    let session = refused
        .cookies
        .iter()
        .find(|c| c.name.contains("session") && !c.value.is_empty());
    assert!(session.is_none(), "{session:?}");
    assert!(!browser.is_signed_in().await);
}

async fn nobody(tenant: &Tenant) {
    let users = tenant.api().get("/users").await.api(200);
    assert_eq!(users["items"], json!([]), "somebody was created");
}

/// Without this, all of the others could pass for a reason that has nothing to do with them.
#[tokio::test]
async fn the_honest_form_of_the_same_journey_succeeds() {
    for settings in [json!({}), with_decryption()] {
        let tenant = Tenant::new(Backend::Sqlite);
        let idp = provider();
        idp.connect_with(&tenant, settings).await;
        let browser = Browser::new(&tenant);
        let _ = browser.sign_in(&idp, &attacker()).await.signed_in();
        assert!(browser.is_signed_in().await);
    }
}

/// The service provider's key for encrypted assertions.
fn decryption() -> Arc<Identity> {
    static KEY: OnceLock<Arc<Identity>> = OnceLock::new();
    KEY.get_or_init(|| Identity::rsa("roster")).clone()
}

fn with_decryption() -> Value {
    let key = decryption();
    json!({ "decryptionKey": { "privateKey": key.key_pem, "certificate": key.certificate_pem } })
}
