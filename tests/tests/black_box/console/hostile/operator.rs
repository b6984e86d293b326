//! All that an operator does in a break-glass session is written down as the operator's, with the
//! address that it came from; what is refused too.

use std::collections::BTreeMap;

use roster_tests::console::Console;
use roster_tests::on_both_stores;
use serde_json::{Value, json};

use super::super::people::{Company, provider, text, user_id};
use super::form;

/// Fills in a form and sends it; it must be carried out.
async fn save(console: &Console, page: &str, path: &str, fields: &[(&str, &str)]) {
    let form = form(console, page, path).await;
    let form = fields
        .iter()
        .fold(form, |form, (name, value)| form.set(name, value));
    let _ = form.send(console).await.is_fine();
}

/// Every action of the console, once.
async fn everything(console: &Console, company: &Company) {
    let identity = "/settings/identity";
    for (path, fields) in [
        ("/settings/identity/saml", &[("role_attribute", "Role")][..]),
        (
            "/settings/identity/scim",
            &[("scim_role_attribute", "acmeRole")],
        ),
        ("/settings/identity/default-role", &[("role", "Analyst")]),
    ] {
        save(console, identity, path, fields).await;
    }
    let metadata = provider().metadata_xml();
    let fields = [("metadata_document", metadata.as_str()), ("intent", "save")];
    assert_eq!(
        console
            .post("/settings/identity/metadata", &fields)
            .await
            .status,
        303
    );
    let remove = "/settings/identity/provider/remove";
    save(console, remove, remove, &[]).await;

    save(
        console,
        "/roles/new",
        "/roles/new",
        &[("name", "Responder")],
    )
    .await;
    let role = format!("/roles/{}", company.role_id("Responder").await);
    save(console, &role, &role, &[("name", "First responder")]).await;
    let delete = format!("{role}/delete");
    save(console, &delete, &delete, &[]).await;

    save(
        console,
        "/api-tokens/new",
        "/api-tokens/new",
        &[("name", "okta")],
    )
    .await;
    let tokens = company.tenant.api().get("/api-tokens").await.api(200);
    let mut tokens = tokens["items"].as_array().unwrap().iter();
    let token = tokens.find(|token| token["name"] == "okta").unwrap();
    let token = format!("/api-tokens/{}", text(&token["id"]));
    save(console, &token, &token, &[("name", "Okta")]).await;
    for last in ["rotate", "revoke"] {
        let path = format!("{token}/{last}");
        save(console, &path, &path, &[]).await;
    }
}

/// Everything that can be done to a user, once.
async fn everything_to(console: &Console, user: &str) {
    let user = format!("/users/{user}");
    save(console, &user, &user, &[("given_name", "Augusta")]).await;
    save(console, &user, &format!("{user}/sessions/end"), &[]).await;
    for last in ["unbind", "deactivate"] {
        let path = format!("{user}/{last}");
        save(console, &path, &path, &[]).await;
    }
    save(console, &user, &format!("{user}/reactivate"), &[]).await;
}

on_both_stores! {
    async fn every_action_is_the_operator_s(backend: Backend) {
        let company = Company::new(backend).await;
        let ada = user_id(&company.person("ada", "Analyst").await).await;
        let console = company.operator().await;
        let records = async || -> Vec<Value> {
            let log = company.tenant.api().query("/audit-log", &[("limit", "200")]).await.api(200);
            log["items"].as_array().unwrap().clone()
        };
        let before = records().await.len();
        everything(&console, &company).await;
        everything_to(&console, &ada).await;
        let nobody = "/users/0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60/deactivate";
        let _ = console.post(nobody, &[]).await.is(404);

        let records = records().await;
        let done = &records[..records.len() - before];
        let mut actions = BTreeMap::new();
        for record in done {
            assert_eq!(record["actor"]["type"], "OPERATOR", "{record}");
            assert!(text(&record["actor"]["name"]).contains("break-glass"), "{record}");
            assert_eq!(record["sourceIp"], "127.0.0.1", "{record}");
            let key = format!("{} {}", text(&record["actionName"]), text(&record["actionResult"]));
            *actions.entry(key).or_insert(0) += 1;
        }
        let expected = json!({
            "UPDATE_SAML_SETTINGS SUCCEEDED": 3, "UPDATE_GENERAL_SETTINGS SUCCEEDED": 2,
            "CREATE_USER_ROLE SUCCEEDED": 1, "UPDATE_USER_ROLE SUCCEEDED": 1, "DELETE_USER_ROLE SUCCEEDED": 1,
            "CREATE_API_TOKEN SUCCEEDED": 1, "UPDATE_API_TOKEN SUCCEEDED": 1, "ROTATE_API_TOKEN SUCCEEDED": 1, "DELETE_API_TOKEN SUCCEEDED": 1,
            "UPDATE_USER SUCCEEDED": 4, "SIGN_OUT SUCCEEDED": 1, "UPDATE_USER FAILED": 1,
        });
        assert_eq!(json!(actions), expected);
        // The page says so too.
        let page = console.open("/audit-log?by=OPERATOR&action=UPDATE_USER").await.is_fine();
        assert!(page.all("p.who-what").iter().all(|who| who.starts_with("By operator break-glass")), "{}", page.text());
        assert_eq!(page.all("li.record").len(), 5);
    }
}
