//! A token is created by a form. Its value is shown once, and works at once.

use roster_tests::Backend;
use roster_tests::console::Console;
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::json;

use super::{day_in, path_of, scim};

on_both_stores! {
    async fn a_token_is_shown_once_and_works_at_once(backend: Backend) {
        let tenant = Tenant::new(backend);
        let console = Console::operator(&tenant).await;
        let empty = console.open("/api-tokens").await.is_fine();
        assert!(empty.says("There is no API token yet."), "{}", empty.text());
        let form = console.visit(&empty.link("Create New Token")).await.is_fine().form("/api-tokens/new");
        // Without the script nobody ticks what is inherent.
        let form = form.set("name", "Panther-Okta-SCIM").tick("permission.UserModify").untick("permission.UserRead");
        let page = form.send(&console).await.is_fine().saying("You will not be shown this token again");
        let value = page.value("token-value");
        assert!(value.starts_with("roster_") && value.len() > 40, "{value}");
        scim(&tenant, &value).await.scim(200);
        assert_eq!(page.value("tenant-url"), format!("{}/scim/v2", tenant.public_url()));

        let records = tenant.audit("CREATE_API_TOKEN", "SUCCEEDED").await;
        let record = records.iter().find(|record| record["target"]["name"] == "Panther-Okta-SCIM").unwrap();
        assert_eq!(record["actor"]["type"], "OPERATOR", "{record}");
        let permissions = record["changes"].as_array().unwrap().iter().find(|change| change["attribute"] == "permissions");
        assert_eq!(permissions.unwrap()["after"], json!(["UserModify", "UserRead"]), "{record}");

        let path = path_of(&page);
        let token = console.open(&path).await.is_fine();
        let form = token.form(&path);
        assert_eq!((form.value("permission.UserModify"), form.value("permission.UserRead")), (Some("on"), Some("on")));
        let further = [format!("{path}/rotate"), format!("{path}/revoke"), "/api-tokens".to_owned(), "/audit-log".to_owned()];
        for page in further.iter().chain([&path]) {
            let page = console.open(page).await.is_fine();
            assert!(page.says("Panther-Okta-SCIM") && !page.html.contains(&value), "{}", page.address);
        }
        assert!(!tenant.server.logs().contains(&value));
    }

    async fn an_expiry_and_networks_hold(backend: Backend) {
        let tenant = Tenant::new(backend);
        let console = Console::operator(&tenant).await;
        let (last_day, _) = day_in(40);
        let midnight = format!("{}T00:00:00Z", day_in(41).0);
        for (choice, day, networks, expires) in [
            ("never", "", "", None),
            ("30", "", "127.0.0.0/8", Some(day_in(30).0)),
            ("90", "", "127.0.0.1\r\n2001:db8::/32\r\n", Some(day_in(90).0)),
            ("day", last_day.as_str(), "::1\r\n 127.0.0.1 ", Some(midnight)),
        ] {
            let form = console.open("/api-tokens/new").await.is_fine().form("/api-tokens/new");
            let form = form.set("name", "okta").tick("permission.UserRead").set("expires", choice);
            let page = form.set("expires_on", day).set("networks", networks).send(&console).await.is_fine();
            scim(&tenant, &page.value("token-value")).await.scim(200);
            let token = tenant.api().get(&path_of(&page)).await.api(200);
            let found = token["expiresAt"].as_str().unwrap_or_default();
            assert!(found.starts_with(expires.as_deref().unwrap_or("")) && found.is_empty() == expires.is_none(), "{choice}: {token}");
            let of = token["allowedNetworks"].as_array().unwrap().len();
            assert_eq!(of, networks.split_whitespace().count(), "{token}");
        }
        let form = console.open("/api-tokens/new").await.is_fine().form("/api-tokens/new");
        let form = form.set("name", "elsewhere").tick("permission.UserRead").set("networks", "192.0.2.0/24\n2001:db8::/32");
        let page = form.send(&console).await.is_fine();
        scim(&tenant, &page.value("token-value")).await.scim_error(403, None);
        let path = path_of(&page);
        let page = console.open(&path).await.is_fine().saying("192.0.2.0/24").saying("2001:db8::/32");
        assert_eq!(page.form(&path).value("networks"), Some("192.0.2.0/24\n2001:db8::/32"));
    }

    async fn what_cannot_be_is_refused_beside_its_field(backend: Backend) {
        let tenant = Tenant::new(backend);
        let console = Console::operator(&tenant).await;
        let (yesterday, _) = day_in(-1);
        for (field, value, says) in [
            ("name", "  ", "must not be empty"),
            ("networks", "10.0.0.0/8\nexample.com", "\"example.com\" is not a network"),
            ("networks", "10.0.0.0/33", "\"10.0.0.0/33\" is not a network"),
            ("expires", "soon", "not one of those offered"),
            ("other_permissions", "report export", "not a permission's name"),
        ] {
            let form = console.open("/api-tokens/new").await.is_fine().form("/api-tokens/new");
            let form = form.set("name", "okta").tick("permission.UserModify").set("networks", "10.0.0.0/8").set(field, value);
            let page = form.send(&console).await.is(422);
            let problem = page.problem(field).unwrap_or_else(|| panic!("{field}: {}", page.text()));
            assert!(problem.contains(says), "{problem}");
            let form = page.form("/api-tokens/new");
            assert_eq!(form.value(field), Some(value), "what was typed is kept");
            assert_eq!(form.value("permission.UserModify"), Some("on"));
        }
        for day in ["", "2027-02-30", yesterday.as_str()] {
            let form = console.open("/api-tokens/new").await.is_fine().form("/api-tokens/new");
            let form = form.set("name", "okta").set("expires", "day").set("expires_on", day);
            let page = form.send(&console).await.is(422);
            assert!(page.problem("expires_on").is_some(), "{day}: {}", page.text());
            assert_eq!(page.form("/api-tokens/new").value("expires_on"), Some(day));
        }
        // Who gives a last day does not want a token that works for ever.
        let form = console.open("/api-tokens/new").await.is_fine().form("/api-tokens/new");
        let page = form.set("name", "okta").set("expires_on", "2999-01-31").send(&console).await.is(422);
        assert!(page.problem("expires_on").is_some(), "{}", page.text());
        assert!(console.open("/api-tokens").await.says("There is no API token yet."));
    }
}

#[tokio::test]
async fn the_guide_opens_the_form_filled_in_for_okta() {
    let tenant = Tenant::new(Backend::Sqlite);
    let console = Console::operator(&tenant).await;
    let settings = console.open("/settings/identity").await.is_fine();
    let page = console.visit(&settings.link("Create an API token")).await;
    let form = page.is_fine().form("/api-tokens/new");
    assert_eq!(form.value("name"), Some("Panther-Okta-SCIM"));
    assert_eq!(form.value("permission.UserModify"), Some("on"));
    assert_eq!(form.value("permission.AuditLogRead"), None);
}
