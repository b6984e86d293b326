//! General Settings.
//!
//! - [`provider`]: the identity provider's metadata, looked at, saved, removed;
//! - [`saml`]: SAML on or off, on which terms, and what Okta is given;
//! - [`keys`]: our own keys, which never come out again;
//! - [`scim`]: the role attribute, the default role, the line that says whether Okta has been here;
//! - [`reading`]: whoever may look at settings, and not change them.

mod keys;
mod provider;
mod reading;
mod saml;
mod scim;

use aws_lc_rs::digest::{SHA256, digest};
use roster_tests::client::Client;
use roster_tests::console::{Console, Page};
use roster_tests::idp::Identity;
use serde_json::Value;

const IDENTITY: &str = "/settings/identity";
const METADATA: &str = "/settings/identity/metadata";
const SAML: &str = "/settings/identity/saml";
const KEYS: &str = "/settings/identity/keys";
const SCIM: &str = "/settings/identity/scim";
const DEFAULT_ROLE: &str = "/settings/identity/default-role";
const REMOVE: &str = "/settings/identity/provider/remove";

/// The tab Identity & Access.
async fn identity(console: &Console) -> Page {
    console.open(IDENTITY).await.is_fine()
}

/// The SAML settings, as the management API shows them.
async fn saml_settings(api: &Client) -> Value {
    api.get("/saml-settings").await.api(200)
}

/// The SHA-256 of a certificate, as pages show it.
fn fingerprint(key: &Identity) -> String {
    let hash = digest(&SHA256, &key.certificate_der());
    let bytes = hash.as_ref().iter();
    bytes.map(|byte| format!("{byte:02x}")).collect()
}
