//! SAML settings: whom the tenant trusts to sign people in.
//!
//! - [`fields`]: what is shown and what can be set;
//! - [`keys`]: private keys, which never come out again;
//! - [`metadata`]: where the identity provider's description comes from;
//! - [`trust`]: from when on a change holds.

mod fields;
mod keys;
mod metadata;
mod trust;

use aws_lc_rs::digest::{SHA256, digest};
use roster_tests::client::Answer;
use roster_tests::idp::Identity;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

const PATH: &str = "/saml-settings";
const CHECK: &str = "/saml-settings/metadata-check";

fn fingerprint(key: &Identity) -> String {
    let hash = digest(&SHA256, &key.certificate_der());
    hash.as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn pair(key: &Identity) -> Value {
    json!({ "privateKey": key.key_pem, "certificate": key.certificate_pem })
}

async fn settings(tenant: &Tenant) -> Value {
    tenant.api().get(PATH).await.api(200)
}

/// The changes in the newest record of a change that was made.
async fn last_changes(tenant: &Tenant) -> Value {
    tenant.audit("UPDATE_SAML_SETTINGS", "SUCCEEDED").await[0]["changes"].clone()
}

/// The fields that a refusal names, in alphabetical order.
#[track_caller]
fn named(answer: &Answer) -> Vec<String> {
    let problem = answer.problem(400);
    let errors = problem["errors"]
        .as_array()
        .unwrap_or_else(|| panic!("no errors: {problem}"));
    let mut names: Vec<_> = errors
        .iter()
        .map(|error| error["field"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}
