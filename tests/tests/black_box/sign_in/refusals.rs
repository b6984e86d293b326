//! What a refused person reads: what to do, and a number. The administrator finds the reason under that
//! number, in the audit log and in the server's log.

use std::time::Duration;

use roster_tests::browser::{Browser, FORM, Refused};
use roster_tests::idp::{Person, Shape};
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use roster_tests::{Backend, on_both_stores};
use serde_json::json;

use super::{Organisation, assert_no_session, unescaped};

on_both_stores! {
    async fn a_refusal_is_found_under_its_number_in_both_logs(backend: Backend) {
        let org = Organisation::new(backend).await;
        let refused = org.refuses(&Person::new("ada").role("Nonsense"), &["\"Nonsense\""]).await;
        let line = refused.log_line(&org.tenant.server);
        for told in [org.tenant.slug.as_str(), "Nonsense", "WARN"] {
            assert!(line.contains(told), "{told} is not in {line}");
        }
        let record = org.tenant.audit("SIGN_IN", "FAILED").await[0].clone();
        assert_eq!(record["sourceIp"], "127.0.0.1");
        assert!(line.contains(record["requestId"].as_str().unwrap()), "{line}");
        // Each refusal has a number of its own.
        let second = org.refuses(&Person::new("ada").role("Nonsense"), &[]).await;
        assert_ne!(second.reference, refused.reference);
    }

    async fn a_page_shows_hostile_values_as_text(backend: Backend) {
        let org = Organisation::new(backend).await;
        let role = "<img src=x onerror=alert(1)>\"'&";
        let refused = org.refuses(&Person::new("ada").role(role), &[role]).await;
        assert!(!refused.page.contains("<img"), "{}", refused.page);
    }

    async fn what_nobody_vouches_for_gives_no_reason_away(backend: Backend) {
        let org = Organisation::new(backend).await;
        let browser = org.browser();
        let shape = Shape::okta().facts(|facts| facts.audience = "https://other.example".to_owned());
        let refused = browser.sign_in_with(&org.idp, &Person::new("ada"), &shape).await.refused();
        assert!(refused.reason(&org.tenant).await.contains("https://other.example"));
        for told in ["other.example", "udience", "ada@example.com"] {
            assert!(!refused.page.contains(told), "{}", refused.page);
        }
        assert!(refused.page.contains("administrator"), "{}", refused.page);
        assert_no_session(&browser, &refused).await;
    }

    async fn whoever_comes_back_too_late_or_elsewhere_may_start_again(backend: Backend) {
        let org = Organisation::new(backend).await;
        let browser = org.browser();
        let request = browser.request_sign_in(None).await;
        let response = org.idp.respond(&request, &Person::new("ada"), &Shape::okta());
        // The cookie of the attempt is gone, as it is after ten minutes.
        browser.edit_cookies(|jar| *jar = Default::default());
        let refused = browser.post_response(&response, request.relay_state.as_deref()).await.refused();
        assert_eq!(refused.status, 400);
        let again = format!("/t/{}/saml/login", org.tenant.slug);
        assert!(refused.page.contains(&again), "a way to start again: {}", refused.page);
        assert_no_session(&browser, &refused).await;
        let _ = browser.sign_in(&org.idp, &Person::new("ada")).await.signed_in();
    }

    async fn without_saml_the_page_says_so(backend: Backend) {
        let tenant = Tenant::new(backend);
        let browser = Browser::new(&tenant);
        let answer = browser.get("/saml/login").await;
        let refused = Refused::of(&answer, Vec::new());
        assert_eq!(refused.status, 403);
        assert!(refused.page.contains("not set up") && refused.page.contains("administrator"), "{}", refused.page);
        assert!(refused.log_line(&tenant.server).contains("switched off"));
        assert!(refused.reason(&tenant).await.contains("switched off"));
        let home = browser.get("/").await;
        assert_eq!(home.status, 200);
        assert!(unescaped(&home.text()).contains("roster admin link"), "{}", home.text());
        // Setting up the provider takes our metadata first.
        let metadata = browser.get("/saml/metadata").await;
        assert_eq!((metadata.status, metadata.header("content-type")), (200, Some("application/samlmetadata+xml")));
        for told in [tenant.audience(), tenant.acs_url()] {
            assert!(metadata.text().contains(&told), "{}", metadata.text());
        }
    }

    async fn nonsense_by_the_hundred_keeps_nobody_elses_refusal_out_of_the_audit_log(backend: Backend) {
        let org = Organisation::new(backend).await;
        let mut posts = tokio::task::JoinSet::new();
        for _ in 0..150 {
            let browser = org.browser();
            posts.spawn(async move { browser.post_to_acs("SAMLResponse=x").await.refused() });
        }
        let refused = posts.join_all().await;
        // A part of them is audited (so many a minute), all of them are logged.
        let audited = org.tenant.audit("SIGN_IN", "FAILED").await.len();
        assert!((1..150).contains(&audited), "{audited} were audited");
        let logs = org.tenant.server.logs();
        assert!(refused.iter().all(|refused| logs.contains(&refused.reference)));
        // Whoever the provider vouches for, and whoever only asks for the way, is audited as ever.
        org.refuses(&Person::new("ada").role("Nonsense"), &["\"Nonsense\""]).await;
        let answer = org.browser().get("/saml/login?return_to=https://evil.example/").await;
        let asking = Refused::of(&answer, Vec::new());
        assert!(asking.reason(&org.tenant).await.contains("return"));
    }

    async fn a_page_of_a_refusal_is_kept_by_nobody_and_runs_nothing(backend: Backend) {
        let org = Organisation::new(backend).await;
        let (answer, cookies) = org.browser().acs_answer(FORM, b"SAMLResponse=x".to_vec()).await;
        let refused = Refused::of(&answer, cookies);
        assert!(refused.cookies.is_empty());
        let header = |name: &str| answer.header(name).unwrap_or_default().to_owned();
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("x-content-type-options"), "nosniff");
        let policy = header("content-security-policy");
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(!refused.page.contains("<script"), "{}", refused.page);
    }
}

#[tokio::test]
async fn sign_ins_from_one_address_are_limited_and_the_rest_is_told_when_to_come_back() {
    let limits = [
        ("ROSTER_SIGN_IN_RATE_LIMIT", "1"),
        ("ROSTER_SIGN_IN_RATE_BURST", "2"),
    ];
    let server = Server::start_with(Backend::Sqlite, &limits);
    let org = Organisation::of(Tenant::on(&server), json!({})).await;
    let mut posts = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let browser = org.browser();
        posts.spawn(async move { browser.acs_answer(FORM, b"SAMLResponse=x".to_vec()).await.0 });
    }
    let mut limited = 0;
    for answer in posts.join_all().await {
        if answer.status == 429 {
            let seconds: u32 = answer
                .header("retry-after")
                .unwrap()
                .parse()
                .expect("whole seconds");
            assert!((1..=60).contains(&seconds), "{seconds}");
            assert!(
                answer.text().contains("Too many sign-ins"),
                "{}",
                answer.text()
            );
            limited += 1;
        } else {
            assert!(
                matches!(answer.status, 400 | 403),
                "{} {}",
                answer.status,
                answer.text()
            );
        }
    }
    assert!(
        limited > 0,
        "forty posts at once, of which two a moment are allowed"
    );
    // Whoever waits as long as they are told gets in.
    for _ in 0..30 {
        let browser = org.browser();
        let request = browser.request_sign_in(None).await;
        let response = org
            .idp
            .respond(&request, &Person::new("ada"), &Shape::okta());
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("SAMLResponse", &response)
            .append_pair("RelayState", request.relay_state.as_deref().unwrap())
            .finish();
        let (answer, _) = browser.acs_answer(FORM, form.into_bytes()).await;
        if answer.status == 303 {
            return;
        }
        assert_eq!(answer.status, 429, "{}", answer.text());
        let seconds = answer.header("retry-after").unwrap().parse().unwrap();
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }
    panic!("nobody gets in any more");
}
