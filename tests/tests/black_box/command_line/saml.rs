//! `roster saml import`: sign-in is set up without the console.

use std::fs;
use std::path::PathBuf;

use roster_tests::binary::text;
use roster_tests::browser::Browser;
use roster_tests::idp::{OktaIdp, Person};
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use roster_tests::{Backend, on_both_stores};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::refused;
use super::site::Site;

async fn settings(tenant: &Tenant) -> Value {
    tenant.api().get("/saml-settings").await.api(200)
}

/// A file with the provider's metadata.
fn file(idp: &OktaIdp) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("metadata.xml");
    fs::write(&path, idp.metadata_xml()).unwrap();
    (directory, path)
}

on_both_stores! {
    async fn metadata_of_a_file_lets_people_sign_in(backend: Backend) {
        let tenant = Tenant::new(backend);
        let idp = OktaIdp::new();
        let (_directory, path) = file(&idp);
        let import = ["saml", "import", "--tenant", &tenant.slug, "--metadata-file", path.to_str().unwrap()];
        let printed = tenant.server.run(&import);
        let expected = format!("Audience  {}\nACS URL   {}", tenant.audience(), tenant.acs_url());
        assert_eq!(printed, expected);
        assert_eq!(settings(&tenant).await["enabled"], false);

        let output = tenant.server.cli(&[import.as_slice(), &["--enable"]].concat());
        assert!(output.status.success());
        assert_eq!(text(&output.stdout).trim(), expected);
        let said = text(&output.stderr);
        assert!(said.contains(&idp.entity_id) && said.contains("/saml/login"), "{said}");
        let browser = Browser::new(&tenant);
        let _ = browser.sign_in(&idp, &Person::new("ada")).await.signed_in();
        assert!(browser.is_signed_in().await);

        let audit = tenant.audit("UPDATE_SAML_SETTINGS", "SUCCEEDED").await;
        assert_eq!(audit.len(), 2);
        assert!(audit.iter().all(|record| record["actor"]["type"] == "OPERATOR"), "{audit:?}");
    }

    async fn what_can_not_be_used_changes_nothing(backend: Backend) {
        let tenant = Tenant::new(backend);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("metadata.xml");
        fs::write(&path, "no metadata").unwrap();
        let import = |further: &[&str]| {
            let arguments = [&["saml", "import", "--enable", "--tenant", &tenant.slug], further].concat();
            refused(&tenant.server, &arguments)
        };
        let said = import(&["--metadata-file", path.to_str().unwrap()]);
        assert!(said.contains("can't be used"), "{said}");
        let said = import(&["--metadata-file", "/nowhere/metadata.xml"]);
        assert!(said.contains("/nowhere/metadata.xml can't be read"), "{said}");
        let said = import(&["--metadata-url", "https://127.0.0.1:1/metadata"]);
        assert!(said.contains("not a public address") && said.contains("metadata_allowed_networks"), "{said}");
        let now = settings(&tenant).await;
        assert_eq!((&now["enabled"], now.get("provider")), (&json!(false), None), "{now}");
        assert_eq!(tenant.audit("UPDATE_SAML_SETTINGS", "FAILED").await.len(), 2);
    }
}

#[tokio::test]
async fn metadata_of_an_address_comes_from_allowed_networks_and_trusted_authorities() {
    let idp = OktaIdp::new();
    let site = Site::serve(idp.metadata_xml()).await;
    let server = Server::start_with(Backend::Sqlite, &site.settings());
    // Each in its own thread, since the site is served by this one.
    let import = async |tenant: &Tenant, without: &'static [&'static str]| {
        let mut command = tenant.server.command();
        for variable in without {
            command.env_remove(variable);
        }
        command.args(["saml", "import", "--enable", "--tenant", &tenant.slug]);
        command.args(["--metadata-url", &site.url]);
        tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap()
    };
    let tenant = Tenant::on(&server);
    for (without, told) in [
        (
            ["ROSTER_METADATA_ALLOWED_NETWORKS"].as_slice(),
            "not a public address",
        ),
        (&["ROSTER_METADATA_CA_FILE"], "certificate"),
    ] {
        let output = import(&tenant, without).await;
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(told), "{said}");
    }
    let output = import(&tenant, &[]).await;
    assert!(output.status.success(), "{}", text(&output.stderr));
    let now = settings(&tenant).await;
    assert_eq!(now["metadataUrl"], site.url.as_str(), "{now}");
    let browser = Browser::new(&tenant);
    let _ = browser.sign_in(&idp, &Person::new("ada")).await.signed_in();

    // The running server goes by the same settings.
    let other = Tenant::on(&server);
    let now = other.set_saml(&json!({ "metadataUrl": site.url })).await;
    assert_eq!(now["provider"]["entityId"], idp.entity_id.as_str(), "{now}");
}

#[test]
fn authorities_that_are_none_stop_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("authorities.pem");
    fs::write(&path, "no certificate").unwrap();
    let mut command = std::process::Command::new(roster_tests::binary::binary());
    let output = command
        .env_clear()
        .env("ROSTER_LISTEN", "127.0.0.1:0")
        .env("ROSTER_METADATA_CA_FILE", &path)
        .current_dir(directory.path())
        .arg("serve")
        .output()
        .unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let last = said.lines().last().unwrap_or_default();
    assert!(
        last.contains("authorities.pem") && last.contains("PEM"),
        "{said}"
    );
}
