//! The source document, from step 1 to step 5, as an administrator walks it with the console in one
//! window and Okta in the other. Comments quote the step.

use std::time::Duration;

use roster_tests::chromium::Chromium;
use roster_tests::idp::served::ServedIdp;
use roster_tests::idp::{OktaIdp, Person};
use roster_tests::okta::{App, Okta};
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::json;

use super::{assert_no_complaint, by_menu, operator, page, reachable_tenant};

/// "Okta SSO must already be configured and enabled": the metadata by upload, looked at and saved,
/// then SAML switched on.
async fn set_up_sso(chromium: &Chromium, tenant: &Tenant, idp: &ServedIdp) {
    by_menu(chromium, "General Settings").await;
    chromium.follow("Identity & Access").await;
    // What Okta is given.
    assert_eq!(chromium.text("#acs-url").await, tenant.acs_url());
    assert_eq!(chromium.text("#audience").await, tenant.audience());

    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("metadata.xml");
    std::fs::write(&file, idp.metadata_xml()).unwrap();
    chromium.upload("#metadata_file", &file).await;
    chromium.press("Check").await;
    chromium.sees("Nothing is saved yet.").await;
    chromium.sees(&idp.entity_id).await;
    chromium.press("Use this identity provider").await;
    chromium.sees("The identity provider is saved.").await;

    chromium.click_on("#enabled").await;
    chromium.press("Save SAML settings").await;
    chromium.sees("Saved.").await;
    chromium.sees("People sign in through").await;
}

/// "Step 1: Create a new Panther API token". Answers its value.
async fn create_token(chromium: &Chromium, tenant: &Tenant) -> String {
    let tokens = page(tenant, "/api-tokens");
    // "In the upper right corner of your Panther Console, click the gear icon. In the dropdown menu,
    // click API Tokens."
    by_menu(chromium, "API Tokens").await;
    // "click Create New Token"
    chromium.follow("Create New Token").await;
    // "Provide a Name, such as Panther-Okta-SCIM."
    chromium.fill("#name", "Panther-Okta-SCIM").await;
    // "Grant the token the ability to Manage Users"
    let inherent = "const box = document.getElementById('permission.UserRead'); return [box.checked, box.disabled];";
    assert_eq!(chromium.script(inherent).await, json!([false, false]));
    chromium.click_on("[id='permission.UserModify']").await;
    // "Note: Read User Info is an inherent permission from Manage Users."
    assert_eq!(
        chromium.script(inherent).await,
        json!([true, true]),
        "ticked and locked"
    );
    // "Click Create API Token."
    chromium.press("Create API Token").await;
    // "You will not be shown this token again after closing this page."
    chromium
        .sees("You will not be shown this token again")
        .await;
    let value = chromium.text("#token-value").await;
    assert!(value.starts_with("roster_"), "{value}");
    // "Copy the API token value"
    chromium.click_on("button[data-copy='token-value']").await;
    chromium.sees("Copied").await;

    // Neither reloading nor coming back creates another one, or shows the value again.
    chromium.reload().await;
    chromium.sees("Change the token").await;
    let body = chromium.text("body").await;
    assert!(!body.contains(&value), "shown once");
    chromium.follow("API Tokens").await;
    chromium.sees("Panther-Okta-SCIM").await;
    for _ in 0..2 {
        chromium.back().await;
        chromium.sees("Panther-Okta-SCIM").await;
        let source = chromium
            .script("return document.documentElement.outerHTML")
            .await;
        assert!(!source.as_str().unwrap().contains(&value), "shown once");
    }
    chromium.open(&tokens).await;
    let rows = "return document.querySelectorAll('tbody tr').length";
    assert_eq!(chromium.script(rows).await, 1);
    chromium.sees("Manage Users").await;
    value
}

/// "Step 2: Set up SCIM provisioning in your Panther Okta application": the Tenant URL, and the line
/// that says when Okta has tested it. Answers Okta's connector.
async fn connect_scim(chromium: &Chromium, tenant: &Tenant, token: &str) -> Okta {
    // "navigate to the General Settings page and select the Identity & Access tab. The Tenant URL is
    // in the SCIM Provisioning Setup section."
    by_menu(chromium, "General Settings").await;
    chromium.follow("Identity & Access").await;
    chromium.sees("SCIM Provisioning Setup").await;
    chromium
        .sees("Copy Tenant URL to your identity provider")
        .await;
    let tenant_url = chromium.text("#tenant-url").await;
    assert_eq!(tenant_url, format!("{}/scim/v2", tenant.public_url()));
    chromium.sees("Waiting for Okta's first request").await;

    // "Authorization: Paste the API token value" … "Click Save. Okta will verify the SCIM connection"
    let okta = Okta::new(tenant.scim_url(), App::Custom, token);
    okta.send("connector-test").await.scim(200);
    // Without reloading.
    chromium.sees("Connected: last request").await;
    chromium.sees("Okta SCIM Client 1.0.0").await;
    chromium.sees("with the API token Panther-Okta-SCIM").await;
    okta
}

/// Somebody signs in through Okta, in a browser of their own.
async fn sign_in(tenant: &Tenant, person: &Person) -> Chromium {
    let chromium = Chromium::start().await;
    chromium.open(&format!("{}/", tenant.public_url())).await;
    chromium.follow("Login with SSO").await;
    chromium.press(&ServedIdp::button(person)).await;
    chromium.at(&format!("{}/", tenant.public_url())).await;
    chromium
}

on_both_stores! {
    async fn an_administrator_sets_up_okta_and_a_person_comes_changes_and_leaves(backend: Backend) {
        let tenant = reachable_tenant(backend);
        let idp = OktaIdp::new().serve();
        let stranger = Chromium::start().await;
        stranger.open(&format!("{}/", tenant.public_url())).await;
        stranger.sees("Single sign-on (SAML) is not set up here yet").await;

        let admin = operator(&tenant).await;
        set_up_sso(&admin, &tenant, &idp).await;
        let token = create_token(&admin, &tenant).await;
        let okta = connect_scim(&admin, &tenant, &token).await;
        assert_no_complaint(&admin).await;

        // "Step 4: Assign users": Okta looks for Ada, who has not been here yet.
        let found = okta.send("lookup").await.scim(200);
        assert_eq!(found["totalResults"], 0, "{found}");
        // "Newly assigned users must complete their first Panther login via Okta SSO"
        let ada = Person::new("ada");
        idp.assign(&ada);
        let person = sign_in(&tenant, &ada).await;
        person.sees("You are signed in").await;
        person.sees("AnalystReadOnly").await;

        // The console knows her now: born at that sign-in, with the default role.
        by_menu(&admin, "Users").await;
        admin.fill("#search", "ADA").await;
        admin.press("Search").await;
        admin.follow("Ada Byron").await;
        admin.sees("End all sessions").await;
        admin.sees("User created automatically by SAML.").await;
        let id = admin.url().await.rsplit('/').next().unwrap().to_owned();

        // "Step 5": the role attribute, and a role for Ada. First mistyped …
        let refused = okta.push(&id, &json!({ "pantherRole": "ReadOnlyAnalyst" })).await.scim_error(400, Some("invalidValue"));
        assert!(refused.contains("Did you mean \"AnalystReadOnly\"?"), "{refused}");
        // … then right. It waits for the next sign-in.
        okta.push(&id, &json!({ "pantherRole": "Analyst", "name": { "givenName": "Augusta" } })).await.scim(200);
        admin.open(&page(&tenant, &format!("/users/{id}"))).await;
        admin.sees("AnalystReadOnly → Analyst at next sign-in").await;
        admin.sees("Augusta Byron").await;
        admin.sees("Okta keeps this user up to date").await;
        admin.sees("There is no role \"ReadOnlyAnalyst\"").await;
        person.reload().await;
        person.sees("AnalystReadOnly → Analyst at next sign-in").await;
        // "will not be reflected in Panther until the affected user(s) re-authenticate"
        person.open(&format!("{}/saml/login", tenant.public_url())).await;
        person.press(&ServedIdp::button(&ada)).await;
        person.at(&format!("{}/", tenant.public_url())).await;
        let role = "return [...document.querySelectorAll('dt')].find(dt => dt.textContent === 'Role').nextElementSibling.innerText";
        assert_eq!(person.script(role).await, "Analyst");

        // She leaves: unassigned in Okta, out at once.
        let user = okta.read(&id).await;
        okta.send_about("put-deactivate", &user).await.scim(200);
        person.reload().await;
        person.sees("You are not signed in.").await;
        let badge = |status: &str| {
            format!("return [...document.querySelectorAll('main .badge')].some(badge => badge.textContent === '{status}')")
        };
        admin.reload().await;
        admin.becomes("show her as deactivated", &badge("deactivated")).await;
        admin.sees("Not signed in anywhere.").await;
        // And comes back: the same account.
        okta.send_about("put-reactivate", &user).await.scim(200);
        admin.reload().await;
        admin.becomes("show her as active", &badge("active")).await;

        // All of it stands in the audit log, with what was before and after.
        by_menu(&admin, "Audit Log").await;
        admin.choose("#action", "UPDATE_USER").await;
        admin.fill("#target", "ada@example.com").await;
        admin.press("Filter").await;
        let filtered = "const actions = [...document.querySelectorAll('code.action')]; \
            return actions.length > 0 && actions.every(action => action.textContent === 'UPDATE_USER')";
        admin.becomes("show changes alone", filtered).await;
        admin.sees("User updated by SCIM.").await;
        admin.sees("pendingRole").await;
        assert_no_complaint(&admin).await;

        // The token's last use is written down within seconds.
        by_menu(&admin, "API Tokens").await;
        let mut tries = 0;
        while !admin.text("tbody").await.contains("127.0.0.1") {
            tries += 1;
            assert!(tries < 60, "the token was used");
            tokio::time::sleep(Duration::from_millis(500)).await;
            admin.reload().await;
        }
        admin.click_on(".menu > summary").await;
        admin.click_on(".menu form button").await;
        admin.sees("You are signed out").await;
        admin.open(&page(&tenant, "/users")).await;
        admin.sees("Login with SSO").await;
    }
}
