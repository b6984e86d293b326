//! A browser's session: who it says is signed in, how it is kept, and how it ends.

use roster_tests::browser::Browser;
use roster_tests::browser::cookies::{Cookie, From, SameSite};
use roster_tests::idp::{OktaIdp, Person, Shape};
use roster_tests::on_both_stores;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Organisation, changes, provider, text, user_id};

/// The cookie of the browser's session.
fn cookie(browser: &Browser) -> Cookie {
    let cookies = browser.cookies();
    let mut sessions = cookies.into_iter().filter(|c| c.name.contains("session"));
    let session = sessions.next().expect("a session's cookie");
    assert_eq!(sessions.next(), None, "one session");
    session
}

on_both_stores! {
    async fn a_session_says_who_is_signed_in(backend: Backend) {
        let org = Organisation::new(backend).await;
        let role = org.role("Responder", &["AlertModify", "GeneralSettingsModify"]).await;
        let before = OffsetDateTime::now_utc() - time::Duration::seconds(1);
        let browser = org.sign_in(&Person::new("ada").role("Responder")).await;
        let mut session = browser.session().await.api(200);
        let mut moment = |name: &str| {
            let value = session.as_object_mut().unwrap().remove(name).unwrap();
            OffsetDateTime::parse(value.as_str().unwrap(), &Rfc3339).unwrap()
        };
        let (started, seen, expires) = (moment("startedAt"), moment("lastSeenAt"), moment("expiresAt"));
        assert!(before <= started && started <= seen && seen <= OffsetDateTime::now_utc());
        assert_eq!(expires - started, time::Duration::hours(24));
        let mut secret = |name: &str| text(&session.as_object_mut().unwrap().remove(name).unwrap());
        let (csrf, id) = (secret("csrfToken"), secret("sessionId"));
        assert!(csrf.len() >= 32 && csrf != id, "{csrf}");
        let user = org.only_user().await;
        assert_eq!(user["role"]["id"], role.as_str());
        assert_eq!(session, json!({
            "kind": "user",
            "tenant": org.tenant.slug,
            "id": user["id"],
            "userName": "ada@example.com",
            "email": "ada@example.com",
            "givenName": "Ada",
            "familyName": "Byron",
            "displayName": "Ada Byron",
            "role": "Responder",
            "permissions": ["AlertModify", "GeneralSettingsModify", "GeneralSettingsRead"],
        }));
        let list = org.tenant.api().get(&format!("/users/{}/sessions", text(&user["id"]))).await.api(200);
        assert_eq!(list["items"][0]["id"], id.as_str());
        let page = browser.get("/").await;
        assert_eq!(page.header("cache-control"), Some("no-store"));
        for told in ["Ada Byron", "ada@example.com", "Responder", "Sign out"] {
            assert!(page.text().contains(told), "{told}: {}", page.text());
        }
    }

    async fn a_sessions_cookie_is_out_of_reach_and_new_each_time(backend: Backend) {
        let org = Organisation::new(backend).await;
        let browser = org.browser();
        let mut values = Vec::new();
        for _ in 0..2 {
            let landed = browser.sign_in(&org.idp, &Person::new("ada")).await.signed_in();
            assert_eq!(landed.cookies.len(), 1, "{:?}", landed.cookies);
            let cookie = cookie(&browser);
            assert_eq!(cookie.name, format!("__Host-roster_session_{}", org.tenant.slug));
            assert!(cookie.secure && cookie.http_only && cookie.path == "/", "{cookie:?}");
            assert_eq!((cookie.same_site, cookie.max_age), (SameSite::Lax, None));
            assert!(cookie.value.len() >= 32, "too short to be a secret");
            values.push(cookie.value);
        }
        assert_ne!(values[0], values[1]);
    }

    async fn a_session_that_was_planted_is_not_adopted(backend: Backend) {
        let org = Organisation::new(backend).await;
        // The attacker's own session, and one that never was, in the victim's browser.
        let attacker = org.sign_in(&Person::new("mallory")).await;
        let planted = cookie(&attacker);
        let invented = Cookie { value: "A".repeat(planted.value.len()), ..planted.clone() };
        for planted in [planted, invented] {
            let browser = org.browser();
            browser.edit_cookies(|jar| jar.put(planted.clone()));
            let _ = browser.sign_in(&org.idp, &Person::new("ada")).await.signed_in();
            assert_ne!(cookie(&browser).value, planted.value);
            assert_eq!(browser.session().await.api(200)["email"], "ada@example.com");
            let thief = org.browser();
            thief.edit_cookies(|jar| jar.put(planted));
            let who = thief.session().await;
            assert!(who.status == 401 || who.json()["email"] == "mallory@example.com", "{}", who.text());
        }
    }

    async fn whoever_signs_out_is_out_with_every_copy_of_the_cookie(backend: Backend) {
        let org = Organisation::new(backend).await;
        let ada = Person::new("ada");
        let (browser, other) = (org.sign_in(&ada).await, org.sign_in(&ada).await);
        let (id, session) = (user_id(&browser).await, text(&browser.session().await.api(200)["sessionId"]));
        let thief = browser.clone();
        assert_eq!(browser.sign_out().await.api(200), json!({}));
        assert!(browser.cookies().is_empty(), "the cookie is removed");
        assert!(!thief.is_signed_in().await, "a copy still works");
        assert!(other.is_signed_in().await, "the other browser is not concerned");
        browser.session().await.problem(401);
        let page = browser.get("/").await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("/saml/login") && !page.text().contains("ada@example.com"), "{}", page.text());
        let records = org.tenant.audit("SIGN_OUT", "SUCCEEDED").await;
        let [record] = records.as_slice() else { panic!("{records:#?}") };
        assert_eq!(record["actor"], json!({ "type": "USER", "id": id, "name": "ada@example.com" }));
        assert_eq!(changes(record), [format!("session: {session} → ")]);
    }

    async fn the_button_signs_out_and_pressing_it_again_does_no_harm(backend: Backend) {
        let org = Organisation::new(backend).await;
        let browser = org.sign_in(&Person::new("ada")).await;
        let csrf = browser.csrf().await;
        let page = browser.get("/").await.text();
        assert!(page.contains(&format!("action=\"/t/{}/sign-out\"", org.tenant.slug)), "{page}");
        assert!(page.contains(&csrf), "{page}");
        let thief = browser.clone();
        for _ in 0..2 {
            let answer = browser.post_form("/sign-out", &[("csrf_token", &csrf)], From::SameSite).await;
            let location = answer.header("location").map(str::to_owned);
            assert_eq!((answer.status, location), (303, Some(format!("{}/signed-out", org.tenant.public_url()))));
            assert!(browser.cookies().is_empty() && !thief.is_signed_in().await);
        }
        let page = browser.get("/signed-out").await;
        assert_eq!(page.status, 200);
        assert_eq!(org.tenant.audit("SIGN_OUT", "SUCCEEDED").await.len(), 1);
    }

    async fn signing_out_everywhere_ends_every_browser_of_that_person(backend: Backend) {
        let org = Organisation::new(backend).await;
        let ada = Person::new("ada");
        let browsers = [org.sign_in(&ada).await, org.sign_in(&ada).await, org.sign_in(&ada).await];
        let grace = org.sign_in(&Person::new("grace")).await;
        browsers[0].write(reqwest::Method::DELETE, "/session?everywhere=true", &json!(null)).await.api(200);
        for browser in &browsers {
            assert!(!browser.is_signed_in().await);
        }
        assert!(grace.is_signed_in().await);
        assert!(org.sign_in(&ada).await.is_signed_in().await);
    }

    async fn signing_out_leads_to_the_provider_if_it_offers_that(backend: Backend) {
        let tenant = Tenant::new(backend);
        let mut idp = provider();
        idp.slo_url = Some("https://acme.okta.example/slo".to_owned());
        let key = roster_tests::idp::Identity::rsa("roster");
        let pair = json!({ "privateKey": key.key_pem, "certificate": key.certificate_pem });
        idp.connect_with(&tenant, json!({ "signingKey": pair })).await;
        let org = Organisation { tenant, idp };
        let ada = Person::new("ada");
        let browser = org.browser();
        let request = browser.request_sign_in(None).await;
        let session_index = org.idp.facts(&request, &ada).session_index;
        let response = org.idp.respond(&request, &ada, &Shape::okta());
        let _ = browser.post_response(&response, request.relay_state.as_deref()).await.signed_in();
        let farewell = browser.sign_out().await.api(200);
        let logout = roster_tests::idp::LogoutRequest::of_url(farewell["logoutUrl"].as_str().unwrap());
        assert_eq!((logout.name_id.as_str(), logout.issuer), ("ada@example.com", org.tenant.audience()));
        assert_eq!(logout.session_index, Some(session_index));
        assert!(logout.message.is_signed_by(&key));
        assert!(!browser.is_signed_in().await, "ours is over, whatever the provider does");
        // What the provider says afterwards changes nothing.
        let answer = browser.get("/saml/slo?SAMLResponse=nonsense").await;
        assert_eq!(answer.header("location"), Some(format!("{}/signed-out", org.tenant.public_url()).as_str()));
    }

    async fn whoever_is_deactivated_is_out_at_once_and_for_good(backend: Backend) {
        let org = Organisation::new(backend).await;
        org.sign_in(&Person::new("admin").role("Admin")).await;
        let ada = Person::new("ada");
        let id = user_id(&org.sign_in(&ada).await).await;
        let (scim, api) = (org.tenant.scim(), org.tenant.api());
        let path = format!("/Users/{id}");
        for way in ["SCIM PUT", "SCIM PATCH", "API PATCH", "API deactivate"] {
            let browsers = [org.sign_in(&ada).await, org.sign_in(&ada).await];
            match way {
                "SCIM PUT" => scim.put(&path, &json!({ "active": false })).await.scim(200),
                "SCIM PATCH" => {
                    let operation = json!([{ "op": "replace", "path": "active", "value": "False" }]);
                    scim.operations(&path, operation).await.scim(200)
                }
                "API PATCH" => org.change(&id, json!({ "active": false })).await,
                _ => api.post(&format!("/users/{id}/deactivate"), &json!({})).await.api(200),
            };
            for browser in &browsers {
                assert!(!browser.is_signed_in().await, "{way}");
                browser.get("/api/v1/users").await.problem(401);
            }
            org.refuses(&ada, &["deactivated"]).await;
            api.post(&format!("/users/{id}/reactivate"), &json!({})).await.api(200);
            for browser in &browsers {
                assert!(!browser.is_signed_in().await, "{way}: a session came back from the dead");
            }
        }
        assert_eq!(user_id(&org.sign_in(&ada).await).await, id);
    }

    async fn a_session_is_of_one_tenant_alone(backend: Backend) {
        let org = Organisation::new(backend).await;
        let other = Organisation { idp: org.idp.clone(), tenant: Tenant::new(backend) };
        other.idp.connect(&other.tenant).await;
        let browser = org.sign_in(&Person::new("ada").role("Admin")).await;
        let stolen = cookie(&browser);
        let renamed = Cookie { name: format!("__Host-roster_session_{}", other.tenant.slug), ..stolen };
        let browser = browser.at(&other.tenant);
        assert!(!browser.is_signed_in().await);
        browser.edit_cookies(|jar| jar.put(renamed));
        assert!(!browser.is_signed_in().await);
        browser.get("/api/v1/users").await.problem(401);
        // In one browser, both at once.
        let _ = browser.sign_in(&other.idp, &Person::new("grace")).await.signed_in();
        assert_eq!(browser.session().await.api(200)["email"], "grace@example.com");
        assert_eq!(browser.at(&org.tenant).session().await.api(200)["email"], "ada@example.com");
    }

    async fn what_is_no_session_is_nobody(backend: Backend) {
        let org = Organisation::new(backend).await;
        let signed_in = org.sign_in(&Person::new("ada")).await;
        let good = cookie(&signed_in);
        let mut changed = good.value.clone().into_bytes();
        changed[0] = if changed[0] == b'A' { b'B' } else { b'A' };
        let session_id = text(&signed_in.session().await.api(200)["sessionId"]);
        for value in [
            String::new(),
            "x".to_owned(),
            "null".to_owned(),
            session_id,
            signed_in.csrf().await,
            String::from_utf8(changed).unwrap(),
            good.value.to_lowercase(),
            good.value[1..].to_owned(),
            format!("{}A", good.value),
            "A".repeat(4000),
        ] {
            if value == good.value {
                continue;
            }
            let browser = org.browser();
            browser.edit_cookies(|jar| jar.put(Cookie { value: value.clone(), ..good.clone() }));
            assert!(!browser.is_signed_in().await, "{value}");
            assert_eq!(browser.get("/").await.status, 200, "{value}");
            // Nor does it keep anybody from signing in.
            let _ = browser.sign_in(&org.idp, &Person::new("ada")).await.signed_in();
        }
        // Of two sessions in one request, one may have been set by a neighbour: neither counts.
        let twice = signed_in.clone();
        twice.edit_cookies(|jar| jar.put(Cookie { value: "A".repeat(43), path: "/t".to_owned(), ..good.clone() }));
        assert!(!twice.is_signed_in().await);
        assert!(signed_in.is_signed_in().await);
    }

    async fn secrets_are_left_nowhere(backend: Backend) {
        let server = Server::start_with(backend, &[("ROSTER_LOG", "debug"), ("ROSTER_LOG_FORMAT", "json")]);
        let org = Organisation::on(&server).await;
        let browser = org.browser();
        let request = browser.request_sign_in(None).await;
        let attempt = browser.cookies()[0].value.clone();
        let response = org.idp.respond(&request, &Person::new("ada"), &Shape::okta());
        let relay_state = request.relay_state.clone().unwrap();
        let _ = browser.post_response(&response, Some(&relay_state)).await.signed_in();
        let (csrf, token) = (browser.csrf().await, browser.token().await);
        let session = cookie(&browser).value;
        // A response that is refused is not kept either.
        let refused = browser.post_response(&response, Some(&relay_state)).await.refused();
        let audit = org.tenant.api().get("/audit-log?limit=200").await.text();
        let (logs, content) = (server.logs(), server.database_content());
        assert!(logs.contains(&refused.reference) && logs.contains("/saml/acs"), "the logs were read");
        assert!(content.contains(&refused.reference) && content.contains("CREATE_USER"), "the database was read");
        let signature = token.rsplit('.').next().unwrap();
        for (name, secret) in [
            ("attempt", attempt.as_str()),
            ("RelayState", &relay_state),
            ("response", &response[response.len() / 2..][..64]),
            ("CSRF token", &csrf),
            ("session", &session),
            ("JWT", signature),
        ] {
            for (place, text) in [("logs", &logs), ("database", &content), ("audit log", &audit)] {
                assert!(!text.contains(secret), "the {name} is in the {place}");
            }
        }
    }

    async fn a_session_outlives_the_process(backend: Backend) {
        let server = Server::start(backend);
        let org = Organisation::on(&server).await;
        let browser = org.sign_in(&Person::new("ada")).await;
        let csrf = browser.csrf().await;
        // Somebody is at the provider while the server is restarted.
        let returning = org.browser();
        let request = returning.request_sign_in(None).await;
        server.restart();
        // A browser opens new connections when the old ones are gone.
        let [browser, returning] = [browser, returning].map(|before| {
            let after = org.browser();
            after.edit_cookies(|jar| before.cookies().into_iter().for_each(|cookie| jar.put(cookie)));
            after
        });
        assert_eq!(browser.csrf().await, csrf);
        let response = org.idp.respond(&request, &Person::new("grace"), &Shape::okta());
        let _ = returning.post_response(&response, request.relay_state.as_deref()).await.signed_in();
    }
}

/// Where the public URL is no https, cookies could be read on their way.
#[tokio::test]
async fn nobody_signs_in_over_an_address_that_does_not_protect_cookies() {
    let plain = [("ROSTER_PUBLIC_URL", "http://roster.example")];
    let server = Server::start_with(roster_tests::Backend::Sqlite, &plain);
    let tenant = Tenant::on(&server);
    let idp = OktaIdp::with_key(provider().key);
    idp.connect(&tenant).await;
    let browser = Browser::new(&tenant);
    for path in ["/saml/login", "/"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 403, "{}", answer.text());
        assert!(answer.text().contains("https"), "{}", answer.text());
        assert!(browser.cookies().is_empty());
    }
}
