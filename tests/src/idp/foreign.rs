//! A provider that somebody else wrote: the npm package `saml-idp`, which signs with `xml-crypto`
//! and posts from a page of its own.

use std::fs;
use std::process::Command;

use serde_json::json;

use super::keys::Identity;
use super::person::{Person, Value};
use crate::tenant::Tenant;
use crate::tools::{Process, program};

/// The label of the button on its sign-in page.
pub const SIGN_IN_BUTTON: &str = "Sign in";

/// `saml-idp`, running for one tenant, with one person in its directory. It ends when it is dropped.
#[derive(Debug)]
pub struct ForeignIdp {
    /// Its entity id.
    pub entity_id: String,
    origin: String,
    _process: Process,
}

impl ForeignIdp {
    /// Starts it for that tenant and that person.
    ///
    /// # Panics
    /// When it isn't installed or doesn't start.
    #[must_use]
    pub fn start(tenant: &Tenant, person: &Person) -> Self {
        let directory = Process::directory_for("saml-idp");
        let key = Identity::rsa("saml-idp");
        let file = |name: &str, content: &str| {
            let path = directory.path().join(name);
            fs::write(&path, content).unwrap();
            path
        };
        let key_file = file("key.pem", &key.key_pem);
        let certificate_file = file("certificate.pem", &key.certificate_pem);
        let config_file = file("config.js", &config(person));
        let entity_id = "urn:example:foreign-idp";
        let mut command = Command::new(program("saml-idp"));
        command
            .args(["--host", "127.0.0.1", "--port", "0", "--issuer", entity_id])
            .args(["--acsUrl", &tenant.acs_url()])
            .args(["--audience", &tenant.audience()])
            .args(["--sloUrl", &format!("{}/", tenant.public_url())])
            .arg("--cert")
            .arg(certificate_file)
            .arg("--key")
            .arg(key_file)
            .arg("--configFile")
            .arg(config_file);
        let process = Process::start("saml-idp", &mut command, directory);
        // It says `http://localhost:PORT`, and listens on 127.0.0.1: the other name makes it another site.
        let port: u16 = process.wait_until(|log| {
            let (_, rest) = log.split_once("IdP server ready at")?;
            let (_, rest) = rest.split_once("http://localhost:")?;
            rest.lines().next()?.trim().parse().ok()
        });
        Self {
            entity_id: entity_id.to_owned(),
            origin: format!("http://127.0.0.1:{port}"),
            _process: process,
        }
    }

    /// Its own metadata, as it publishes it.
    ///
    /// # Panics
    /// When it publishes none.
    pub async fn metadata_xml(&self) -> String {
        let client = crate::client::Client::new(self.origin.clone());
        let answer = client.get("/metadata").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text()
    }

    /// Switches SAML on for the tenant, with this provider, by an upload of its metadata.
    pub async fn connect(&self, tenant: &Tenant) -> serde_json::Value {
        let metadata = self.metadata_xml().await;
        let settings = json!({ "enabled": true, "metadataXml": metadata });
        tenant.set_saml(&settings).await
    }
}

/// Its directory, in the JavaScript that it reads.
fn config(person: &Person) -> String {
    let attributes = [
        ("PantherEmail", &person.email),
        ("PantherFirstName", &person.first_name),
        ("PantherLastName", &person.last_name),
        ("PantherRole", &person.role),
    ];
    let mut user = json!({
        "userName": person.name_id,
        "nameIdFormat": person.name_id_format,
    });
    let mut metadata = Vec::new();
    for (name, value) in attributes {
        if let Value::Is(text) = value {
            user[name] = json!(text);
            let optional = json!({
                "id": name, "optional": true, "displayName": name, "description": "", "multiValue": false,
            });
            metadata.push(optional);
        }
    }
    let config = json!({ "user": user, "metadata": metadata });
    format!("module.exports = {config};\n")
}
