//! A user's sessions and identity: list, sign out everywhere, unbind.

use reqwest::Method;
use roster_tests::Backend;
use roster_tests::browser::Browser;
use roster_tests::idp::{OktaIdp, Person};
use roster_tests::on_both_stores;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A tenant with a provider that it trusts.
async fn connected(tenant: Tenant) -> (Tenant, OktaIdp) {
    let idp = OktaIdp::new();
    let _ = idp.connect(&tenant).await;
    (tenant, idp)
}

/// A browser in which that person is signed in.
async fn signed_in(tenant: &Tenant, idp: &OktaIdp, person: &Person) -> Browser {
    let browser = Browser::new(tenant);
    let _ = browser.sign_in(idp, person).await.signed_in();
    browser
}

async fn own_id(browser: &Browser) -> String {
    let session = browser.session().await.api(200);
    session["id"].as_str().unwrap().to_owned()
}

async fn sessions(tenant: &Tenant, user: &str) -> Vec<Value> {
    let list = tenant
        .api()
        .get(&format!("/users/{user}/sessions"))
        .await
        .api(200);
    list["items"].as_array().unwrap().clone()
}

on_both_stores! {
    async fn the_sessions_of_a_user_are_those_that_hold(backend: Backend) {
        let (tenant, idp) = connected(Tenant::new(backend)).await;
        let ada = Person::new("ada");
        let first = signed_in(&tenant, &idp, &ada).await;
        let user = own_id(&first).await;
        let second = signed_in(&tenant, &idp, &ada).await;
        let grace = signed_in(&tenant, &idp, &Person::new("grace")).await;

        let list = sessions(&tenant, &user).await;
        assert_eq!(list.len(), 2, "{list:?}");
        let time = |session: &Value, name: &str| {
            OffsetDateTime::parse(session[name].as_str().unwrap(), &Rfc3339).unwrap()
        };
        assert!(time(&list[0], "startedAt") >= time(&list[1], "startedAt"), "{list:?}");
        for session in &list {
            assert!(time(session, "lastSeenAt") >= time(session, "startedAt"), "{session}");
            assert!(time(session, "expiresAt") > time(session, "lastSeenAt"), "{session}");
            assert_eq!(session["sourceIp"], "127.0.0.1");
            let names: Vec<_> = session.as_object().unwrap().keys().map(String::as_str).collect();
            let known = ["expiresAt", "id", "lastSeenAt", "sourceIp", "startedAt", "userAgent"];
            assert!(names.iter().all(|name| known.contains(name)), "{session}");
        }

        second.sign_out().await.api(200);
        let left = sessions(&tenant, &user).await;
        assert_eq!(left, [list[1].clone()]);
        assert_eq!(sessions(&tenant, &own_id(&grace).await).await.len(), 1);
        tenant.api().post(&format!("/users/{user}/deactivate"), &json!({})).await.api(200);
        assert!(sessions(&tenant, &user).await.is_empty());
    }

    async fn a_user_is_signed_out_everywhere_at_once_and_may_come_back(backend: Backend) {
        let (tenant, idp) = connected(Tenant::new(backend)).await;
        let ada = Person::new("ada");
        let browsers = [signed_in(&tenant, &idp, &ada).await, signed_in(&tenant, &idp, &ada).await];
        let grace = signed_in(&tenant, &idp, &Person::new("grace")).await;
        let user = own_id(&browsers[0]).await;
        for browser in &browsers {
            assert!(browser.is_signed_in().await);
        }
        let path = format!("/users/{user}/sessions");
        tenant.api().delete(&path).await.api(204);
        for browser in &browsers {
            assert!(!browser.is_signed_in().await);
        }
        assert!(grace.is_signed_in().await, "somebody else stays");
        assert!(sessions(&tenant, &user).await.is_empty());
        let record = tenant.audit("SIGN_OUT", "SUCCEEDED").await[0].clone();
        assert_eq!((&record["target"]["id"], &record["actor"]["type"]), (&json!(user), &json!("TOKEN")), "{record}");

        assert_eq!(own_id(&signed_in(&tenant, &idp, &ada).await).await, user);
        assert_eq!(sessions(&tenant, &user).await.len(), 1);
        // Nobody has to be signed in for it.
        let never = tenant.user("hedy", "Analyst");
        tenant.api().delete(&format!("/users/{never}/sessions")).await.api(204);
    }

    async fn an_unbound_user_is_bound_anew_by_the_e_mail(backend: Backend) {
        let (tenant, idp) = connected(Tenant::new(backend)).await;
        let api = tenant.api();
        let before = Person::new("ada");
        let after = Person::new("ada").name_id("ada.byron");
        let browser = signed_in(&tenant, &idp, &before).await;
        let user = own_id(&browser).await;
        let bound = tenant.record(&user).await;
        assert_eq!(bound["identity"], json!({ "provider": idp.entity_id, "nameId": "ada@example.com" }));

        // Whoever has the same e-mail and another NameID is somebody else, until an administrator says otherwise.
        let refused = Browser::new(&tenant).sign_in(&idp, &after).await.refused();
        let reason = refused.reason(&tenant).await;
        assert!(reason.contains("unbind"), "{reason}");

        let unbound = api.post(&format!("/users/{user}/unbind"), &json!({})).await.api(200);
        assert_eq!(unbound.get("identity"), None, "{unbound}");
        assert_eq!(unbound["version"].as_i64(), bound["version"].as_i64().map(|version| version + 1));
        assert!(!browser.is_signed_in().await, "every session ended");
        let record = tenant.audit("UPDATE_USER", "SUCCEEDED").await[0].clone();
        let changes = json!([
            { "attribute": "identityProvider", "before": idp.entity_id },
            { "attribute": "nameId", "before": "ada@example.com" },
        ]);
        assert_eq!((&record["changes"], &record["target"]["id"]), (&changes, &json!(user)), "{record}");

        assert_eq!(own_id(&signed_in(&tenant, &idp, &after).await).await, user, "the same person");
        assert_eq!(tenant.record(&user).await["identity"]["nameId"], "ada.byron");
        let old = Browser::new(&tenant).sign_in(&idp, &before).await.refused();
        assert!(old.reason(&tenant).await.contains("another identity"));
    }

    async fn unbinding_whoever_is_bound_to_nothing_changes_nothing(backend: Backend) {
        let tenant = Tenant::new(backend);
        let user = tenant.user("ada", "Analyst");
        let before = tenant.record(&user).await;
        let answer = tenant.api().post(&format!("/users/{user}/unbind"), &json!({})).await.api(200);
        assert_eq!(answer, before);
        assert!(tenant.audit("UPDATE_USER", "SUCCEEDED").await.is_empty());
    }

    async fn nobody_else_can_be_reached_and_refusals_are_audited(backend: Backend) {
        let (tenant, other) = (Tenant::new(backend), Tenant::new(backend));
        let (user, stranger) = (tenant.user("ada", "Analyst"), other.user("ada", "Analyst"));
        let api = tenant.api();
        for id in [stranger.as_str(), "x", "00000000-0000-0000-0000-000000000000"] {
            api.get(&format!("/users/{id}/sessions")).await.problem(404);
            api.delete(&format!("/users/{id}/sessions")).await.problem(404);
            api.post(&format!("/users/{id}/unbind"), &json!({})).await.problem(404);
        }
        let reader = tenant.api_with(&["UserRead"]);
        for (method, path) in [(Method::DELETE, "sessions"), (Method::POST, "unbind")] {
            let problem = reader.send(method, &format!("/users/{user}/{path}"), None).await.problem(403);
            assert!(problem["detail"].as_str().unwrap().contains("UserModify"), "{problem}");
        }
        assert_eq!(tenant.audit("SIGN_OUT", "FAILED").await.len(), 4);
        assert_eq!(tenant.audit("UPDATE_USER", "FAILED").await.len(), 4);
        assert!(other.audit("SIGN_OUT", "FAILED").await.is_empty());
    }
}

#[tokio::test]
async fn signing_out_everywhere_holds_on_every_replica_at_once() {
    let server = Server::start(Backend::Postgres);
    let replica = server.replica();
    let (tenant, idp) = connected(Tenant::on(&server)).await;
    let browser = signed_in(&tenant, &idp, &Person::new("ada")).await;
    let elsewhere = browser.clone().through(&replica);
    let user = own_id(&elsewhere).await;
    assert!(elsewhere.is_signed_in().await && browser.is_signed_in().await);
    tenant
        .api()
        .delete(&format!("/users/{user}/sessions"))
        .await
        .api(204);
    assert!(!elsewhere.is_signed_in().await);
    assert!(!browser.is_signed_in().await);
}
