//! The way to the provider and back: the request, the attempt that the browser keeps meanwhile, and
//! where the way back ends.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use roster_tests::browser::Refused;
use roster_tests::browser::cookies::{Cookie, SameSite};
use roster_tests::idp::{Identity, Person, Shape};
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::json;

use super::Organisation;

fn is_attempt(cookie: &&Cookie) -> bool {
    cookie.name.contains("attempt")
}

on_both_stores! {
    async fn a_request_says_who_asks_and_where_the_answer_goes(backend: Backend) {
        let org = Organisation::new(backend).await;
        let browser = org.browser();
        let (first, second) = (browser.request_sign_in(None).await, browser.request_sign_in(None).await);
        for request in [&first, &second] {
            assert_eq!(request.issuer, org.tenant.audience());
            assert_eq!(request.acs_url, org.tenant.acs_url());
            assert_eq!(request.destination, org.idp.sso_url);
            assert!(!request.message.as_ref().unwrap().is_signed(), "no key is configured");
            let relay_state = request.relay_state.as_deref().unwrap();
            assert!((16..=80).contains(&relay_state.len()), "bindings 3.4.3: at most 80 bytes: {relay_state}");
        }
        assert_ne!(first.id, second.id);
        assert_ne!(first.relay_state, second.relay_state);
    }

    async fn a_request_is_signed_if_a_key_is_configured(backend: Backend) {
        let key = Identity::rsa("roster");
        let pair = json!({ "privateKey": key.key_pem, "certificate": key.certificate_pem });
        let org = Organisation::of(Tenant::new(backend), json!({ "signingKey": pair })).await;
        let request = org.browser().request_sign_in(Some("/docs?a=b&c=d")).await;
        assert!(request.message.unwrap().is_signed_by(&key));
        org.sign_in(&Person::new("ada")).await;
    }

    async fn the_attempt_is_out_of_reach_and_ends_with_the_sign_in(backend: Backend) {
        let org = Organisation::new(backend).await;
        let browser = org.browser();
        let request = browser.request_sign_in(None).await;
        let cookies = browser.cookies();
        let [attempt] = cookies.as_slice() else { panic!("one cookie: {cookies:?}") };
        assert!(attempt.name.starts_with("__Host-") && is_attempt(&attempt), "{attempt:?}");
        assert!(attempt.secure && attempt.http_only, "{attempt:?}");
        assert_eq!(attempt.same_site, SameSite::None, "the provider's page posts the answer");
        assert!((60..=600).contains(&attempt.max_age.unwrap()), "{attempt:?}");
        for told in [request.id.as_deref().unwrap(), request.relay_state.as_deref().unwrap()] {
            assert!(!attempt.value.contains(told), "sealed");
        }
        let mut sealed = URL_SAFE_NO_PAD.decode(&attempt.value).unwrap();
        let shown = String::from_utf8_lossy(&sealed);
        for told in [request.id.as_deref().unwrap(), request.relay_state.as_deref().unwrap(), "expires"] {
            assert!(!shown.contains(told), "sealed");
        }
        // What is changed by a bit is nothing.
        let last = sealed.len() - 1;
        sealed[last] ^= 1;
        let forged = URL_SAFE_NO_PAD.encode(&sealed);
        let other = org.browser();
        other.edit_cookies(|jar| jar.put(Cookie { value: forged, ..attempt.clone() }));
        let response = org.idp.respond(&request, &Person::new("ada"), &Shape::okta());
        let _ = other.post_response(&response, request.relay_state.as_deref()).await.refused();
        let response = org.idp.respond(&request, &Person::new("ada"), &Shape::okta());
        let _ = browser.post_response(&response, request.relay_state.as_deref()).await.signed_in();
        assert_eq!(browser.cookies().iter().filter(is_attempt).count(), 0);
    }

    async fn several_tabs_sign_in_each_by_itself(backend: Backend) {
        let org = Organisation::new(backend).await;
        // Attempts are kept in a few cookies, chosen by chance; here in two of them.
        let (browser, first, second) = loop {
            let browser = org.browser();
            let first = browser.request_sign_in(Some("/first")).await;
            let second = browser.request_sign_in(Some("/second")).await;
            if browser.cookies().iter().filter(is_attempt).count() == 2 {
                break (browser, first, second);
            }
        };
        for (request, place) in [(second, "/second"), (first, "/first")] {
            let response = org.idp.respond(&request, &Person::new("ada"), &Shape::okta());
            let landed = browser.post_response(&response, request.relay_state.as_deref()).await.signed_in();
            assert_eq!(landed.location, format!("{}{place}", org.tenant.server.public_url()));
        }
    }

    async fn a_sign_in_ends_where_the_person_wanted_to_be(backend: Backend) {
        let listed = json!({ "returnUrls": ["https://app.example/welcome", "https://app.example/teams/"] });
        let org = Organisation::of(Tenant::new(backend), listed).await;
        let public = org.tenant.server.public_url().to_owned();
        for (wanted, expected) in [
            (None, format!("{}/", org.tenant.public_url())),
            (Some("/docs?api=scim"), format!("{public}/docs?api=scim")),
            (Some("https://app.example/welcome"), "https://app.example/welcome".to_owned()),
            (Some("https://app.example/teams/a?b=c"), "https://app.example/teams/a?b=c".to_owned()),
        ] {
            let browser = org.browser();
            let request = browser.request_sign_in(wanted).await;
            let response = org.idp.respond(&request, &Person::new("ada"), &Shape::okta());
            let landed = browser.post_response(&response, request.relay_state.as_deref()).await.signed_in();
            assert_eq!(landed.location, expected, "{wanted:?}");
        }
    }

    async fn nobody_is_sent_to_an_address_that_is_not_listed(backend: Backend) {
        let listed = json!({ "returnUrls": ["https://app.example/welcome"] });
        let org = Organisation::of(Tenant::new(backend), listed).await;
        for wanted in [
            "https://evil.example/",
            "https://app.example/",
            "https://app.example/welcome/x",
            "https://app.example.evil.example/welcome",
            "https://app.example@evil.example/welcome",
            "http://app.example/welcome",
            "//evil.example/",
            "/\\evil.example/",
            "javascript:alert(1)",
            "/x\r\nSet-Cookie: a=b",
            "",
            &format!("/{}", "x".repeat(512)),
        ] {
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", wanted).finish();
            let browser = org.browser();
            let answer = browser.get(&format!("/saml/login?{query}")).await;
            let refused = Refused::of(&answer, browser.cookies());
            assert_eq!((refused.status, refused.cookies.len()), (400, 0), "{wanted}");
            assert!(refused.reason(&org.tenant).await.contains("return"), "{wanted}");
            assert!(!refused.page.contains("evil.example"), "{}", refused.page);
        }
    }

    async fn a_relay_state_in_the_way_back_leads_nowhere_else(backend: Backend) {
        let listed = json!({ "returnUrls": ["https://app.example/"] });
        let org = Organisation::of(Tenant::new(backend), listed).await;
        let browser = org.browser();
        let request = browser.request_sign_in(Some("/docs")).await;
        let response = org.idp.respond(&request, &Person::new("ada"), &Shape::okta());
        // It names the attempt and nothing else, so another one finds none.
        for relay_state in [None, Some(""), Some("https://app.example/"), Some("/docs")] {
            let refused = browser.clone().post_response(&response, relay_state).await.refused();
            assert_eq!(refused.status, 400, "{relay_state:?}");
        }
        let landed = browser.post_response(&response, request.relay_state.as_deref()).await.signed_in();
        assert_eq!(landed.location, format!("{}/docs", org.tenant.server.public_url()));
    }
}
