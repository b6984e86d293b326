//! The operator's way in (`roster admin link`) when nobody else gets in. What the command itself
//! promises is tested with the commands.

use reqwest::Method;
use roster_tests::browser::Browser;
use roster_tests::browser::cookies::From;
use roster_tests::idp::Person;
use roster_tests::on_both_stores;
use roster_tests::postgres::shared_cluster;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

use super::{Organisation, provider, text};

/// The secret of a new link.
fn link(tenant: &Tenant) -> String {
    let link = tenant
        .server
        .run(&["admin", "link", "--tenant", &tenant.slug]);
    link.split_once("?link=").expect("a link").1.to_owned()
}

/// Presses the button of the link's page. Answers the status.
async fn press(browser: &Browser, link: &str, from: From) -> u16 {
    let answer = browser
        .post_form("/admin-link", &[("link", link)], from)
        .await;
    if answer.status == 303 {
        assert_eq!(answer.headers("location").len(), 1);
    }
    answer.status
}

/// A browser in which an operator is signed in.
async fn operator(tenant: &Tenant) -> Browser {
    let browser = Browser::new(tenant);
    assert_eq!(press(&browser, &link(tenant), From::SameSite).await, 303);
    browser
}

on_both_stores! {
    async fn it_works_with_saml_off_broken_and_enforced_and_can_repair_it(backend: Backend) {
        let tenant = Tenant::new(backend);
        // Off.
        let browser = operator(&tenant).await;
        browser.get("/api/v1/saml-settings").await.api(200);
        // Broken: the provider signs with another key than the tenant knows.
        let mut idp = provider();
        let good = idp.key.clone();
        idp.published = vec![roster_tests::idp::Identity::rsa("stale")];
        idp.connect_with(&tenant, json!({ "enforceSso": true })).await;
        let org = Organisation { tenant, idp };
        let _ = org.browser().sign_in(&org.idp, &Person::new("ada")).await.refused();
        let browser = operator(&org.tenant).await;
        assert_eq!(browser.get("/").await.status, 200, "a session is not sent to the provider");
        let mut repaired = org.idp.clone();
        repaired.published = vec![good];
        let changes = json!({ "metadataXml": repaired.metadata_xml() });
        browser.write(Method::PATCH, "/api/v1/saml-settings", &changes).await.api(200);
        org.sign_in(&Person::new("ada")).await;
        // Enforced, and the operator who needs no provider still gets in.
        assert!(operator(&org.tenant).await.is_signed_in().await);
        let record = org.tenant.audit("UPDATE_SAML_SETTINGS", "SUCCEEDED").await[0].clone();
        assert_eq!(record["actor"]["type"], "OPERATOR", "{record}");
        assert!(text(&record["actor"]["name"]).contains("break-glass"), "{record}");
    }

    async fn an_operator_is_no_user(backend: Backend) {
        let org = Organisation::new(backend).await;
        let browser = operator(&org.tenant).await;
        let session = browser.session().await.api(200);
        assert_eq!((&session["kind"], session.get("id"), session.get("role")), (&json!("breakGlass"), None, None), "{session}");
        assert!(org.users().await.is_empty());
        browser.write(Method::POST, "/session/token", &Value::Null).await.problem(403);
        // No user, and so nobody's own account: even the last Admin's rules are for the operator too.
        let id = org.tenant.user("ada", "Admin");
        let path = format!("/api/v1/users/{id}/deactivate");
        let problem = browser.write(Method::POST, &path, &Value::Null).await.problem(409);
        assert_eq!(problem["type"], "urn:roster:problem:last-admin");
        let page = browser.get("/").await.text();
        assert!(page.contains("Break-glass session"), "{page}");
        browser.sign_out().await.api(200);
        assert!(!browser.is_signed_in().await);
    }

    async fn a_link_is_not_pressed_by_another_site(backend: Backend) {
        let tenant = Tenant::new(backend);
        let link = link(&tenant);
        // Whoever could do so would have the victim work in a session of theirs.
        for from in [From::ForeignForm, From::ForeignLink] {
            let browser = Browser::new(&tenant);
            assert_eq!(press(&browser, &link, from).await, 403);
            assert!(browser.cookies().is_empty());
        }
        assert_eq!(press(&Browser::new(&tenant), &link, From::SameSite).await, 303, "it was not used up");
    }

    async fn a_write_of_the_operators_needs_the_token_too(backend: Backend) {
        let tenant = Tenant::new(backend);
        let browser = operator(&tenant).await;
        let body = json!({ "scimRoleAttribute": "forged" });
        let answer = browser.write_with(Method::PATCH, "/api/v1/settings", &body, None, From::SameSite).await;
        answer.problem(403);
        browser.write(Method::PATCH, "/api/v1/settings", &json!({ "scimRoleAttribute": "acmeRole" })).await.api(200);
    }
}

#[tokio::test]
async fn a_link_ends_after_ten_minutes_and_works_once_for_all_replicas() {
    let server = Server::start(roster_tests::Backend::Postgres);
    let replica = server.replica();
    let tenant = Tenant::on(&server);
    let used = link(&tenant);
    let browser = Browser::new(&tenant);
    assert_eq!(press(&browser, &used, From::SameSite).await, 303);
    let elsewhere = Browser::new(&tenant).through(&replica);
    assert_eq!(press(&elsewhere, &used, From::SameSite).await, 403);
    assert!(browser.through(&replica).is_signed_in().await);

    let sql = |statement: &str| {
        shared_cluster()
            .sql(server.database_url().unwrap(), statement)
            .unwrap()
    };
    for (passed, status) in [("9 minutes", 303), ("10 minutes", 403)] {
        let link = link(&tenant);
        let _ = sql(&format!(
            "UPDATE admin_links SET expires_at = expires_at - interval '{passed}' WHERE used_at IS NULL"
        ));
        assert_eq!(
            press(&Browser::new(&tenant), &link, From::SameSite).await,
            status,
            "{passed}"
        );
    }
    let failed = tenant.audit("SIGN_IN", "FAILED").await;
    assert_eq!(failed.len(), 2, "{failed:#?}");
}
