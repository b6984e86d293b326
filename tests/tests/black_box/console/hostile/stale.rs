//! Forms that somebody else was faster than: nothing is saved, both values are shown, nothing that
//! was typed is lost, and sending the form again saves it.

use roster_tests::console::{Form, Page};
use roster_tests::on_both_stores;
use serde_json::{Value, json};

use super::super::people::{Company, text};
use super::form;

const IDENTITY: &str = "/settings/identity";

/// Two people open a form; the other one saves first. Answers the page that whoever comes second
/// gets, and the form on it.
async fn late(
    company: &Company,
    page: &str,
    path: &str,
    theirs: &[(&str, &str)],
    mine: &[(&str, &str)],
) -> (Page, Form) {
    let (me, other) = (
        company.operator().await,
        company.person("boss", "Admin").await,
    );
    let change = |form: Form, fields: &[(&str, &str)]| {
        fields
            .iter()
            .fold(form, |form, (name, value)| match *value {
                "" => form.untick(name),
                value => form.set(name, value),
            })
    };
    let my_form = change(form(&me, page, path).await, mine);
    let _ = change(form(&other, page, path).await, theirs)
        .send(&other)
        .await
        .is_fine()
        .saying("Saved.");
    let answer = my_form.send(&me).await.is(409);
    let answer = answer.saying("Somebody changed this meanwhile, so nothing was saved.");
    for (name, value) in theirs {
        let stored = match *value {
            "" => "Stored now: not ticked.".to_owned(),
            "on" => "Stored now: ticked.".to_owned(),
            value => format!("Stored now: {value}"),
        };
        assert_eq!(answer.meanwhile(name), Some(stored), "{name}");
    }
    let form = answer.form(path);
    for (name, value) in mine {
        assert_eq!(
            form.value(name).unwrap_or_default(),
            *value,
            "{name} is kept"
        );
    }
    (answer, form)
}

/// Sends the form again as it stands there.
async fn again(company: &Company, form: &Form) -> Page {
    let me = company.operator().await;
    // The form is of another session of the operator's, so it needs that one's token.
    let csrf = me.browser.csrf().await;
    let form = form.clone().set("csrf_token", &csrf);
    form.send(&me).await.is_fine().saying("Saved.")
}

async fn stored(company: &Company, path: &str) -> Value {
    company.tenant.api().get(path).await.api(200)
}

on_both_stores! {
    async fn a_user(backend: Backend) {
        let company = Company::new(backend).await;
        let id = company.tenant.user("ada", "Analyst");
        let path = format!("/users/{id}");
        let theirs = [("email", "ada@example.org"), ("given_name", "Augusta <1>"), ("role", "AnalystReadOnly")];
        let mine = [("given_name", "Lady \"Ada\""), ("family_name", "Lovelace"), ("role", "Admin")];
        let (page, form) = late(&company, &path, &path, &theirs, &mine).await;
        assert_eq!(page.meanwhile("family_name"), Some("Stored now: Byron".to_owned()));
        assert_eq!(page.meanwhile("user_name"), None, "both have it");
        assert_eq!(form.value("email"), Some("ada@example.com"), "as it was in my form");
        let user = stored(&company, &path).await;
        assert_eq!((&user["givenName"], &user["familyName"], &user["role"]["name"]), (&json!("Augusta <1>"), &json!("Byron"), &json!("AnalystReadOnly")));

        let _ = again(&company, &form.set("email", "ada@example.org")).await;
        let user = stored(&company, &path).await;
        assert_eq!((&user["givenName"], &user["familyName"], &user["role"]["name"]), (&json!("Lady \"Ada\""), &json!("Lovelace"), &json!("Admin")));
        assert_eq!(user["email"], "ada@example.org", "theirs, as I have seen");
    }

    async fn a_user_whom_okta_has_changed(backend: Backend) {
        let company = Company::new(backend).await;
        let id = company.tenant.user("ada", "Analyst");
        let path = format!("/users/{id}");
        let console = company.operator().await;
        let mine = form(&console, &path, &path).await.set("family_name", "Lovelace");
        company.tenant.scim().put(&format!("/Users/{id}"), &json!({ "pantherRole": "Admin" })).await.scim(200);
        let page = mine.send(&console).await.is(409).saying("Analyst → Admin at next sign-in");
        // Nobody has touched the role: sent once more as it stands there, it waits on.
        assert_eq!(page.meanwhile("role"), None);
        let saved = page.form(&path).send(&console).await.is_fine();
        let _ = saved.saying("Analyst → Admin at next sign-in");
        assert_eq!(stored(&company, &path).await["familyName"], "Lovelace");
    }

    async fn a_user_whose_role_both_have_changed(backend: Backend) {
        let company = Company::new(backend).await;
        let id = company.tenant.user("ada", "Analyst");
        let path = format!("/users/{id}");
        let console = company.operator().await;
        let mine = form(&console, &path, &path).await.set("role", "AnalystReadOnly");
        company.tenant.scim().put(&format!("/Users/{id}"), &json!({ "pantherRole": "Admin" })).await.scim(200);
        let page = mine.send(&console).await.is(409);
        assert_eq!(page.meanwhile("role"), Some("Stored now: Analyst → Admin at next sign-in".to_owned()));
        let saved = page.form(&path).send(&console).await.is_fine();
        assert!(!saved.says("at next sign-in"), "{}", saved.text());
        assert_eq!(stored(&company, &path).await["role"]["name"], "AnalystReadOnly");
    }

    async fn a_role(backend: Backend) {
        let company = Company::new(backend).await;
        let id = company.role("Responder", &["AlertRead", "LabUse1", "LabUse2"]).await;
        let path = format!("/roles/{id}");
        let theirs = [("name", "First responder"), ("permission.RuleRead", "on"), ("permission.AlertRead", "")];
        let mine = [("name", "Responders"), ("permission.PolicyRead", "on")];
        let (page, form) = late(&company, &path, &path, &theirs, &mine).await;
        assert_eq!(page.meanwhile("other_permissions"), None, "both have the same lines");
        assert_eq!(page.meanwhile("permission.PolicyRead"), Some("Stored now: not ticked.".to_owned()));
        assert_eq!((form.value("permission.AlertRead"), form.value("permission.RuleRead")), (Some("on"), None));
        let role = stored(&company, &path).await;
        assert_eq!((&role["name"], &role["permissions"]), (&json!("First responder"), &json!(["LabUse1", "LabUse2", "RuleRead"])));
        let _ = again(&company, &form).await;
        let role = stored(&company, &path).await;
        assert_eq!((&role["name"], &role["permissions"]), (&json!("Responders"), &json!(["AlertRead", "LabUse1", "LabUse2", "PolicyRead"])));
    }

    async fn an_api_token(backend: Backend) {
        let company = Company::new(backend).await;
        let (id, _) = company.token("okta", &["UserModify"]).await;
        let path = format!("/api-tokens/{id}");
        let theirs = [("name", "Okta"), ("networks", "10.0.0.0/8"), ("permission.AuditLogRead", "on")];
        let mine = [("name", "okta production"), ("networks", "192.0.2.0/24\n2001:db8::/32"), ("expires", "90")];
        let (page, form) = late(&company, &path, &path, &theirs, &mine).await;
        assert_eq!(page.all("h1"), ["Okta"], "what is stored now");
        assert_eq!(page.meanwhile("expires"), Some("Stored now: Never".to_owned()));
        let token = stored(&company, &path).await;
        assert_eq!((&token["name"], &token["allowedNetworks"]), (&json!("Okta"), &json!(["10.0.0.0/8"])));
        let _ = again(&company, &form.tick("permission.AuditLogRead")).await;
        let token = stored(&company, &path).await;
        assert_eq!((&token["name"], &token["allowedNetworks"]), (&json!("okta production"), &json!(["192.0.2.0/24", "2001:db8::/32"])));
        assert_eq!((&token["permissions"], token["expiresAt"].is_string()), (&json!(["AuditLogRead", "UserModify", "UserRead"]), true));
    }

    async fn the_saml_settings(backend: Backend) {
        let company = Company::new(backend).await;
        company.tenant.set_saml(&json!({ "returnUrls": ["https://one.example.com/", "https://two.example.com/"] })).await;
        let path = "/settings/identity/saml";
        let theirs = [("role_attribute", "Role"), ("idp_initiated", "on")];
        let mine = [("email_attribute", "mail"), ("enforce_sso", "on")];
        let (page, form) = late(&company, IDENTITY, path, &theirs, &mine).await;
        assert_eq!(page.meanwhile("return_urls"), None, "both have the same lines");
        assert_eq!(page.meanwhile("enforce_sso"), Some("Stored now: not ticked.".to_owned()));
        let settings = stored(&company, "/saml-settings").await;
        assert_eq!((&settings["roleAttribute"], &settings["emailAttribute"], &settings["enforceSso"]), (&json!("Role"), &json!("PantherEmail"), &json!(false)));
        let _ = again(&company, &form.set("role_attribute", "Role")).await;
        let settings = stored(&company, "/saml-settings").await;
        assert_eq!((&settings["roleAttribute"], &settings["emailAttribute"], &settings["enforceSso"]), (&json!("Role"), &json!("mail"), &json!(true)));
        assert_eq!(settings["idpInitiated"], false, "as it stood in my form");
    }

    async fn the_role_attribute_and_the_default_role(backend: Backend) {
        let company = Company::new(backend).await;
        for (path, field, theirs, mine, name) in [
            ("/settings/identity/scim", "scim_role_attribute", "theirRole", "myRole", "scimRoleAttribute"),
            ("/settings/identity/default-role", "role", "Admin", "Analyst", "defaultRole"),
        ] {
            let (_, form) = late(&company, IDENTITY, path, &[(field, theirs)], &[(field, mine)]).await;
            assert_eq!(stored(&company, "/settings").await[name], theirs);
            let _ = again(&company, &form).await;
            assert_eq!(stored(&company, "/settings").await[name], mine);
        }
    }

    async fn a_record_that_is_gone_is_not_there_any_more(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let role = company.role("Responder", &[]).await;
        let (token, _) = company.token("okta", &["UserModify"]).await;
        for path in [format!("/roles/{role}"), format!("/api-tokens/{token}")] {
            let mine = form(&console, &path, &path).await.set("name", "Mine");
            company.tenant.api().delete(&path).await.api(204);
            let _ = mine.send(&console).await.is(404).saying("It may have been removed");
        }
        let names = company.tenant.api().get("/roles").await.api(200);
        assert!(names["items"].as_array().unwrap().iter().all(|role| text(&role["name"]) != "Mine"));
    }
}
