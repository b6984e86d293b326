//! What other sites can't make a browser do with its session (cross-site request forgery).

use reqwest::Method;
use roster_tests::browser::Browser;
use roster_tests::browser::cookies::From;
use roster_tests::idp::Person;
use roster_tests::on_both_stores;
use serde_json::{Value, json};

use super::Organisation;

/// Every way to write with a session: the session API, the management API.
fn writes() -> [(Method, &'static str, Value); 5] {
    [
        (Method::POST, "/session/token", Value::Null),
        (Method::DELETE, "/session", Value::Null),
        (Method::DELETE, "/session?everywhere=true", Value::Null),
        (
            Method::PATCH,
            "/api/v1/settings",
            json!({ "scimRoleAttribute": "forged" }),
        ),
        (
            Method::POST,
            "/api/v1/roles",
            json!({ "name": "Forged", "permissions": [] }),
        ),
    ]
}

/// Tokens that are not those of the session.
async fn wrong_tokens(org: &Organisation, browser: &Browser) -> Vec<Option<String>> {
    let own = browser.csrf().await;
    let someone_elses = org.sign_in(&Person::new("grace")).await.csrf().await;
    let other_sessions = org.sign_in(&Person::new("ada")).await.csrf().await;
    let wrong = [
        String::new(),
        "x".to_owned(),
        someone_elses,
        other_sessions,
        own[1..].to_owned(),
        format!("{own}0"),
    ];
    assert!(!wrong.contains(&own));
    let changed_case = own.to_uppercase();
    let further = (changed_case != own).then_some(changed_case);
    [None]
        .into_iter()
        .chain(wrong.into_iter().chain(further).map(Some))
        .collect()
}

async fn assert_nothing_happened(org: &Organisation, browser: &Browser) {
    assert!(browser.is_signed_in().await);
    assert_eq!(
        org.tenant.api().get("/settings").await.api(200)["scimRoleAttribute"],
        "pantherRole"
    );
    let roles = org.tenant.api().get("/roles").await.api(200);
    assert!(!roles.to_string().contains("Forged"), "{roles}");
}

on_both_stores! {
    async fn a_write_needs_the_token_of_its_own_session(backend: Backend) {
        let org = Organisation::new(backend).await;
        let browser = org.sign_in(&Person::new("ada").role("Admin")).await;
        for wrong in wrong_tokens(&org, &browser).await {
            for (method, path, body) in writes() {
                let answer = browser.write_with(method, path, &body, wrong.as_deref(), From::SameSite).await;
                let problem = answer.problem(403);
                assert!(problem["detail"].as_str().unwrap().contains("X-CSRF-Token"), "{wrong:?} {path}: {problem}");
            }
        }
        assert_nothing_happened(&org, &browser).await;
        // Reading needs none.
        for path in ["/session", "/api/v1/users", "/api/v1/settings"] {
            browser.get(path).await.api(200);
        }
    }

    async fn a_page_of_another_site_writes_nothing_even_with_the_token(backend: Backend) {
        let org = Organisation::new(backend).await;
        let browser = org.sign_in(&Person::new("ada").role("Admin")).await;
        let csrf = browser.csrf().await;
        for (method, path, body) in writes() {
            // Browsers keep the cookie back (SameSite=Lax); one that doesn't says where it comes from.
            for (from, status) in [(From::ForeignForm, 401), (From::ForeignLink, 403)] {
                let answer = browser.write_with(method.clone(), path, &body, Some(&csrf), from).await;
                answer.problem(status);
            }
        }
        assert_nothing_happened(&org, &browser).await;
        // The same writes from a page of ours, the ending of the session last.
        for (method, path, body) in writes() {
            if method != Method::DELETE {
                let answer = browser.write(method, path, &body).await;
                assert!(matches!(answer.status, 200 | 201), "{path}: {}", answer.text());
            }
        }
        browser.sign_out().await.api(200);
        assert!(!browser.is_signed_in().await);
    }

    async fn nobody_is_signed_out_by_a_form_of_another_site(backend: Backend) {
        let org = Organisation::new(backend).await;
        let browser = org.sign_in(&Person::new("ada")).await;
        let csrf = browser.csrf().await;
        for wrong in wrong_tokens(&org, &browser).await {
            let fields: Vec<_> = wrong.iter().map(|token| ("csrf_token", token.as_str())).collect();
            let answer = browser.post_form("/sign-out", &fields, From::SameSite).await;
            assert_eq!(answer.status, 403, "{wrong:?}: {}", answer.text());
        }
        for from in [From::ForeignForm, From::ForeignLink] {
            let kept = browser.clone();
            let answer = kept.post_form("/sign-out", &[("csrf_token", &csrf)], from).await;
            assert_eq!(answer.status, 403, "{}", answer.text());
            assert!(kept.is_signed_in().await, "the cookie was not removed either");
        }
        for path in ["/sign-out", "/saml/slo?SAMLRequest=x"] {
            browser.get(path).await;
            assert!(browser.is_signed_in().await, "a link signs nobody out");
        }
        assert!(org.tenant.audit("SIGN_OUT", "SUCCEEDED").await.is_empty());
    }

    async fn pages_of_other_sites_may_not_read_or_frame_ours(backend: Backend) {
        let org = Organisation::new(backend).await;
        let browser = org.sign_in(&Person::new("ada")).await;
        for path in ["/", "/session", "/api/v1/users"] {
            let answer = browser.get(path).await;
            assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
            assert_eq!(answer.header("access-control-allow-credentials"), None, "{path}");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        }
        let page = browser.get("/").await;
        assert_eq!(page.header("x-frame-options"), Some("DENY"));
        assert!(page.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
    }
}
