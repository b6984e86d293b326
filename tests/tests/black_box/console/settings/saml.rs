//! SAML on or off, on which terms, and the values that Okta is given.

use roster_tests::Backend;
use roster_tests::browser::Browser;
use roster_tests::console::Console;
use roster_tests::idp::{Person, Shape};
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::json;

use super::super::people::Company;
use super::{SAML, identity, saml_settings};

on_both_stores! {
    async fn what_is_saved_is_what_stands_in_the_form(backend: Backend) {
        let company = Company::new(backend).await;
        let admin = company.person("ada", "Admin").await;
        let form = identity(&admin).await.form(SAML);
        assert_eq!((form.value("enabled"), form.value("enforce_sso"), form.value("idp_initiated")), (Some("on"), None, None));
        assert_eq!((form.value("email_attribute"), form.value("role_attribute")), (Some("PantherEmail"), Some("PantherRole")));
        let form = form
            .tick("enforce_sso").tick("idp_initiated")
            .set("email_attribute", "mail").set("role_attribute", "Rôle")
            .set("first_name_attribute", "urn:oid:2.5.4.42").set("last_name_attribute", "sn")
            .set("return_urls", "https://app.example.com/\r\n\r\n  http://localhost:3000/welcome  \r\n");
        let saved = form.send(&admin).await.is_fine().saying("Saved.").saying("Enforced:");
        let settings = saml_settings(&company.tenant.api()).await;
        for (name, value) in [
            ("enabled", json!(true)), ("enforceSso", json!(true)), ("idpInitiated", json!(true)), ("emailAttribute", json!("mail")),
            ("roleAttribute", json!("Rôle")), ("firstNameAttribute", json!("urn:oid:2.5.4.42")), ("lastNameAttribute", json!("sn")),
            ("returnUrls", json!(["https://app.example.com/", "http://localhost:3000/welcome"])),
        ] {
            assert_eq!(settings[name], value, "{name}");
        }
        let form = saved.form(SAML);
        assert_eq!(form.value("return_urls"), Some("https://app.example.com/\nhttp://localhost:3000/welcome"));
        assert_eq!(form.value("first_name_attribute"), Some("urn:oid:2.5.4.42"));
        let record = company.latest("UPDATE_SAML_SETTINGS").await;
        assert_eq!(record["actor"]["name"], "ada@example.com", "{record}");

        let off = form.untick("enforce_sso").untick("enabled").send(&admin).await.is_fine();
        let _ = off.saying("Nobody can sign in through an identity provider yet.");
        assert_eq!(Browser::new(&company.tenant).get("/saml/login").await.status, 403);
    }

    async fn each_line_that_is_no_return_url_is_named(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let before = saml_settings(&company.tenant.api()).await;
        for bad in ["http://app.example.com/", "javascript:alert(1)", "//app.example.com", "https://u:p@app.example.com/"] {
            let lines = format!("https://good.example.com/\n{bad}");
            let form = identity(&console).await.form(SAML).set("return_urls", &lines).tick("idp_initiated");
            let page = form.send(&console).await;
            assert_eq!(page.status, 422);
            let problem = page.problem("return_urls").unwrap_or_default();
            assert!(problem.contains(&format!("\"{bad}\" is not an https URL")) && !problem.contains("good"), "{problem}");
            let form = page.form(SAML);
            assert_eq!((form.value("return_urls"), form.value("idp_initiated")), (Some(lines.as_str()), Some("on")), "kept");
        }
        for field in ["email_attribute", "first_name_attribute", "last_name_attribute", "role_attribute"] {
            let page = identity(&console).await.form(SAML).set(field, " ").send(&console).await.is(422);
            assert!(page.problem(field).is_some_and(|problem| problem.contains("must not be empty")), "{}", page.text());
        }
        assert_eq!(saml_settings(&company.tenant.api()).await, before);
    }

    async fn it_is_not_switched_on_without_a_provider(backend: Backend) {
        let tenant = Tenant::new(backend);
        let console = Console::operator(&tenant).await;
        let form = identity(&console).await.form(SAML).tick("enabled").set("role_attribute", "Role");
        let page = form.send(&console).await.is(422);
        assert!(page.problem("enabled").is_some_and(|problem| problem.contains("metadata")), "{}", page.text());
        let form = page.form(SAML);
        assert_eq!((form.value("enabled"), form.value("role_attribute")), (Some("on"), Some("Role")), "kept");
        let settings = saml_settings(&tenant.api()).await;
        assert_eq!((&settings["enabled"], &settings["roleAttribute"]), (&json!(false), &json!("PantherRole")));
        assert_eq!(tenant.audit("UPDATE_SAML_SETTINGS", "FAILED").await.len(), 1);
        // Nor is it enforced while it is off.
        let page = identity(&console).await.form(SAML).tick("enforce_sso").send(&console).await.is(422);
        let _ = page.saying("SAML is off");
    }

    async fn okta_is_given_what_leads_here(backend: Backend) {
        let company = Company::new(backend).await;
        let (tenant, console) = (&company.tenant, company.operator().await);
        let page = identity(&console).await.saying("Leave it empty: IdP-initiated sign-in is off.");
        assert_eq!(page.value("acs-url"), tenant.acs_url());
        assert_eq!(page.value("audience"), tenant.audience());
        assert_eq!(page.value("tenant-url"), format!("{}/scim/v2", tenant.public_url()));
        assert!(page.all("#relay-state").is_empty());
        let metadata = Browser::new(tenant).visit(&page.value("metadata-url")).await;
        assert!(metadata.text().contains(&tenant.acs_url()), "{}", metadata.text());
        // The guide beside the forms repeats them.
        let guide = page.all("aside.guide").concat();
        for value in [tenant.acs_url(), tenant.audience(), page.value("tenant-url"), "pantherRole".to_owned(), "PantherRole".to_owned()] {
            assert!(guide.contains(&value), "{value}: {guide}");
        }

        let page = page.form(SAML).tick("idp_initiated").send(&console).await.is_fine();
        let relay_state = page.value("relay-state");
        let request = company.idp.unsolicited(tenant);
        let response = company.idp.respond(&request, &Person::new("ada"), &Shape::okta());
        let browser = Browser::new(tenant);
        let landed = browser.post_response(&response, Some(&relay_state)).await.signed_in();
        let home = browser.visit(&landed.location).await;
        assert_eq!(home.status, 200);
        assert!(home.text().contains("You are signed in") && home.text().contains("Ada Byron"), "{}", home.text());
    }
}

#[tokio::test]
async fn the_other_tab_tells_what_an_application_needs() {
    let tenant = Tenant::new(Backend::Sqlite);
    let console = Console::operator(&tenant).await;
    let identity = identity(&console).await;
    let page = console
        .visit(&identity.link("Organization"))
        .await
        .is_fine();
    let base = tenant.public_url();
    assert_eq!(page.value("address-session"), format!("{base}/session"));
    assert_eq!(page.value("address-audience"), base);
    assert_eq!(page.value("address-issuer"), tenant.server.public_url());
    assert_eq!(page.value("address-management"), format!("{base}/api/v1"));
    let keys = console.browser.visit(&page.value("address-jwks")).await;
    assert!(keys.json()["keys"].is_array());
    let _ = page.saying(&tenant.slug).saying("after their last use");
}
