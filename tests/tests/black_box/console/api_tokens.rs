//! API Tokens: created by a form, shown once, listed, changed, rotated and revoked; and what of it
//! nobody can do who has fewer permissions.

use std::time::Duration;

use roster_tests::Backend;
use roster_tests::client::{Answer, Client};
use roster_tests::console::{Console, Page};
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::json;
use time::{Duration as Days, OffsetDateTime};

use super::people::{Company, text, user_id};

/// What the SCIM API answers to a token: the users, or that it is unknown.
async fn scim(tenant: &Tenant, value: &str) -> Answer {
    let client = Client::new(tenant.scim_url()).with_token(value);
    client.get("/Users?count=0").await
}

/// Creates a token that may manage users. Answers the page with its value.
async fn create(console: &Console, name: &str) -> Page {
    let form = console.open("/api-tokens/new").await.is_fine();
    let form = form.form("/api-tokens/new").set("name", name);
    let page = form.tick("permission.UserModify").send(console).await;
    page.is_fine()
}

/// The path of the token whose value a page shows, below the console's.
fn path_of(page: &Page) -> String {
    let address = page.attributes("[data-address]", "data-address").remove(0);
    address.split_once("/console").unwrap().1.to_owned()
}

/// The list's row of that token.
async fn row(console: &Console, name: &str) -> String {
    let list = console.open("/api-tokens").await.is_fine();
    let rows = list.all("tbody tr").into_iter();
    let mut named = rows.filter(|row| row.starts_with(name));
    let row = named.next();
    row.unwrap_or_else(|| panic!("no row {name}: {}", list.text()))
}

/// The day that is so many from now, as a form has it, and as a page shows it.
fn day_in(days: i64) -> (String, String) {
    let day = (OffsetDateTime::now_utc() + Days::days(days)).date();
    let shown = format!("{} {} {}", day.day(), day.month(), day.year());
    (day.to_string(), shown)
}

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

    async fn the_list_tells_what_whose_since_when_and_when_last(backend: Backend) {
        let company = Company::new(backend).await;
        let admin = company.person("ada", "Admin").await;
        let form = admin.open("/api-tokens/new").await.is_fine().form("/api-tokens/new");
        let form = form.set("name", "okta").tick("permission.UserModify").tick("permission.AuditLogRead").tick("permission.AlertRead");
        let value = form.set("expires", "365").send(&admin).await.is_fine().value("token-value");
        let record = company.latest("CREATE_API_TOKEN").await;
        assert_eq!(record["actor"], json!({ "type": "USER", "id": user_id(&admin).await, "name": "ada@example.com" }));

        let before = row(&admin, "okta").await;
        for said in ["Manage Users", "Read Audit Log", "1 permission of the application", "by ada@example.com", "Never"] {
            assert!(before.contains(said), "no {said:?} in: {before}");
        }
        assert!(!before.contains("Read User Info"), "inherent, so not worth a line: {before}");
        let (created, expires) = (day_in(0).1, day_in(365).1);
        assert!(before.contains(&created) && before.contains(&expires), "{created}, {expires}: {before}");

        scim(&company.tenant, &value).await.scim(200);
        // The last use is written down every few seconds.
        let mut tries = 0;
        while !row(&admin, "okta").await.contains("from 127.0.0.1") {
            tries += 1;
            assert!(tries < 120, "{}", row(&admin, "okta").await);
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        assert!(!row(&admin, "okta").await.contains("Never"));
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
        for (day, field) in [("", "expires_on"), ("2027-02-30", "expires_on"), (yesterday.as_str(), "expires")] {
            let form = console.open("/api-tokens/new").await.is_fine().form("/api-tokens/new");
            let form = form.set("name", "okta").set("expires", "day").set("expires_on", day);
            let page = form.send(&console).await.is(422);
            assert!(page.problem(field).is_some(), "{day}: {}", page.text());
            assert_eq!(page.form("/api-tokens/new").value("expires_on"), Some(day));
        }
        assert!(console.open("/api-tokens").await.says("There is no API token yet."));
    }

    async fn nobody_gives_a_token_more_than_they_have(backend: Backend) {
        let company = Company::new(backend).await;
        let maker = company.person_with("maker", &["OrganizationAPITokenModify", "AlertRead"]).await;
        let page = maker.open("/api-tokens/new").await.is_fine();
        let form = page.form("/api-tokens/new");
        for (permission, offered) in [
            ("OrganizationAPITokenModify", true), ("OrganizationAPITokenRead", true), ("AlertRead", true),
            ("UserModify", false), ("UserRead", false), ("AuditLogRead", false), ("AlertModify", false),
        ] {
            assert_eq!(form.has(&format!("permission.{permission}")), offered, "{permission}");
        }
        let forged = form.set("name", "forged").with("permission.UserModify", "on").send(&maker).await.is(422);
        let problem = forged.problem("permissions").unwrap_or_else(|| panic!("{}", forged.text()));
        assert!(problem.contains("UserModify"), "{problem}");
        assert_eq!(forged.form("/api-tokens/new").value("name"), Some("forged"));
        assert!(!maker.open("/api-tokens").await.is_fine().says("forged"));
        assert_eq!(company.tenant.audit("CREATE_API_TOKEN", "FAILED").await.len(), 1);

        // A stronger token of somebody else's is neither rotated by them nor given more.
        let (id, value) = company.token("strong", &["UserModify"]).await;
        let path = format!("/api-tokens/{id}/rotate");
        let form = maker.open(&path).await.is_fine().form(&path).set("overlap", "0");
        let _ = form.send(&maker).await.is(422).saying("UserModify");
        scim(&company.tenant, &value).await.scim(200);
        let allowed = maker.open("/api-tokens/new").await.is_fine().form("/api-tokens/new");
        let _ = allowed.set("name", "fair").tick("permission.AlertRead").send(&maker).await.is_fine();
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
        assert!(row(&admin, "Okta production").await.contains("Never"));
    }
}

#[tokio::test]
async fn whoever_may_only_look_is_offered_nothing_else() {
    let company = Company::new(Backend::Sqlite).await;
    let (id, _) = company.token("okta", &["UserModify"]).await;
    let reader = company
        .person_with("reader", &["OrganizationAPITokenRead"])
        .await;
    let list = reader.open("/api-tokens").await.is_fine().saying("okta");
    let token = reader.open(&format!("/api-tokens/{id}")).await.is_fine();
    for page in [list, token] {
        for offered in ["Create New Token", "Rotate", "Revoke", "Save"] {
            assert!(!page.offers(offered), "{}: {offered}", page.address);
        }
    }
    let _ = reader.open("/api-tokens/new").await.is(403);
    for (path, fields) in [
        (format!("/api-tokens/{id}"), vec![("name", "mine")]),
        (format!("/api-tokens/{id}/rotate"), vec![("overlap", "0")]),
        (format!("/api-tokens/{id}/revoke"), vec![]),
        ("/api-tokens/new".to_owned(), vec![("name", "mine")]),
    ] {
        let refused = reader.post(&path, &fields).await.is(403);
        assert!(refused.says("Manage API Tokens"), "{}", refused.text());
    }
}

#[tokio::test]
async fn the_guide_opens_the_form_filled_in_for_okta() {
    let tenant = Tenant::new(Backend::Sqlite);
    let console = Console::operator(&tenant).await;
    let settings = console.open("/settings/identity").await.is_fine();
    let page = console.visit(&settings.link("Create an API token")).await;
    let form = page.is_fine().form("/api-tokens/new");
    assert_eq!(form.value("name"), Some("Okta-SCIM"));
    assert_eq!(form.value("permission.UserModify"), Some("on"));
    assert_eq!(form.value("permission.AuditLogRead"), None);
}
