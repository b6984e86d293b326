//! The whole life of one person, from the first sign-in to the return after a leave, on a server
//! whose tokens live for seconds instead of minutes.

use std::time::{Duration, Instant};

use reqwest::Method;
use roster_tests::browser::cookies::From;
use roster_tests::idp::{Person, Value as Attribute};
use roster_tests::jwt;
use roster_tests::okta::App;
use roster_tests::server::Server;
use roster_tests::{Backend, on_both_stores};
use serde_json::{Value, json};

use super::{Organisation, changes, text, user_id};

/// For how long a token holds: long enough to be checked before it ends, on a loaded machine too.
const TOKEN_SECONDS: &str = "15";
/// How long the end of a token is waited for.
const LIMIT: Duration = Duration::from_secs(90);

on_both_stores! {
    async fn a_person_comes_and_goes_and_comes_back_with_a_custom_app(backend: Backend) {
        whole_life(backend, App::Custom).await;
    }

    async fn a_person_comes_and_goes_and_comes_back_with_a_catalogue_app(backend: Backend) {
        whole_life(backend, App::Catalogue).await;
    }
}

async fn whole_life(backend: Backend, app: App) {
    let server = Server::start_with(backend, &[("ROSTER_SESSION_TOKEN_SECONDS", TOKEN_SECONDS)]);
    let org = Organisation::on(&server).await;
    let tenant = &org.tenant;
    let okta = tenant.okta(app);
    let ada = Person::new("ada");

    // Assigned, and nobody is there yet: SCIM creates nobody.
    let found = okta.send("lookup").await.scim(200);
    assert_eq!(found["totalResults"], 0, "{found}");

    // The first sign-in creates the person, with the default role.
    let browser = org.browser();
    let landed = browser.sign_in(&org.idp, &ada).await.signed_in();
    assert_eq!(landed.location, format!("{}/", tenant.public_url()));
    let session = browser.session().await.api(200);
    let id = text(&session["id"]);
    assert_eq!(session["role"], "AnalystReadOnly", "{session}");
    assert_eq!(session.get("pendingRole"), None, "{session}");
    let user = org.only_user().await;
    assert_eq!(
        (&user["id"], &user["role"]["name"]),
        (&json!(id), &json!("AnalystReadOnly"))
    );
    let found = okta.send("lookup").await.scim(200);
    assert_eq!(
        found["totalResults"], 1,
        "Okta finds whoever has signed in: {found}"
    );
    assert_eq!(found["Resources"][0]["id"], id.as_str());

    // Another role, by Okta: pending until the next sign-in.
    let pushed = okta
        .push(&id, &json!({ "pantherRole": "Analyst" }))
        .await
        .scim(200);
    assert_eq!(
        pushed["pantherRole"], "Analyst",
        "SCIM shows what Okta has set"
    );
    let session = browser.session().await.api(200);
    assert_eq!(
        (&session["role"], &session["pendingRole"]),
        (&json!("AnalystReadOnly"), &json!("Analyst"))
    );
    assert!(!permissions(&session).contains(&"AlertModify"), "{session}");
    assert_eq!(
        tenant.record(&id).await["roleNote"],
        "AnalystReadOnly → Analyst at next sign-in"
    );
    let page = browser.get("/").await.text();
    assert!(page.contains("at next sign-in"), "{page}");
    assert_eq!(
        jwt::claims(&browser.token().await)["role"],
        "AnalystReadOnly"
    );

    // In force with the next sign-in, whichever way the provider leaves the role unset.
    let ada = ada.role(Attribute::Empty);
    let _ = browser.sign_in(&org.idp, &ada).await.signed_in();
    let session = browser.session().await.api(200);
    assert_eq!(
        (&session["role"], session.get("pendingRole")),
        (&json!("Analyst"), None),
        "{session}"
    );
    assert!(permissions(&session).contains(&"AlertModify"), "{session}");
    assert_eq!(session["id"], id.as_str(), "the same person");
    let record = tenant.record(&id).await;
    assert_eq!(
        (&record["role"]["name"], record.get("roleNote")),
        (&json!("Analyst"), None)
    );

    let csrf = browser.csrf().await;
    let keys = jwt::key_set(&server).await;
    let token = browser.token().await;
    let claims = jwt::verify(&token, &keys, tenant).expect("a fresh token holds");
    assert_eq!(
        (&claims["sub"], &claims["role"]),
        (&json!(id), &json!("Analyst"))
    );

    // Deactivated by Okta: the session is dead at once.
    let left = match app {
        App::Custom => okta.push(&id, &json!({ "active": false })).await,
        App::Catalogue => {
            okta.send_about("patch-deactivate", &json!({ "id": id }))
                .await
        }
    };
    assert_eq!(left.scim(200)["active"], false);
    assert!(
        !browser.is_signed_in().await,
        "the session outlived its person"
    );
    for (method, path) in [
        (Method::POST, "/session/token"),
        (Method::GET, "/api/v1/users"),
    ] {
        let answer = browser
            .write_with(method, path, &Value::Null, Some(&csrf), From::SameSite)
            .await;
        answer.problem(401);
    }
    let page = browser.get("/").await.text();
    assert!(
        page.contains("You are not signed in") && !page.contains("ada@example.com"),
        "{page}"
    );

    // The sign-in is refused, and revives nobody.
    org.refuses(&ada, &["ada@example.com", "deactivated"]).await;
    let user = org.only_user().await;
    assert_eq!((&user["id"], &user["active"]), (&json!(id), &json!(false)));

    // The token ends by itself, within its time.
    let (issued, expires) = (
        claims["iat"].as_i64().unwrap(),
        claims["exp"].as_i64().unwrap(),
    );
    assert_eq!((expires - issued).to_string(), TOKEN_SECONDS);
    let begun = Instant::now();
    let refusal = loop {
        match jwt::verify(&token, &keys, tenant) {
            Err(refusal) => break refusal,
            Ok(_) => assert!(begun.elapsed() < LIMIT, "the token still holds"),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert!(
        refusal.contains("ExpiredSignature"),
        "refused for another reason: {refusal}"
    );

    // Reactivated: the same account, visible at once; its old session stays dead.
    let returned = match app {
        App::Custom => okta.push(&id, &json!({ "active": true })).await,
        App::Catalogue => {
            okta.send_about("patch-reactivate", &json!({ "id": id }))
                .await
        }
    };
    assert_eq!(returned.scim(200)["active"], true);
    assert_eq!(
        okta.read(&id).await["active"],
        true,
        "on the very next read"
    );
    assert!(
        !browser.is_signed_in().await,
        "a session came back from the dead"
    );

    // And in again: the same id, the same role.
    let again = org.sign_in(&ada).await;
    assert_eq!(user_id(&again).await, id);
    assert_eq!(again.session().await.api(200)["role"], "Analyst");
    let claims = jwt::verify(&again.token().await, &keys, tenant).expect("a fresh token holds");
    assert_eq!(
        (&claims["sub"], &claims["role"]),
        (&json!(id), &json!("Analyst"))
    );
    let user = org.only_user().await;
    assert_eq!(
        (&user["id"], &user["role"]["name"], &user["active"]),
        (&json!(id), &json!("Analyst"), &json!(true))
    );

    assert_eq!(
        biography(&org).await,
        [
            "CREATE_USER SUCCEEDED by SYSTEM",
            "SIGN_IN SUCCEEDED by USER",
            "UPDATE_USER SUCCEEDED by TOKEN; pendingRole:  → Analyst",
            "UPDATE_USER SUCCEEDED by SYSTEM; pendingRole: Analyst → ; role: AnalystReadOnly → Analyst",
            "SIGN_IN SUCCEEDED by USER",
            "UPDATE_USER SUCCEEDED by TOKEN; active: true → false",
            "SIGN_IN FAILED by SYSTEM",
            "UPDATE_USER SUCCEEDED by TOKEN; active: false → true",
            "SIGN_IN SUCCEEDED by USER",
        ]
    );
}

fn permissions(session: &Value) -> Vec<&str> {
    let names = session["permissions"].as_array().unwrap().iter();
    names.map(|name| name.as_str().unwrap()).collect()
}

/// What the audit log tells of people, oldest first.
async fn biography(org: &Organisation) -> Vec<String> {
    let log = org.tenant.api().get("/audit-log?limit=200").await.api(200);
    let records = log["items"].as_array().unwrap().iter().rev();
    let told = records
        .filter(|record| record["target"]["type"] == "USER")
        .map(|record| {
            let part = |name: &str| text(&record[name]);
            let (action, actor) = (part("actionName"), text(&record["actor"]["type"]));
            let mut line = format!("{action} {} by {actor}", part("actionResult"));
            if action == "UPDATE_USER" {
                line = format!("{line}; {}", changes(record).join("; "));
            }
            line
        });
    told.collect()
}
