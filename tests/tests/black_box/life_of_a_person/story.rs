//! Ada joins, moves and leaves, and comes back.

use std::time::{Duration, Instant};

use roster_tests::browser::Browser;
use roster_tests::idp::{OktaIdp, Person};
use roster_tests::okta::App;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use roster_tests::{jwt, on_both_stores};
use serde_json::json;

use super::{users, who};

on_both_stores! {
    async fn ada_joins_moves_leaves_and_comes_back(backend: Backend) {
        let server = Server::start_with(backend, &[("ROSTER_SESSION_TOKEN_SECONDS", "15")]);
        let tenant = Tenant::on(&server);
        let idp = OktaIdp::new();
        idp.connect(&tenant).await;
        let (ada, browser) = (Person::new("ada"), Browser::new(&tenant));

        // She is assigned in Okta and signs in for the first time: she exists, with the default role.
        let landed = browser.sign_in(&idp, &ada).await.signed_in();
        assert_eq!(landed.location, format!("{}/", tenant.public_url()));
        let born = who(&browser).await;
        let id = born["id"].as_str().unwrap().to_owned();
        assert_eq!((&born["userName"], &born["role"]), (&json!("ada@example.com"), &json!("AnalystReadOnly")));
        let created = tenant.audit("CREATE_USER", "SUCCEEDED").await;
        assert_eq!(created.len(), 1);
        assert_eq!(created[0]["actor"]["type"], "SYSTEM");
        assert_eq!(tenant.audit("SIGN_IN", "SUCCEEDED").await.len(), 1);

        // Okta finds her, and gives her another role: it waits for the next sign-in.
        let okta = tenant.okta(App::Custom);
        let found = okta.send("lookup").await.scim(200);
        assert_eq!(found["Resources"][0]["id"], id.as_str());
        okta.push(&id, &json!({ "pantherRole": "Analyst" })).await.scim(200);
        let waiting = who(&browser).await;
        assert_eq!((&waiting["role"], &waiting["pendingRole"]), (&json!("AnalystReadOnly"), &json!("Analyst")));
        assert_eq!(okta.read(&id).await["pantherRole"], "Analyst", "SCIM shows the pending role");

        // The next sign-in makes it effective.
        let _ = browser.sign_in(&idp, &ada).await.signed_in();
        let moved = who(&browser).await;
        assert_eq!((&moved["id"], &moved["role"]), (&json!(id), &json!("Analyst")));
        assert_eq!(moved.get("pendingRole"), None);

        // She leaves: the session is dead at once, the token after its few seconds, the door shut.
        let token = browser.token().await;
        let made = Instant::now();
        let keys = jwt::key_set(&server).await;
        let claims = jwt::verify(&token, &keys, &tenant).unwrap();
        assert_eq!((&claims["sub"], &claims["role"]), (&json!(id), &json!("Analyst")));
        let user = okta.read(&id).await;
        okta.send_about("put-deactivate", &user).await.scim(200);
        assert!(!browser.is_signed_in().await);
        let refused = browser.sign_in(&idp, &ada).await.refused();
        assert_eq!(refused.status, 403);
        assert!(refused.page.contains("deactivated"), "{}", refused.page);
        assert!(refused.reason(&tenant).await.contains("deactivated"));
        assert!(!browser.is_signed_in().await);
        let left = tenant.record(&id).await;
        assert_eq!((&left["active"], &left["role"]["name"]), (&json!(false), &json!("Analyst")));
        while made.elapsed() < Duration::from_secs(16) {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        assert!(jwt::verify(&token, &keys, &tenant).unwrap_err().contains("Expired"));

        // She comes back: the same account, the same role, and no old session with it.
        let user = okta.read(&id).await;
        okta.send_about("put-reactivate", &user).await.scim(200);
        assert!(!browser.is_signed_in().await, "an ended session stays ended");
        let _ = browser.sign_in(&idp, &ada).await.signed_in();
        let back = who(&browser).await;
        assert_eq!((&back["id"], &back["role"]), (&json!(id), &json!("Analyst")));
        assert_eq!(users(&tenant).await.len(), 1);
        assert_eq!(tenant.audit("SIGN_IN", "SUCCEEDED").await.len(), 3);
        assert_eq!(tenant.audit("SIGN_IN", "FAILED").await.len(), 1);

        // And she goes home.
        browser.sign_out().await.api(200);
        assert!(!browser.is_signed_in().await);
        assert_eq!(tenant.audit("SIGN_OUT", "SUCCEEDED").await.len(), 1);
    }
}
