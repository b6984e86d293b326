//! Which role is in force: the assertion's, else the pending one, else the present one; and what
//! roles and their permissions mean for whoever is signed in.

use roster_tests::idp::{Person, Value as Attribute};
use roster_tests::on_both_stores;
use serde_json::json;

use super::{Organisation, changes, text, user_id};

/// The id of the role of that name.
async fn role_id(org: &Organisation, name: &str) -> String {
    let roles = org.tenant.api().get("/roles").await.api(200);
    let roles = roles["items"].as_array().unwrap();
    let found = roles.iter().find(|role| role["name"] == name).unwrap();
    text(&found["id"])
}

/// Gives the role by SCIM: it is pending then.
async fn pend(org: &Organisation, id: &str, role: &str) {
    let path = format!("/Users/{id}");
    org.tenant
        .scim()
        .put(&path, &json!({ "pantherRole": role }))
        .await
        .scim(200);
}

/// The roles in force and pending.
async fn roles(org: &Organisation, id: &str) -> (String, Option<String>) {
    let user = org.tenant.record(id).await;
    let pending = user.get("pendingRole").map(|role| text(&role["name"]));
    (text(&user["role"]["name"]), pending)
}

on_both_stores! {
    async fn the_assertions_role_comes_before_the_pending_one_and_that_before_the_present(backend: Backend) {
        let org = Organisation::new(backend).await;
        org.role("Responder", &[]).await;
        org.role("Hunter", &[]).await;
        let id = org.tenant.user("ada", "Analyst");
        let asserted = || Attribute::Is("Responder".to_owned());
        let unset = || Attribute::UNSET.into_iter();
        for (pending, role, expected) in unset().map(|unset| (None, unset, "Analyst"))
            .chain(unset().map(|unset| (Some("Hunter"), unset, "Hunter")))
            .chain([(None, asserted(), "Responder"), (Some("Hunter"), asserted(), "Responder")])
        {
            let case = format!("pending {pending:?}, asserted {role:?}");
            org.change(&id, json!({ "role": "Analyst" })).await;
            if let Some(pending) = pending {
                pend(&org, &id, pending).await;
                assert_eq!(roles(&org, &id).await, ("Analyst".to_owned(), Some(pending.to_owned())), "{case}");
            }
            let browser = org.sign_in(&Person::new("ada").role(role)).await;
            assert_eq!(roles(&org, &id).await, (expected.to_owned(), None), "{case}");
            let session = browser.session().await.api(200);
            assert_eq!((&session["role"], session.get("pendingRole")), (&json!(expected), None), "{case}");
            let scim = org.tenant.read(&id).await;
            assert_eq!(scim["pantherRole"], expected, "{case}");
        }
    }

    async fn nobody_is_demoted_because_the_role_is_unset(backend: Backend) {
        let org = Organisation::new(backend).await;
        let id = user_id(&org.sign_in(&Person::new("ada").role("Admin")).await).await;
        for unset in Attribute::UNSET {
            let browser = org.sign_in(&Person::new("ada").role(unset)).await;
            assert_eq!(browser.session().await.api(200)["role"], "Admin");
        }
        assert_eq!(roles(&org, &id).await, ("Admin".to_owned(), None));
        assert!(org.tenant.audit("UPDATE_USER", "SUCCEEDED").await.is_empty());
    }

    async fn another_role_in_the_assertion_holds_at_once_in_every_session(backend: Backend) {
        let org = Organisation::new(backend).await;
        let before = org.sign_in(&Person::new("ada").role("Analyst")).await;
        org.sign_in(&Person::new("ada").role("AnalystReadOnly")).await;
        let session = before.session().await.api(200);
        assert_eq!(session["role"], "AnalystReadOnly");
        assert!(!session["permissions"].as_array().unwrap().contains(&json!("AlertModify")), "{session}");
        let updated = org.tenant.audit("UPDATE_USER", "SUCCEEDED").await;
        assert_eq!(changes(&updated[0]), ["role: Analyst → AnalystReadOnly"]);
    }

    async fn a_pending_role_waits_however_long_the_session_lasts(backend: Backend) {
        let org = Organisation::new(backend).await;
        let browser = org.sign_in(&Person::new("ada").role("AnalystReadOnly")).await;
        let id = user_id(&browser).await;
        pend(&org, &id, "Admin").await;
        for _ in 0..2 {
            let session = browser.session().await.api(200);
            assert_eq!((&session["role"], &session["pendingRole"]), (&json!("AnalystReadOnly"), &json!("Admin")));
            assert!(!session["permissions"].as_array().unwrap().contains(&json!("UserModify")), "{session}");
        }
        browser.get("/api/v1/api-tokens").await.problem(403);
        let page = browser.get("/").await.text();
        assert!(page.contains("AnalystReadOnly") && page.contains("Admin") && page.contains("at next sign-in"), "{page}");
        let _ = browser.sign_in(&org.idp, &Person::new("ada")).await.signed_in();
        browser.get("/api/v1/api-tokens").await.api(200);
    }

    async fn a_role_that_was_renamed_is_known_by_its_new_name_alone(backend: Backend) {
        let org = Organisation::new(backend).await;
        let browser = org.sign_in(&Person::new("ada").role("Analyst")).await;
        let path = format!("/roles/{}", role_id(&org, "Analyst").await);
        org.tenant.api().patch(&path, &json!({ "name": "Investigator" })).await.api(200);
        assert_eq!(browser.session().await.api(200)["role"], "Investigator");
        org.refuses(&Person::new("ada").role("Analyst"), &["\"Analyst\"", "Investigator"]).await;
        org.sign_in(&Person::new("ada").role("investigator")).await;
        org.sign_in(&Person::new("ada")).await;
    }

    async fn the_last_active_admin_is_not_demoted_by_an_assertion(backend: Backend) {
        let org = Organisation::new(backend).await;
        let ada = Person::new("ada").role("Admin");
        let id = user_id(&org.sign_in(&ada).await).await;
        let grace = user_id(&org.sign_in(&Person::new("grace").role("Admin")).await).await;
        org.tenant.scim().put(&format!("/Users/{grace}"), &json!({ "active": false })).await.scim(200);
        let demoted = ada.clone().role("Analyst");
        org.refuses(&demoted, &["last active Admin"]).await;
        // Nor by a role that SCIM would have pending: that is refused there already.
        let answer = org.tenant.scim().put(&format!("/Users/{id}"), &json!({ "pantherRole": "Analyst" })).await;
        answer.scim_error(400, Some("mutability"));
        assert_eq!(org.sign_in(&ada).await.session().await.api(200)["role"], "Admin");
        // With another one it is.
        org.tenant.scim().put(&format!("/Users/{grace}"), &json!({ "active": true })).await.scim(200);
        assert_eq!(org.sign_in(&demoted).await.session().await.api(200)["role"], "Analyst");
    }

    async fn other_permissions_of_a_role_hold_at_the_next_request_and_for_the_next_token(backend: Backend) {
        let org = Organisation::new(backend).await;
        let role = org.role("Responder", &["AlertRead", "UserRead"]).await;
        let browser = org.sign_in(&Person::new("ada").role("Responder")).await;
        let old = browser.token().await;
        browser.get("/api/v1/users").await.api(200);
        let path = format!("/roles/{role}");
        for (permissions, expected) in [
            (json!(["AlertModify"]), json!(["AlertModify"])),
            (json!(["UserModify"]), json!(["UserModify", "UserRead"])),
            (json!([]), json!([])),
            (json!(["UserRead", "Deploy"]), json!(["Deploy", "UserRead"])),
        ] {
            org.tenant.api().patch(&path, &json!({ "permissions": permissions })).await.api(200);
            let session = browser.session().await.api(200);
            assert_eq!(session["permissions"], expected, "{session}");
            let claims = roster_tests::jwt::claims(&browser.token().await);
            assert_eq!(claims["permissions"], expected, "{claims}");
            let status = if expected.to_string().contains("UserRead") { 200 } else { 403 };
            assert_eq!(browser.get("/api/v1/users").await.status, status, "{expected:?}");
        }
        let claims = roster_tests::jwt::claims(&old);
        assert_eq!(claims["permissions"], json!(["AlertRead", "UserRead"]), "a token says what it said");
    }

    async fn another_role_by_the_administrator_holds_at_once(backend: Backend) {
        let org = Organisation::new(backend).await;
        let browser = org.sign_in(&Person::new("ada").role("Analyst")).await;
        let id = user_id(&browser).await;
        pend(&org, &id, "Admin").await;
        org.change(&id, json!({ "role": "AnalystReadOnly" })).await;
        let session = browser.session().await.api(200);
        assert_eq!((&session["role"], session.get("pendingRole")), (&json!("AnalystReadOnly"), None));
        assert_eq!(roster_tests::jwt::claims(&browser.token().await)["role"], "AnalystReadOnly");
    }

    async fn a_role_is_deleted_when_nobody_has_it_or_waits_for_it(backend: Backend) {
        let org = Organisation::new(backend).await;
        let role = format!("/roles/{}", org.role("Responder", &["AlertModify"]).await);
        let api = org.tenant.api();
        let browser = org.sign_in(&Person::new("ada").role("Responder")).await;
        let id = user_id(&browser).await;
        let problem = api.delete(&role).await.problem(409);
        assert_eq!(problem["type"], "urn:roster:problem:role-in-use", "somebody is signed in with it");
        assert!(browser.is_signed_in().await);

        org.change(&id, json!({ "role": "Analyst" })).await;
        pend(&org, &id, "Responder").await;
        api.delete(&role).await.problem(409);
        pend(&org, &id, "Analyst").await;
        api.delete(&role).await.api(204);
        // Nothing of it is left to whoever had it, and the provider can't bring it back.
        let session = browser.session().await.api(200);
        assert_eq!(session["role"], "Analyst");
        org.refuses(&Person::new("ada").role("Responder"), &["\"Responder\""]).await;
    }
}
