//! What a running server does by the clock. Time is moved in the database, so on PostgreSQL alone.

use roster_tests::Backend;
use roster_tests::browser::Browser;
use roster_tests::idp::{Identity, OktaIdp, Person};
use roster_tests::postgres::shared_cluster;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

use super::eventually;
use super::site::Site;

fn sql(server: &Server, statements: &str) -> String {
    let url = server.database_url().unwrap();
    shared_cluster().sql(url, statements).unwrap()
}

/// The fingerprints of the provider's certificates, as the settings show them.
async fn fingerprints(tenant: &Tenant) -> Vec<String> {
    let settings = tenant.api().get("/saml-settings").await.api(200);
    let certificates = settings["provider"]["certificates"].as_array();
    let text = |certificate: &Value| certificate["fingerprint"].as_str().unwrap().to_owned();
    certificates.unwrap().iter().map(text).collect()
}

#[tokio::test]
async fn what_has_expired_goes_and_what_has_not_stays() {
    let server = Server::start(Backend::Postgres);
    let tenant = Tenant::on(&server);
    let idp = OktaIdp::new();
    idp.connect(&tenant).await;
    let browsers = [Browser::new(&tenant), Browser::new(&tenant)];
    for browser in &browsers {
        let _ = browser.sign_in(&idp, &Person::new("ada")).await.signed_in();
    }
    let _ = server.run(&["admin", "link"]);
    let _ = server.run(&["admin", "link"]);
    let rows = "SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM admin_links)";
    assert_eq!(sql(&server, rows), "2|2");
    for (table, ends) in [("sessions", "started_at"), ("admin_links", "id")] {
        let first = format!("(SELECT {ends} FROM {table} ORDER BY {ends} LIMIT 1)");
        let past = format!(
            "UPDATE {table} SET expires_at = now() - interval '2 days' WHERE {ends} = {first}"
        );
        sql(&server, &past);
    }
    server.restart();
    eventually("1|1".to_owned(), async || sql(&server, rows)).await;
    assert!(!browsers[0].is_signed_in().await);
    assert!(browsers[1].is_signed_in().await);
}

#[tokio::test]
async fn metadata_that_is_a_day_old_is_fetched_again() {
    let mut idp = OktaIdp::new();
    let site = Site::serve(idp.metadata_xml()).await;
    let server = Server::start_with(Backend::Postgres, &site.settings());
    let tenant = Tenant::on(&server);
    let changes = json!({ "metadataUrl": site.url, "enabled": true });
    tenant.set_saml(&changes).await;
    let before = fingerprints(&tenant).await;
    assert_eq!(before.len(), 1);

    // The provider takes up a second key, as before a rollover.
    let key = Identity::rsa("the next key");
    idp.published.push(key.clone());
    site.change(idp.metadata_xml());
    let yesterday = "UPDATE saml_metadata_checks SET checked_at = checked_at - interval '25 hours'";
    sql(&server, yesterday);
    restarted(&server).await;
    eventually(2, async || fingerprints(&tenant).await.len()).await;
    assert!(fingerprints(&tenant).await.contains(&before[0]));
    let audit = tenant.audit("UPDATE_SAML_SETTINGS", "SUCCEEDED").await;
    assert_eq!(audit.len(), 2);
    assert_eq!(audit[0]["actor"]["type"], "SYSTEM", "{}", audit[0]);
    idp.key = key;
    let browser = Browser::new(&tenant);
    let _ = browser.sign_in(&idp, &Person::new("ada")).await.signed_in();
}

/// Starts it again, without holding the thread that serves the provider's site.
async fn restarted(server: &std::sync::Arc<Server>) {
    let server = server.clone();
    tokio::task::spawn_blocking(move || server.restart())
        .await
        .unwrap();
}
