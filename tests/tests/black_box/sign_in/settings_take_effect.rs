//! Whom a tenant trusts, and how, holds at once: on both stores, and in another process on the same
//! database than the one that was told.

use std::sync::{Arc, OnceLock};

use roster_tests::Backend;
use roster_tests::browser::{Browser, Refused};
use roster_tests::idp::{AuthnRequest, Identity, Person, Shape};
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

use super::{Organisation, assert_no_session, provider};

/// Makes three tests of each story.
macro_rules! at_every_place {
    ($(async fn $name:ident($place:ident: Place) $story:block)+) => {
        $(
            mod $name {
                use super::*;

                async fn story($place: Place) $story

                #[tokio::test]
                async fn on_sqlite() {
                    story(Place::new(Backend::Sqlite).await).await;
                }

                #[tokio::test]
                async fn on_postgresql() {
                    story(Place::new(Backend::Postgres).await).await;
                }

                #[tokio::test]
                async fn on_a_second_replica() {
                    story(Place::elsewhere().await).await;
                }
            }
        )+
    };
}

/// An organisation, and the server at which its people arrive.
struct Place {
    org: Organisation,
    replica: Option<Arc<Server>>,
}

impl Place {
    async fn new(backend: Backend) -> Self {
        let org = Organisation::new(backend).await;
        Self { org, replica: None }
    }

    /// People arrive at another replica than the administrators.
    async fn elsewhere() -> Self {
        static PAIR: OnceLock<[Arc<Server>; 2]> = OnceLock::new();
        let [first, second] = PAIR.get_or_init(|| {
            let first = Server::start(Backend::Postgres);
            let second = first.replica();
            [first, second]
        });
        let org = Organisation::of(Tenant::on(first), json!({})).await;
        let place = Self {
            org,
            replica: Some(second.clone()),
        };
        // The replica knows all about the tenant before anything is changed.
        place.signs_in(&Person::new("early")).await;
        place
    }

    fn browser(&self) -> Browser {
        match &self.replica {
            Some(replica) => self.org.browser().through(replica),
            None => self.org.browser(),
        }
    }

    async fn set(&self, changes: Value) {
        self.org.tenant.set_saml(&changes).await;
    }

    async fn signs_in(&self, person: &Person) -> Browser {
        let browser = self.browser();
        let _ = browser.sign_in(&self.org.idp, person).await.signed_in();
        browser
    }

    /// A browser on its way back from the provider, and its answer.
    async fn returning(&self, person: &Person) -> (Browser, AuthnRequest, String) {
        let browser = self.browser();
        let request = browser.request_sign_in(None).await;
        let response = self.org.idp.respond(&request, person, &Shape::okta());
        (browser, request, response)
    }

    /// Asserts that somebody on the way back is refused, for that reason.
    async fn turns_back(
        &self,
        (browser, request, response): (Browser, AuthnRequest, String),
        why: &str,
    ) {
        let refused = browser
            .post_response(&response, request.relay_state.as_deref())
            .await
            .refused();
        let reason = refused.reason(&self.org.tenant).await;
        assert!(reason.contains(why), "{reason}");
        assert_no_session(&browser, &refused).await;
    }
}

at_every_place! {
    async fn saml_off_and_on(place: Place) {
        let ada = Person::new("ada");
        let signed_in = place.signs_in(&ada).await;
        let returning = place.returning(&ada).await;
        place.set(json!({ "enabled": false })).await;
        place.turns_back(returning, "switched off").await;
        let answer = place.browser().get("/saml/login").await;
        assert_eq!(Refused::of(&answer, Vec::new()).status, 403);
        let home = place.browser().get("/").await.text();
        assert!(home.contains("not set up"), "{home}");
        assert!(signed_in.is_signed_in().await, "whoever is in stays in");
        place.set(json!({ "enabled": true })).await;
        place.signs_in(&ada).await;
    }

    async fn another_provider(place: Place) {
        let ada = Person::new("ada");
        let returning = place.returning(&ada).await;
        let other = provider();
        other.connect(&place.org.tenant).await;
        place.turns_back(returning, &place.org.idp.entity_id).await;
        let browser = place.browser();
        assert_eq!(browser.request_sign_in(None).await.destination, other.sso_url);
        let _ = browser.sign_in(&other, &ada).await.signed_in();
    }

    async fn a_certificate_takes_over_from_another(place: Place) {
        let (old, new) = (place.org.idp.key.clone(), Identity::rsa("next"));
        let ada = Person::new("ada");
        let mut idp = place.org.idp.clone();
        let sign_in = async |idp: &roster_tests::idp::OktaIdp| {
            let browser = place.browser();
            browser.sign_in(idp, &ada).await
        };
        let publish = async |idp: &roster_tests::idp::OktaIdp| place.set(json!({ "metadataXml": idp.metadata_xml() })).await;
        // Not known yet.
        let next = roster_tests::idp::OktaIdp { key: new.clone(), ..idp.clone() };
        let _ = sign_in(&next).await.refused();
        // Both, for as long as the rollover lasts.
        idp.published = vec![old.clone(), new.clone()];
        publish(&idp).await;
        let _ = sign_in(&idp).await.signed_in();
        let _ = sign_in(&next).await.signed_in();
        // The old one was withdrawn.
        idp.published = vec![new];
        publish(&idp).await;
        let _ = sign_in(&next).await.signed_in();
        let refused = sign_in(&idp).await.refused();
        let reason = refused.reason(&place.org.tenant).await;
        assert!(reason.contains("signature") || reason.contains("certificate"), "{reason}");
    }

    async fn sign_ins_that_start_at_the_provider(place: Place) {
        let unasked = || {
            let request = place.org.idp.unsolicited(&place.org.tenant);
            place.org.idp.respond(&request, &Person::new("ada"), &Shape::okta())
        };
        for (switch, works) in [(None, false), (Some(true), true), (Some(false), false)] {
            if let Some(on) = switch {
                place.set(json!({ "idpInitiated": on })).await;
            }
            let browser = place.browser();
            let outcome = browser.post_response(&unasked(), None).await;
            if works {
                let landed = outcome.signed_in();
                assert_eq!(landed.location, format!("{}/", place.org.tenant.public_url()));
            } else {
                let _ = outcome.refused();
            }
            assert_eq!(browser.is_signed_in().await, works, "{switch:?}");
        }
    }

    async fn the_name_of_an_attribute(place: Place) {
        let ada = Person::new("ada").role("Analyst");
        let returning = place.returning(&ada).await;
        place.set(json!({ "emailAttribute": "mail" })).await;
        place.turns_back(returning, "mail").await;
        place.set(json!({ "emailAttribute": "PantherEmail", "roleAttribute": "Group" })).await;
        let session = place.signs_in(&ada).await.session().await.api(200);
        assert_eq!(session["role"], "AnalystReadOnly", "nobody reads PantherRole any more");
    }

    async fn the_default_role(place: Place) {
        for (name, role) in [("ada", "Analyst"), ("grace", "Admin"), ("hedy", "AnalystReadOnly")] {
            let settings = json!({ "defaultRole": role });
            place.org.tenant.api().patch("/settings", &settings).await.api(200);
            let session = place.signs_in(&Person::new(name)).await.session().await.api(200);
            assert_eq!(session["role"], role);
        }
    }

    async fn the_addresses_to_return_to(place: Place) {
        let app = "https://app.example/welcome";
        let path = "/saml/login?return_to=https%3A%2F%2Fapp.example%2Fwelcome";
        assert_eq!(place.browser().get(path).await.status, 400);
        place.set(json!({ "returnUrls": [app] })).await;
        let browser = place.browser();
        let request = browser.request_sign_in(Some(app)).await;
        let response = place.org.idp.respond(&request, &Person::new("ada"), &Shape::okta());
        let landed = browser.post_response(&response, request.relay_state.as_deref()).await.signed_in();
        assert_eq!(landed.location, app);
        // Whoever is on the way when it goes off the list is not sent there any more.
        let request = browser.request_sign_in(Some(app)).await;
        let response = place.org.idp.respond(&request, &Person::new("ada"), &Shape::okta());
        place.set(json!({ "returnUrls": [] })).await;
        let landed = browser.post_response(&response, request.relay_state.as_deref()).await.signed_in();
        assert_eq!(landed.location, format!("{}/", place.org.tenant.public_url()));
        assert_eq!(place.browser().get(path).await.status, 400);
    }

    async fn enforced_single_sign_on(place: Place) {
        let login = format!("{}/saml/login", place.org.tenant.public_url());
        for enforced in [false, true, false] {
            place.set(json!({ "enforceSso": enforced })).await;
            let answer = place.browser().get("/").await;
            if enforced {
                assert_eq!((answer.status, answer.header("location")), (303, Some(login.as_str())));
            } else {
                assert_eq!(answer.status, 200);
                assert!(answer.text().contains("Login with SSO"), "{}", answer.text());
            }
        }
        let browser = place.signs_in(&Person::new("ada")).await;
        place.set(json!({ "enforceSso": true })).await;
        assert_eq!(browser.get("/").await.status, 200, "whoever is in is not sent away");
    }

    async fn the_key_that_signs_requests(place: Place) {
        let key = Identity::rsa("roster");
        let pair = json!({ "privateKey": key.key_pem, "certificate": key.certificate_pem });
        for (setting, signed) in [(pair, true), (json!(null), false)] {
            place.set(json!({ "signingKey": setting })).await;
            let request = place.browser().request_sign_in(None).await.message.unwrap();
            assert_eq!((request.is_signed(), request.is_signed_by(&key)), (signed, signed));
            let metadata = place.browser().get("/saml/metadata").await.text();
            assert_eq!(metadata.contains(&key.certificate_base64()), signed, "{metadata}");
        }
    }
}
