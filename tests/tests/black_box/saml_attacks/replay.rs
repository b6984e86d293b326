//! Responses that were used before, here or at another replica, and attempts that somebody else
//! has begun.

use std::sync::Arc;

use roster_tests::browser::Browser;
use roster_tests::idp::{OktaIdp, Shape};
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use roster_tests::{Backend, on_both_stores};
use serde_json::json;

use super::{VICTIM, attacker, no_session, nobody, provider};

/// A browser on its way back from the provider, and what it is about to post.
struct Returning {
    tenant: Tenant,
    idp: OktaIdp,
    browser: Browser,
    request: roster_tests::idp::AuthnRequest,
    response: String,
}

async fn returning(tenant: Tenant) -> Returning {
    let idp = provider();
    idp.connect(&tenant).await;
    let browser = Browser::new(&tenant);
    let request = browser.request_sign_in(None).await;
    let response = idp.respond(&request, &attacker(), &Shape::okta());
    Returning {
        tenant,
        idp,
        browser,
        request,
        response,
    }
}

impl Returning {
    fn relay_state(&self) -> Option<&str> {
        self.request.relay_state.as_deref()
    }
}

on_both_stores! {
    async fn a_response_that_was_used_before(backend: Backend) {
        let story = returning(Tenant::new(backend)).await;
        // The thief has the whole browser as it was, the cookie of the attempt included.
        let thief = story.browser.clone();
        let _ = story.browser.post_response(&story.response, story.relay_state()).await.signed_in();
        let refused = thief.post_response(&story.response, story.relay_state()).await.refused();
        assert!(refused.reason(&story.tenant).await.contains("used before"));
        no_session(&thief, &refused).await;
    }

    async fn a_second_response_to_a_request_that_was_answered(backend: Backend) {
        let story = returning(Tenant::new(backend)).await;
        let thief = story.browser.clone();
        let second = story.idp.respond(&story.request, &attacker(), &Shape::okta());
        assert_ne!(second, story.response);
        let _ = story.browser.post_response(&story.response, story.relay_state()).await.signed_in();
        let refused = thief.post_response(&second, story.relay_state()).await.refused();
        assert!(refused.reason(&story.tenant).await.contains("used before"));
        no_session(&thief, &refused).await;
    }

    async fn a_hundred_posts_of_one_response_at_once_let_one_in(backend: Backend) {
        let story = Arc::new(returning(Tenant::new(backend)).await);
        let posts = (0..30).map(|_| {
            let (story, browser) = (story.clone(), story.browser.clone());
            tokio::spawn(async move {
                let outcome = browser.post_response(&story.response, story.relay_state()).await;
                matches!(outcome, roster_tests::browser::SignIn::SignedIn(_))
            })
        });
        let mut let_in = 0;
        for post in posts.collect::<Vec<_>>() {
            let_in += u32::from(post.await.unwrap());
        }
        assert_eq!(let_in, 1);
    }

    async fn a_response_in_another_browser(backend: Backend) {
        // The attacker answers their own request, and has the victim's browser post the answer: it
        // would be signed in as the attacker, and trust them with what it does next.
        let story = returning(Tenant::new(backend)).await;
        let victims = Browser::new(&story.tenant);
        let refused = victims.post_response(&story.response, story.relay_state()).await.refused();
        assert!(refused.reason(&story.tenant).await.contains("has not outstanding"));
        no_session(&victims, &refused).await;
        nobody(&story.tenant).await;
    }

    async fn a_response_to_one_tab_with_the_relay_state_of_another(backend: Backend) {
        let story = returning(Tenant::new(backend)).await;
        let other = story.browser.request_sign_in(None).await;
        let refused = story.browser.post_response(&story.response, other.relay_state.as_deref()).await.refused();
        assert!(refused.reason(&story.tenant).await.contains("has not outstanding"));
        no_session(&story.browser, &refused).await;
    }

    async fn the_attempt_cookie_of_another_tenant(backend: Backend) {
        let story = returning(Tenant::new(backend)).await;
        let other = Tenant::on(&story.tenant.server);
        story.idp.connect(&other).await;
        let cookies = story.browser.cookies();
        let browser = Browser::new(&other);
        browser.edit_cookies(|jar| {
            for cookie in cookies {
                let mut moved = cookie.clone();
                moved.name = cookie.name.replace(&story.tenant.slug, &other.slug);
                jar.put(moved);
            }
        });
        // The request of the one tenant, answered for the other.
        let shape = Shape::okta().facts({
            let (acs, audience) = (other.acs_url(), other.audience());
            move |facts| {
                facts.destination.clone_from(&acs);
                facts.recipient.clone_from(&acs);
                facts.audience.clone_from(&audience);
            }
        });
        let response = story.idp.respond(&story.request, &attacker(), &shape);
        let refused = browser.post_response(&response, story.relay_state()).await.refused();
        assert!(refused.reason(&other).await.contains("has not outstanding"));
        no_session(&browser, &refused).await;
        nobody(&other).await;
    }

    async fn a_relay_state_that_leads_to_another_site(backend: Backend) {
        let tenant = Tenant::new(backend);
        let idp = provider();
        idp.connect_with(&tenant, json!({ "idpInitiated": true, "returnUrls": ["https://app.example/"] })).await;
        for (relay_state, expected) in [
            ("https://evil.example/", None),
            ("//evil.example/", None),
            ("javascript:alert(1)", None),
            ("https://app.example.evil.example/", None),
            ("https://app.example/inbox", Some("https://app.example/inbox")),
        ] {
            let browser = Browser::new(&tenant);
            let response = idp.respond(&idp.unsolicited(&tenant), &attacker(), &Shape::okta());
            let landed = browser.post_response(&response, Some(relay_state)).await.signed_in();
            let home = format!("{}/", tenant.public_url());
            assert_eq!(landed.location, expected.unwrap_or(&home), "{relay_state}");
        }
    }
}

#[tokio::test]
async fn a_response_that_was_used_at_another_replica() {
    let first = Server::start(Backend::Postgres);
    let second = first.replica();
    let story = returning(Tenant::on(&first)).await;
    let thief = story.browser.clone().through(&second);
    let _ = story
        .browser
        .post_response(&story.response, story.relay_state())
        .await
        .signed_in();
    let refused = thief
        .post_response(&story.response, story.relay_state())
        .await
        .refused();
    assert!(refused.reason(&story.tenant).await.contains("used before"));
    no_session(&thief, &refused).await;
    // The one who was let in is in at the other replica as well.
    assert!(story.browser.through(&second).is_signed_in().await);
    let users = story.tenant.api().get("/users").await.api(200);
    assert_eq!(users["items"].as_array().unwrap().len(), 1);
    assert!(!users.to_string().contains(VICTIM));
}
