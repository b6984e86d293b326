//! A token is changed without another value, gets another value with or without an overlap, and ends
//! after a question.

use roster_tests::client::Client;
use roster_tests::console::{Console, Page};
use roster_tests::on_both_stores;
use serde_json::json;

use super::super::people::{Company, text};
use super::{path_of, scim};

/// Creates a token that may manage users. Answers the page with its value.
async fn create(console: &Console, name: &str) -> Page {
    let form = console.open("/api-tokens/new").await.is_fine();
    let form = form.form("/api-tokens/new").set("name", name);
    let page = form.tick("permission.UserModify").send(console).await;
    page.is_fine()
}

on_both_stores! {
    async fn a_change_keeps_the_value(backend: Backend) {
        let company = Company::new(backend).await;
        let admin = company.person("ada", "Admin").await;
        let page = create(&admin, "okta").await;
        let (path, value) = (path_of(&page), page.value("token-value"));
        let form = admin.open(&path).await.is_fine().form(&path);
        let form = form.set("name", "Okta production").untick("permission.UserModify").set("networks", "127.0.0.1").set("expires", "90");
        let saved = form.send(&admin).await.is_fine().saying("Saved.");
        assert_eq!(saved.all("h1"), ["Okta production"]);
        let client = Client::new(company.tenant.scim_url()).with_token(&value);
        client.get("/Users?count=0").await.scim(200);
        let forbidden = client.put("/Users/0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60", &json!({})).await;
        forbidden.scim_error(403, None);
        let record = company.latest("UPDATE_API_TOKEN").await;
        let changed: Vec<_> = record["changes"].as_array().unwrap().iter().map(|change| text(&change["attribute"])).collect();
        assert_eq!(changed, ["name", "permissions", "allowedNetworks", "expiresAt"], "{record}");

        // As it stands there, nothing is left to change, and the expiry is not moved.
        let expiry = company.tenant.api().get(&path).await.api(200)["expiresAt"].clone();
        let form = admin.open(&path).await.is_fine().form(&path);
        assert_eq!(form.value("expires"), Some("keep"));
        let _ = form.send(&admin).await.is_fine().saying("Saved.");
        let token = company.tenant.api().get(&path).await.api(200);
        assert_eq!((&token["expiresAt"], &token["version"]), (&expiry, &json!(2)));
        let form = admin.open(&path).await.is_fine().form(&path).set("expires", "never");
        let _ = form.send(&admin).await.is_fine();
        assert_eq!(company.tenant.api().get(&path).await.api(200).get("expiresAt"), None);
        // As that of whoever looks at it.
        assert_eq!(admin.open("/api-tokens").await.is_fine().all("td[data-label='Expires']"), ["Never"; 2]);
    }

    async fn the_same_form_rotates_once_and_a_second_one_says_what_it_ends(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let (id, first) = company.token("okta", &["UserModify"]).await;
        let path = format!("/api-tokens/{id}/rotate");
        let form = console.open(&path).await.is_fine().form(&path).set("overlap", "86400");
        let second = form.clone().send(&console).await.is_fine().value("token-value");
        // Sent again, by reloading.
        let late = form.send(&console).await.is(409).saying("so it was not rotated now");
        for value in [&first, &second] {
            scim(&company.tenant, value).await.scim(200);
        }
        let _ = late.saying("An older value still works until").saying("Rotating again ends it now");
    }

    async fn a_rotated_token_overlaps_as_long_as_was_chosen(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let (id, first) = company.token("okta", &["UserModify"]).await;
        let path = format!("/api-tokens/{id}/rotate");
        let rotate = async |overlap: &str| {
            let form = console.open(&path).await.is_fine().form(&path).set("overlap", overlap);
            form.send(&console).await.is_fine()
        };
        let page = rotate("3600").await.saying("The old value still works until");
        let second = page.value("token-value");
        assert_ne!(first, second);
        scim(&company.tenant, &first).await.scim(200);
        scim(&company.tenant, &second).await.scim(200);
        let token = console.open(&format!("/api-tokens/{id}")).await.is_fine();
        assert!(token.says("Works until") && !token.html.contains(&second), "{}", token.text());

        let third = rotate("0").await.value("token-value");
        scim(&company.tenant, &first).await.scim_error(401, None);
        scim(&company.tenant, &second).await.scim_error(401, None);
        scim(&company.tenant, &third).await.scim(200);
        let record = company.latest("ROTATE_API_TOKEN").await;
        assert_eq!((&record["actor"]["type"], text(&record["target"]["id"])), (&json!("OPERATOR"), id.clone()));

        for (overlap, says) in [("604801", "at most 168 hours"), ("-1", "not one of those offered"), ("", "not one of those offered")] {
            let form = console.open(&path).await.is_fine().form(&path).set("overlap", overlap);
            let page = form.send(&console).await.is(422);
            assert!(page.problem("overlap").is_some_and(|problem| problem.contains(says)), "{overlap}: {}", page.text());
        }
        scim(&company.tenant, &third).await.scim(200);
    }

    async fn revoking_asks_first_and_then_the_token_is_unknown(backend: Backend) {
        let company = Company::new(backend).await;
        let admin = company.person("ada", "Admin").await;
        let (id, value) = company.token("okta", &["UserModify"]).await;
        let path = format!("/api-tokens/{id}/revoke");
        let list = admin.open("/api-tokens").await.is_fine();
        let links = list.attributes("a[aria-label='Revoke okta']", "href");
        let question = admin.visit(&links[0]).await.is_fine();
        let question = question.saying("What stops working").saying("Okta's provisioning, if it uses this token.");
        scim(&company.tenant, &value).await.scim(200);

        let done = question.saying("Manage Users").form(&path).send(&admin).await.is_fine();
        let done = done.saying("The API token is revoked.");
        assert!(!done.all("tbody th").contains(&"okta".to_owned()), "{}", done.text());
        scim(&company.tenant, &value).await.scim_error(401, None);
        for gone in [format!("/api-tokens/{id}"), path] {
            let _ = admin.open(&gone).await.is(404).saying("There is no such API token here.");
        }
        let record = company.latest("DELETE_API_TOKEN").await;
        assert_eq!((&record["actor"]["name"], text(&record["target"]["id"])), (&json!("ada@example.com"), id));
    }
}
