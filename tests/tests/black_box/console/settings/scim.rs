//! SCIM Provisioning Setup and the default role: what is saved holds at the next request, and the
//! live line tells whether Okta has been here.

use roster_tests::okta::{App, Okta};
use roster_tests::on_both_stores;
use serde_json::{Value, json};

use super::super::people::Company;
use super::{DEFAULT_ROLE, SCIM, identity};

on_both_stores! {
    async fn the_role_attribute_is_another_at_the_next_request(backend: Backend) {
        let company = Company::new(backend).await;
        let tenant = &company.tenant;
        let console = company.operator().await;
        let id = tenant.user("ada", "Analyst");
        let form = identity(&console).await.form(SCIM);
        assert_eq!(form.value("scim_role_attribute"), Some("pantherRole"));
        let saved = form.set("scim_role_attribute", "acmeRole").send(&console).await.is_fine().saying("Saved.");
        assert!(saved.all("aside.guide").concat().contains("appuser.acmeRole"), "{}", saved.text());
        let user = tenant.read(&id).await;
        assert_eq!((&user["acmeRole"], user.get("pantherRole")), (&json!("Analyst"), None));
        tenant.scim().put(&format!("/Users/{id}"), &json!({ "acmeRole": "Admin" })).await.scim(200);
        let _ = console.open(&format!("/users/{id}")).await.is_fine().saying("Analyst → Admin at next sign-in");
        assert_eq!(company.latest("UPDATE_GENERAL_SETTINGS").await["actor"]["type"], "OPERATOR");

        for (bad, says) in [("", "must not be empty"), ("acme role", "must start with a letter"), ("userName", "defines already")] {
            let page = identity(&console).await.form(SCIM).set("scim_role_attribute", bad).send(&console).await.is(422);
            assert!(page.problem("scim_role_attribute").is_some_and(|problem| problem.contains(says)), "{}", page.text());
            assert_eq!(page.form(SCIM).value("scim_role_attribute"), Some(bad), "kept");
        }
        assert_eq!(tenant.read(&id).await["acmeRole"], "Admin");
    }

    async fn people_without_a_role_get_the_default_one(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        company.role("Trainee", &["AlertRead"]).await;
        let form = identity(&console).await.form(DEFAULT_ROLE);
        assert_eq!(form.value("role"), Some("AnalystReadOnly"));
        let _ = form.set("role", "Trainee").send(&console).await.is_fine().saying("Saved.");
        let person = company.person("ada", "").await;
        assert_eq!(person.browser.session().await.api(200)["role"], "Trainee");
        let roles = console.open("/roles").await.is_fine();
        let default: Vec<_> = roles.all("tbody th").into_iter().filter(|name| name.contains("default")).collect();
        assert_eq!(default, ["Trainee default"]);

        let gone = identity(&console).await.form(DEFAULT_ROLE).set("role", "Nobody's").send(&console).await.is(422);
        assert!(gone.problem("role").is_some_and(|problem| problem.contains("There is no role \"Nobody's\"")), "{}", gone.text());
    }

    async fn the_live_line_turns_from_waiting_to_connected(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let contact = async || -> Value { console.browser.get("/console/settings/identity/scim/contact").await.api(200) };
        assert_eq!(contact().await, json!({ "state": "waiting", "text": "Waiting for Okta's first request." }));
        let _ = identity(&console).await.saying("Waiting for Okta's first request.");

        let (_, value) = company.token("Okta <production>", &["UserModify"]).await;
        let okta = Okta::new(company.tenant.scim_url(), App::Custom, &value);
        okta.send("connector-test").await.scim(200);
        let line = contact().await;
        let at = line["at"].as_str().unwrap();
        let details = " from 127.0.0.1 (Okta SCIM Client 1.0.0), with the API token Okta <production>.";
        let expected = json!({ "state": "connected", "text": "Connected: last request ", "at": at, "details": details });
        assert_eq!(line, expected);
        let since = time::OffsetDateTime::now_utc() - time::OffsetDateTime::parse(at, &time::format_description::well_known::Rfc3339).unwrap();
        assert!(since < time::Duration::minutes(1), "{at}");

        let page = identity(&console).await.saying("Connected: last request").saying("with the API token Okta <production>.");
        assert_eq!(page.attributes("p.live", "data-state"), ["connected"]);
        assert_eq!(page.attributes("p.live time", "datetime"), [at]);
        // Whom Okta refuses to serve is no contact of ours.
        Okta::new(company.tenant.scim_url(), App::Custom, "roster_nonsense").send("connector-test").await.scim_error(401, None);
        assert_eq!(contact().await, expected);
    }
}

#[tokio::test]
async fn a_token_that_may_change_nothing_is_no_connection() {
    let company = Company::new(roster_tests::Backend::Sqlite).await;
    let console = company.operator().await;
    let (_, value) = company.token("reader", &["UserRead"]).await;
    let okta = Okta::new(company.tenant.scim_url(), App::Custom, &value);
    okta.send("connector-test").await.scim(200);
    let page = identity(&console).await;
    assert_eq!(page.attributes("p.live", "data-state"), ["refused"]);
    let page = page.saying("may not change anything");
    let _ = page.saying("That token lacks the permission Manage Users");
}

#[tokio::test]
async fn a_person_who_may_not_see_roles_is_offered_no_other_default() {
    let company = Company::new(roster_tests::Backend::Sqlite).await;
    let clerk = company
        .person_with("clerk", &["GeneralSettingsModify"])
        .await;
    let page = identity(&clerk).await;
    assert!(!page.offers("Save default role"), "{}", page.text());
    let _ = page
        .saying("AnalystReadOnly")
        .saying("Who may read user info can choose another here.");
    let session = company.person("grace", "").await.browser.session().await;
    assert_eq!(session.api(200)["role"], "AnalystReadOnly");
}
