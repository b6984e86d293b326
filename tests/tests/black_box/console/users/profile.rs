//! A user's page: what it tells of somebody whom the identity provider and SCIM know, and the form
//! that changes the profile and the role.

use std::net::Ipv4Addr;

use roster_tests::Backend;
use roster_tests::okta::App;
use roster_tests::on_both_stores;
use serde_json::json;

use super::super::people::{Company, user_id};
use super::{fact, user};

on_both_stores! {
    async fn it_tells_who_somebody_is_and_what_was_last_heard(backend: Backend) {
        let company = Company::new(backend).await;
        let tenant = &company.tenant;
        let console = company.operator().await;
        let made = tenant.user_of("grace", "grace@example.com", "Analyst");
        let page = user(&console, &made).await;
        assert_eq!((fact(&page, "Last sign-in"), fact(&page, "Last SCIM write")), ("Never".to_owned(), "Never".to_owned()));
        assert_eq!((fact(&page, "User name"), fact(&page, "E-mail")), ("grace".to_owned(), "grace@example.com".to_owned()));
        let page = page.saying("Not bound yet").saying("Not signed in anywhere.").saying("When SCIM is enabled, the next Okta sync overwrites");
        assert_eq!(page.all("#history ~ ol li code.action"), ["CREATE_USER"]);

        let person = company.person("ada", "Analyst").await;
        let id = user_id(&person).await;
        let page = user(&console, &id).await;
        let here = format!("from {}", Ipv4Addr::LOCALHOST);
        assert!(fact(&page, "Last sign-in").ends_with(&here), "{}", fact(&page, "Last sign-in"));
        assert_eq!(fact(&page, "Last SCIM write"), "Never");
        tenant.okta(App::Custom).push(&id, &json!({ "pantherRole": "Admin", "externalId": "00u1" })).await.scim(200);

        let page = user(&console, &id).await;
        assert_eq!(page.all("h1"), ["Ada Byron"]);
        let scim = tenant.audit("UPDATE_USER", "SUCCEEDED").await[0].clone();
        let times = page.attributes("section[aria-label='User'] time", "datetime");
        assert_eq!(times.last().map(String::as_str), scim["time"].as_str(), "{times:?}");
        assert!(fact(&page, "Last SCIM write").ends_with(&here), "{}", page.text());
        for (name, value) in [
            ("Status", "active"), ("Role", "Analyst → Admin at next sign-in"), ("E-mail", "ada@example.com"), ("Okta's id", "00u1"), ("Id", &id),
        ] {
            assert_eq!(fact(&page, name), value, "{name}");
        }
        let page = page.saying("Okta keeps this user up to date").saying(&company.idp.entity_id);
        assert_eq!(page.all("#identity ~ dl dd"), [company.idp.entity_id.as_str(), "ada@example.com"]);
        let session = page.all("#sessions ~ div tbody tr").concat();
        assert!(session.contains("127.0.0.1"), "{session}");
        assert_eq!(page.all("#history ~ ol li code.action"), ["UPDATE_USER", "SIGN_IN", "CREATE_USER"]);
        let change = page.all("#history ~ ol li:first-child tbody tr");
        assert!(change.contains(&"pendingRole – Admin".to_owned()), "{change:?}");
        let all = console.visit(&page.link("All of it in the audit log")).await.is_fine();
        assert_eq!(all.all("code.action"), ["UPDATE_USER", "SIGN_IN", "CREATE_USER"]);
    }

    async fn a_change_is_saved_and_audited(backend: Backend) {
        let company = Company::new(backend).await;
        let admin = company.person("boss", "Admin").await;
        let id = company.tenant.user("ada", "Analyst");
        let path = format!("/users/{id}");
        let form = user(&admin, &id).await.form(&path).set("given_name", " Augusta ").set("family_name", "").set("email", "ADA@example.org");
        let saved = form.set("user_name", "ada.king").set("role", "Admin").send(&admin).await.is_fine().saying("Saved.");
        assert_eq!((saved.all("h1"), fact(&saved, "Role")), (vec!["Augusta".to_owned()], "Admin".to_owned()));
        let record = company.tenant.record(&id).await;
        for (field, value) in [("givenName", "Augusta"), ("familyName", ""), ("email", "ADA@example.org"), ("userName", "ada.king")] {
            assert_eq!(record[field], value, "{record}");
        }
        let audited = company.latest("UPDATE_USER").await;
        assert_eq!(audited["actor"], json!({ "type": "USER", "id": user_id(&admin).await, "name": "boss@example.com" }));
        // As it stands there, nothing is left to change.
        let _ = saved.form(&path).send(&admin).await.is_fine().saying("Saved.");
        assert_eq!(company.tenant.record(&id).await["version"], record["version"]);
    }

    async fn a_pending_role_waits_on_unless_another_is_chosen(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let id = company.tenant.user("ada", "Analyst");
        let path = format!("/users/{id}");
        company.tenant.scim().put(&format!("/Users/{id}"), &json!({ "pantherRole": "Admin" })).await.scim(200);
        let page = user(&console, &id).await;
        let choices = page.all("select#role option");
        assert_eq!(choices, ["Analyst → Admin at next sign-in", "Admin (at once)", "Analyst (at once)", "AnalystReadOnly (at once)"]);
        let saved = page.form(&path).set("given_name", "Augusta").send(&console).await.is_fine();
        assert_eq!(fact(&saved, "Role"), "Analyst → Admin at next sign-in");
        assert_eq!(company.tenant.record(&id).await["pendingRole"]["name"], "Admin");
        let saved = saved.form(&path).set("role", "Analyst").send(&console).await.is_fine();
        assert_eq!(fact(&saved, "Role"), "Analyst");
        assert_eq!(company.tenant.record(&id).await.get("pendingRole"), None);
        assert_eq!(company.tenant.read(&id).await["pantherRole"], "Analyst");
    }

    async fn what_another_user_has_is_refused_beside_the_field(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let _ = company.tenant.user("grace", "Analyst");
        let id = company.tenant.user("ada", "Analyst");
        let path = format!("/users/{id}");
        for (field, value, says) in [
            ("email", "GRACE@example.com", "GRACE@example.com"),
            ("user_name", "Grace@Example.com", "Grace@Example.com"),
            ("email", "ada", "not an e-mail address"),
            ("email", "", "must not be empty"),
            ("user_name", "  ", "must not be empty"),
            ("role", "Chief", "There is no role \"Chief\""),
        ] {
            let form = user(&console, &id).await.form(&path).set("given_name", "Augusta").set(field, value);
            let page = form.send(&console).await.is(422);
            let problem = page.problem(field).unwrap_or_else(|| panic!("{field}: {}", page.text()));
            assert!(problem.contains(says), "{problem}");
            let form = page.form(&path);
            assert_eq!((form.value(field), form.value("given_name")), (Some(value), Some("Augusta")), "kept");
        }
        assert_eq!(company.tenant.record(&id).await["givenName"], "Ada");
    }

    async fn the_next_okta_sync_overwrites_what_was_changed_here(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let okta = company.tenant.okta(App::Custom);
        let id = user_id(&company.person("ada", "Analyst").await).await;
        let mapped = json!({ "name": { "givenName": "Ada", "familyName": "Lovelace" }, "pantherRole": "Analyst" });
        okta.push(&id, &mapped).await.scim(200);
        let page = user(&console, &id).await.saying("the next Okta sync overwrites what is changed here");
        let form = page.form(&format!("/users/{id}")).set("family_name", "King").set("role", "AnalystReadOnly");
        assert_eq!(form.send(&console).await.is_fine().all("h1"), ["Ada King"]);
        okta.push(&id, &mapped).await.scim(200);
        let page = user(&console, &id).await;
        assert_eq!((page.all("h1"), fact(&page, "Role")), (vec!["Ada Lovelace".to_owned()], "AnalystReadOnly → Analyst at next sign-in".to_owned()));
    }
}

#[tokio::test]
async fn whoever_may_only_look_sees_no_form_and_no_history() {
    let company = Company::new(Backend::Sqlite).await;
    let id = user_id(&company.person("ada", "Analyst").await).await;
    let reader = company.person_with("reader", &["UserRead"]).await;
    let page = user(&reader, &id).await;
    assert_eq!(fact(&page, "Role"), "Analyst");
    assert_eq!(
        page.all("main form"),
        [""; 0],
        "and nothing to press: {}",
        page.text()
    );
    for offered in ["Deactivate", "Unbind", "End all sessions", "Save"] {
        assert!(!page.offers(offered), "{offered}");
    }
    assert!(!page.says("History"), "{}", page.text());
    for path in ["", "/deactivate", "/reactivate", "/sessions/end", "/unbind"] {
        let path = format!("/users/{id}{path}");
        let refused = reader.post(&path, &[("given_name", "x")]).await.is(403);
        let _ = refused.saying("Manage Users");
    }
    let page = user(&reader, &id).await;
    assert_eq!(
        (
            fact(&page, "Status"),
            page.all("#sessions ~ div tbody tr").len()
        ),
        ("active".to_owned(), 1)
    );
}
