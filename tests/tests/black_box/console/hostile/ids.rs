//! Ids of another tenant, of nothing, and what is no id: 404 on every page that has one, whatever is
//! sent there, and nothing is changed.

use roster_tests::Backend;
use roster_tests::client::Client;
use roster_tests::on_both_stores;

use super::super::people::{Company, user_id};
use super::state;

/// Every page with an id: what it is an id of, what follows it, and whether it takes forms, or
/// nothing else.
const PAGES: [(&str, &str, &[&str]); 11] = [
    ("users", "", &["GET", "POST"]),
    ("users", "/deactivate", &["GET", "POST"]),
    ("users", "/reactivate", &["POST"]),
    ("users", "/sessions/end", &["POST"]),
    ("users", "/unbind", &["GET", "POST"]),
    ("roles", "", &["GET", "POST"]),
    ("roles", "/delete", &["GET", "POST"]),
    ("api-tokens", "", &["GET", "POST"]),
    ("api-tokens", "/rotate", &["GET", "POST"]),
    ("api-tokens", "/revoke", &["GET", "POST"]),
    ("api-tokens", "/nothing", &["GET", "POST"]),
];

/// Fields that suit every form.
const FIELDS: [(&str, &str); 7] = [
    ("name", "taken over"),
    ("given_name", "taken over"),
    ("family_name", ""),
    ("user_name", "taken-over@example.com"),
    ("email", "taken-over@example.com"),
    ("role", "Admin"),
    ("overlap", "0"),
];

on_both_stores! {
    async fn nobody_reaches_into_another_tenant(backend: Backend) {
        let (company, other) = (Company::new(backend).await, Company::new(backend).await);
        let theirs = other.person("ada", "Analyst").await;
        let user = user_id(&theirs).await;
        let role = other.role("Responder", &[]).await;
        let (token, value) = other.token("okta", &["UserModify"]).await;
        let (own, before) = (state(&company.tenant.api()).await, state(&other.tenant.api()).await);
        for console in [company.operator().await, company.person("boss", "Admin").await] {
            for (things, rest, methods) in PAGES {
                let id = match things { "users" => &user, "roles" => &role, _ => &token };
                let path = format!("/{things}/{id}{rest}");
                if methods.contains(&"GET") {
                    let page = console.open(&path).await.is(404);
                    assert!(page.says("There is nothing here"), "{}", page.text());
                }
                for fields in [&FIELDS[..], &[]] {
                    let page = console.post(&path, fields).await.is(404);
                    for secret in ["Ada Byron", "ada@example.com", "Responder", "okta.com"] {
                        assert!(!page.says(secret), "{path}: {}", page.text());
                    }
                }
            }
            // As filters they find nobody.
            let page = console.open(&format!("/users?role={role}")).await.is(422);
            assert!(page.problem("role").is_some(), "{}", page.text());
            let page = console.open(&format!("/audit-log?actor={user}")).await.is_fine();
            assert!(page.all("li.record").is_empty(), "{}", page.text());
            // What was just tried is written down here, with nothing but the id.
            let page = console.open(&format!("/audit-log?target={user}")).await.is_fine().saying("There is no user with the id");
            assert!(!page.says("ada@example.com") && !page.says("succeeded"), "{}", page.text());
            let page = console.open("/audit-log?target=okta").await.is(422);
            assert!(page.problem("target").is_some(), "{}", page.text());
        }
        assert_eq!(state(&other.tenant.api()).await, before);
        let mut now = state(&company.tenant.api()).await;
        // The Admin who tried has come in meanwhile.
        now[0] = own[0].clone();
        now[1] = own[1].clone();
        assert_eq!(now, own);
        assert!(theirs.browser.is_signed_in().await);
        let scim = Client::new(other.tenant.scim_url()).with_token(&value);
        scim.get("/Users?count=0").await.scim(200);
        // Nor does a session of the one tenant open a page of the other.
        let visitor = company.operator().await;
        let answer = visitor.browser.visit(&format!("/t/{}/console/users", other.tenant.slug)).await;
        assert_eq!(answer.status, 303);
        assert!(answer.header("location").unwrap().contains("return_to"));
    }
}

#[tokio::test]
async fn what_is_no_id_is_not_found() {
    let company = Company::new(Backend::Sqlite).await;
    let console = company.operator().await;
    let user = company.tenant.user("ada", "Analyst");
    let before = state(&company.tenant.api()).await;
    let (upper, simple) = (user.to_uppercase(), user.replace('-', ""));
    let (braced, long) = (format!("%7B{user}%7D"), "x".repeat(4_000));
    let padded = format!("{user}%20");
    for id in [
        "0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60",
        "00000000-0000-0000-0000-000000000000",
        "1",
        "self",
        "%00",
        "%FF",
        "a%2Fb",
        "%27%20OR%201=1",
        "%3Cx-mark%3E",
        &upper,
        &simple,
        &braced,
        &padded,
        &long,
    ] {
        for (things, rest, methods) in PAGES {
            let path = format!("/{things}/{id}{rest}");
            if methods.contains(&"GET") {
                let page = console.open(&path).await.is(404);
                assert!(page.all("x-mark").is_empty(), "{path}");
            }
            for fields in [&FIELDS[..], &[]] {
                let _ = console.post(&path, fields).await.is(404);
            }
        }
    }
    assert_eq!(state(&company.tenant.api()).await, before);
}
