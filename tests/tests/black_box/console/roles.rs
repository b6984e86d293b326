//! Roles: listed with how many people have them, created, renamed, given other permissions, and
//! deleted once nobody needs them any more.

use roster_tests::Backend;
use roster_tests::console::{Console, Page};
use roster_tests::idp::Person;
use roster_tests::on_both_stores;
use roster_tests::tenant::GOVERNING;
use serde_json::{Value, json};

use super::people::{Company, text};

/// The list's row of that role.
async fn row(console: &Console, name: &str) -> String {
    let list = console.open("/roles").await.is_fine();
    let row = list.all("tbody tr").into_iter();
    let mut named = row.filter(|row| row.split(' ').next() == Some(name));
    let row = named.next();
    row.unwrap_or_else(|| panic!("no row {name}: {}", list.text()))
}

/// The role as the management API shows it.
async fn role(company: &Company, id: &str) -> Value {
    let api = company.tenant.api();
    api.get(&format!("/roles/{id}")).await.api(200)
}

async fn open(console: &Console, id: &str) -> Page {
    console.open(&format!("/roles/{id}")).await.is_fine()
}

on_both_stores! {
    async fn the_list_counts_the_people_of_each(backend: Backend) {
        let company = Company::new(backend).await;
        let tenant = &company.tenant;
        let console = company.operator().await;
        let [ada, grace] = ["ada", "grace"].map(|name| tenant.user(name, "Analyst"));
        tenant.scim().put(&format!("/Users/{grace}"), &json!({ "pantherRole": "Admin" })).await.scim(200);
        tenant.scim().put(&format!("/Users/{ada}"), &json!({ "active": false })).await.scim(200);
        assert_eq!(row(&console, "Analyst").await, "Analyst 2 users 18 permissions of the application");
        let admin = row(&console, "Admin").await;
        assert!(admin.starts_with("Admin keeps every permission 0 users, 1 waiting for it Read Audit Log"), "{admin}");
        let reader = row(&console, "AnalystReadOnly").await;
        assert!(reader.starts_with("AnalystReadOnly default 0 users"), "{reader}");
        let page = open(&console, &company.role_id("Admin").await).await.saying("0 users, 1 waiting for it");
        let people = console.visit(&page.link("0 users, 1 waiting for it")).await.is_fine();
        assert_eq!(people.all("tbody th"), ["Grace Byron"]);
    }

    async fn a_role_is_created_with_any_permission(backend: Backend) {
        let company = Company::new(backend).await;
        let admin = company.person("ada", "Admin").await;
        let list = admin.open("/roles").await.is_fine();
        let form = admin.visit(&list.link("Create New Role")).await.is_fine().form("/roles/new");
        let form = form.set("name", "  Responder ").tick("permission.UserModify").tick("permission.AlertRead");
        let created = form.set("other_permissions", "ReportExport\r\n\r\n LabUse2 ").send(&admin).await.is_fine();
        let created = created.saying("The role is created.");
        assert_eq!(created.all("h1"), ["Responder"]);
        let id = company.role_id("Responder").await;
        let permissions = json!(["AlertRead", "LabUse2", "ReportExport", "UserModify", "UserRead"]);
        assert_eq!(role(&company, &id).await["permissions"], permissions);
        let form = created.form(&format!("/roles/{id}"));
        assert_eq!(form.value("other_permissions"), Some("LabUse2\nReportExport"));
        assert_eq!((form.value("permission.UserRead"), form.value("permission.AlertModify")), (Some("on"), None));
        let record = company.latest("CREATE_USER_ROLE").await;
        assert_eq!((&record["actor"]["name"], &record["target"]["name"]), (&json!("ada@example.com"), &json!("Responder")));
        // Whoever has it holds them at once.
        let session = company.person("grace", "Responder").await.browser.session().await.api(200);
        assert_eq!(session["permissions"], permissions);

        let form = admin.open(&format!("/roles/{id}")).await.is_fine().form(&format!("/roles/{id}"));
        let form = form.untick("permission.UserModify").untick("permission.UserRead").set("other_permissions", "LabUse2");
        let _ = form.tick("permission.AuditLogRead").send(&admin).await.is_fine().saying("Saved.");
        assert_eq!(role(&company, &id).await["permissions"], json!(["AlertRead", "AuditLogRead", "LabUse2"]));
    }

    async fn a_name_that_is_taken_is_refused_beside_the_field(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        for (name, says) in [
            ("ANALYST", "ANALYST"), (" admin ", "admin"), ("", "must not be empty"), ("An\u{200b}alyst", "invisible character"),
        ] {
            let form = console.open("/roles/new").await.is_fine().form("/roles/new").set("name", name);
            let page = form.tick("permission.AlertRead").send(&console).await.is(422);
            let problem = page.problem("name").unwrap_or_default();
            assert!(problem.contains(says), "{name}: {problem}");
            let form = page.form("/roles/new");
            assert_eq!((form.value("name"), form.value("permission.AlertRead")), (Some(name), Some("on")), "kept");
        }
        let id = company.role_id("AnalystReadOnly").await;
        let path = format!("/roles/{id}");
        let page = open(&console, &id).await.form(&path).set("name", "analyst").send(&console).await.is(422);
        assert!(page.problem("name").is_some_and(|problem| problem.contains("analyst")), "{}", page.text());
        // Its own name in other letters is free.
        let saved = open(&console, &id).await.form(&path).set("name", "ANALYSTREADONLY").send(&console).await.is_fine();
        assert_eq!(saved.all("h1"), ["ANALYSTREADONLY"]);
        for bad in ["report export", "reportExport", "Ünicode"] {
            let form = console.open("/roles/new").await.is_fine().form("/roles/new").set("name", "New");
            let page = form.set("other_permissions", bad).send(&console).await.is(422);
            assert!(page.problem("other_permissions").is_some_and(|problem| problem.contains(bad)), "{}", page.text());
        }
        assert_eq!(console.open("/roles").await.is_fine().all("tbody tr").len(), 3);
    }

    async fn once_renamed_okta_s_old_name_is_refused(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let id = company.role("Responder", &["AlertRead"]).await;
        let person = company.person("ada", "Responder").await;
        let page = open(&console, &id).await.saying("Okta's updates and sign-ins that still say \" Responder \" are refused");
        let form = page.form(&format!("/roles/{id}")).set("name", "First responder");
        let _ = form.send(&console).await.is_fine().saying("Saved.");
        assert_eq!(person.browser.session().await.api(200)["role"], "First responder");

        let update = json!({ "pantherRole": "Responder" });
        let grace = company.tenant.user("grace", "Analyst");
        let refused = company.tenant.scim().put(&format!("/Users/{grace}"), &update).await.scim_error(400, Some("invalidValue"));
        assert!(refused.contains("There is no role \"Responder\""), "{refused}");
        let browser = roster_tests::browser::Browser::new(&company.tenant);
        let refused = browser.sign_in(&company.idp, &Person::new("ada").role("Responder")).await.refused();
        assert!(refused.page.contains("First responder"), "{}", refused.page);
        let _ = company.person("ada", "first RESPONDER").await;
    }

    async fn the_admin_role_keeps_every_permission(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let id = company.role_id("Admin").await;
        let path = format!("/roles/{id}");
        let before = role(&company, &id).await;
        let page = open(&console, &id).await.saying("it keeps every permission and can't be deleted");
        assert!(!page.offers("Delete role"));
        for permission in GOVERNING.iter().chain(&["AlertRead"]) {
            let mut form = page.form(&path).untick(&format!("permission.{permission}"));
            // What is inherent comes back with what it is inherent in.
            if let Some(subject) = permission.strip_suffix("Read").filter(|_| form.has(&format!("permission.{}Modify", permission.trim_end_matches("Read")))) {
                form = form.untick(&format!("permission.{subject}Modify"));
            }
            let refused = form.set("name", "Owner").send(&console).await.is(422);
            assert!(refused.problem("permissions").is_some_and(|problem| problem.contains("keeps every permission")), "{permission}");
            assert_eq!(refused.form(&path).value("name"), Some("Owner"), "kept");
        }
        let refused = console.post(&format!("{path}/delete"), &[]).await.is(409);
        let _ = refused.saying("keeps every permission and can't be deleted");
        assert_eq!(role(&company, &id).await, before);
        let renamed = page.form(&path).set("name", "Owner").send(&console).await.is_fine();
        assert_eq!(renamed.all("h1"), ["Owner"]);
        let after = role(&company, &id).await;
        assert_eq!((&after["isAdmin"], &after["permissions"]), (&json!(true), &before["permissions"]));
    }

    async fn a_role_goes_when_nobody_needs_it_any_more(backend: Backend) {
        let company = Company::new(backend).await;
        let tenant = &company.tenant;
        let console = company.operator().await;
        let id = company.role("Responder", &[]).await;
        let path = format!("/roles/{id}/delete");
        let [ada, grace] = ["ada", "grace"].map(|name| tenant.user(name, if name == "ada" { "Responder" } else { "Analyst" }));
        tenant.scim().put(&format!("/Users/{ada}"), &json!({ "active": false })).await.scim(200);
        tenant.scim().put(&format!("/Users/{grace}"), &json!({ "pantherRole": "Responder" })).await.scim(200);
        for page in [console.open(&path).await.is(409), console.post(&path, &[]).await.is(409)] {
            assert!(!page.offers("Delete role"), "{}", page.text());
            assert_eq!(page.all("#who ~ ul li"), ["Ada Byron (deactivated)", "Grace Byron (waits for it)"]);
            assert!(console.visit(&page.link("Grace Byron")).await.is_fine().address.ends_with(&grace));
        }
        for (user, chosen) in [(&ada, "Analyst"), (&grace, "Analyst")] {
            let user = format!("/users/{user}");
            let form = console.open(&user).await.is_fine().form(&user).set("role", chosen);
            let _ = form.send(&console).await.is_fine();
        }

        // As the default role, it is needed too.
        let settings = json!({ "defaultRole": "Responder" });
        tenant.api().patch("/settings", &settings).await.api(200);
        let refused = console.post(&path, &[]).await.is(409);
        let _ = refused.saying("the default role for people who sign in without one");
        tenant.api().patch("/settings", &json!({ "defaultRole": "Analyst" })).await.api(200);

        let page = open(&console, &id).await;
        let question = console.visit(&page.link("Delete role")).await.is_fine().saying("Nobody has the role");
        let done = question.form(&path).send(&console).await.is_fine().saying("The role is deleted.");
        assert_eq!(done.all("tbody tr").len(), 3, "{}", done.text());
        for gone in [format!("/roles/{id}"), path] {
            let _ = console.open(&gone).await.is(404).saying("There is no such role here.");
        }
        assert_eq!(text(&company.latest("DELETE_USER_ROLE").await["target"]["id"]), id);
    }
}

#[tokio::test]
async fn whoever_may_only_look_sees_what_each_may_do() {
    let company = Company::new(Backend::Sqlite).await;
    let reader = company.person_with("reader", &["UserRead"]).await;
    assert!(
        !reader
            .open("/roles")
            .await
            .is_fine()
            .offers("Create New Role")
    );
    let id = company
        .role("Responder", &["UserModify", "AlertRead"])
        .await;
    let page = open(&reader, &id).await;
    let page = page.saying("Manage Users");
    let page = page.saying("1 permission of the application");
    assert_eq!(page.all("main form"), [""; 0], "{}", page.text());
    assert!(!page.offers("Delete role"));
    for path in [
        "/roles/new".to_owned(),
        format!("/roles/{id}"),
        format!("/roles/{id}/delete"),
    ] {
        let refused = reader.post(&path, &[("name", "Mine")]).await.is(403);
        let _ = refused.saying("Manage Users");
    }
    assert_eq!(role(&company, &id).await["version"], 1);
}

#[tokio::test]
async fn what_the_tenant_needs_is_not_offered_for_deletion() {
    let company = Company::new(Backend::Sqlite).await;
    let console = company.operator().await;
    for (name, why) in [
        (
            "AnalystReadOnly",
            "the default role for people who sign in without one",
        ),
        ("Admin", "keeps every permission and can't be deleted"),
    ] {
        // Nobody has it, and it is needed all the same.
        let id = company.role_id(name).await;
        let page = console.open(&format!("/roles/{id}/delete")).await.is(409);
        let page = page.saying(why);
        assert!(!page.offers("Delete role"), "{}", page.text());
    }
}
