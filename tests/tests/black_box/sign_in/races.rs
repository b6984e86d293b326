//! What happens at the same moment: one person is one user, no change is lost, and nobody who leaves
//! keeps a session.

use std::sync::Arc;
use std::time::Duration;

use roster_tests::browser::{Browser, SignIn};
use roster_tests::idp::{Person, Shape};
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use roster_tests::{Backend, on_both_stores};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Organisation, text, user_id};

/// A browser that is about to post the provider's answer.
struct Returning {
    browser: Browser,
    relay_state: Option<String>,
    response: String,
}

impl Returning {
    async fn new(org: &Organisation, person: &Person) -> Self {
        Self::through(org, org.browser(), person).await
    }

    async fn through(org: &Organisation, browser: Browser, person: &Person) -> Self {
        let request = browser.request_sign_in(None).await;
        let response = org.idp.respond(&request, person, &Shape::okta());
        let relay_state = request.relay_state;
        Self {
            browser,
            relay_state,
            response,
        }
    }

    async fn post(self) -> (Browser, SignIn) {
        let outcome = self
            .browser
            .post_response(&self.response, self.relay_state.as_deref())
            .await;
        (self.browser, outcome)
    }
}

/// Posts all of them at once.
async fn at_once(returning: Vec<Returning>) -> Vec<(Browser, SignIn)> {
    let posts: JoinSet<_> = returning.into_iter().map(Returning::post).collect();
    posts.join_all().await
}

/// Those who were let in.
fn admitted(outcomes: Vec<(Browser, SignIn)>) -> Vec<Browser> {
    let admitted = |(browser, outcome)| matches!(outcome, SignIn::SignedIn(_)).then_some(browser);
    outcomes.into_iter().filter_map(admitted).collect()
}

/// One person for the first time in many browsers: all get in, as one user.
async fn one_person(org: &Organisation, returning: Vec<Returning>) {
    let count = returning.len();
    let mut ids = Vec::new();
    for (browser, outcome) in at_once(returning).await {
        let _ = outcome.signed_in();
        ids.push(user_id(&browser).await);
    }
    let user = org.only_user().await;
    assert!(ids.iter().all(|id| user["id"] == id.as_str()), "{ids:?}");
    assert_eq!(ids.len(), count);
    assert_eq!(org.tenant.audit("SIGN_IN", "SUCCEEDED").await.len(), count);
    let sessions = format!("/users/{}/sessions", ids[0]);
    let sessions = org.tenant.api().get(&sessions).await.api(200);
    assert_eq!(sessions["items"].as_array().unwrap().len(), count);
}

/// The changes of an attribute, oldest first, must lead from the first value to the last without a gap.
async fn assert_unbroken(org: &Organisation, attribute: &str, first: &str, last: &str) {
    let mut present = first.to_owned();
    for record in org
        .tenant
        .audit("UPDATE_USER", "SUCCEEDED")
        .await
        .iter()
        .rev()
    {
        let changes = record["changes"].as_array().unwrap();
        for change in changes
            .iter()
            .filter(|change| change["attribute"] == attribute)
        {
            assert_eq!(
                change["before"].as_str().unwrap_or_default(),
                present,
                "a change of {attribute} was lost"
            );
            present = change["after"].as_str().unwrap_or_default().to_owned();
        }
    }
    assert_eq!(present, last, "the last change of {attribute} was lost");
}

on_both_stores! {
    async fn many_first_sign_ins_of_one_person_make_one_user(backend: Backend) {
        for _ in 0..3 {
            let org = Organisation::new(backend).await;
            let mut returning = Vec::new();
            for _ in 0..12 {
                returning.push(Returning::new(&org, &Person::new("ada").role("Analyst")).await);
            }
            one_person(&org, returning).await;
            assert_eq!(org.tenant.audit("CREATE_USER", "SUCCEEDED").await.len(), 1);
            assert!(org.tenant.audit("SIGN_IN", "FAILED").await.is_empty());
        }
    }

    async fn many_first_sign_ins_of_whoever_was_made_before_bind_once(backend: Backend) {
        for _ in 0..3 {
            let org = Organisation::new(backend).await;
            let id = org.tenant.user("ada", "Analyst");
            let mut returning = Vec::new();
            for _ in 0..12 {
                returning.push(Returning::new(&org, &Person::new("ada")).await);
            }
            one_person(&org, returning).await;
            let user = org.only_user().await;
            assert_eq!((&user["id"], &user["version"]), (&json!(id), &json!(2)));
            assert_eq!(org.tenant.audit("UPDATE_USER", "SUCCEEDED").await.len(), 1);
        }
    }

    async fn of_two_identities_with_one_e_mail_one_gets_in(backend: Backend) {
        for made_before in [false, true] {
            let org = Organisation::new(backend).await;
            if made_before {
                org.tenant.user("ada", "Analyst");
            }
            let mut returning = Vec::new();
            for number in 0..8 {
                let person = Person::new("ada").name_id(&format!("00u{number}"));
                returning.push(Returning::new(&org, &person).await);
            }
            let admitted = admitted(at_once(returning).await);
            let [winner] = admitted.as_slice() else { panic!("{} got in", admitted.len()) };
            let user = org.only_user().await;
            assert_eq!(user["id"], user_id(winner).await.as_str());
            assert_eq!(org.tenant.audit("SIGN_IN", "FAILED").await.len(), 7);
        }
    }

    async fn scim_and_a_sign_in_at_once_lose_neither_change(backend: Backend) {
        let org = Organisation::new(backend).await;
        let id = user_id(&org.sign_in(&Person::new("ada").role("Analyst")).await).await;
        let (scim, path) = (org.tenant.scim(), format!("/Users/{id}"));
        for round in 0..8 {
            let (given, family) = (format!("Ada {round}"), format!("Byron {round}"));
            let person = Person::new("ada").names(given.as_str(), family.as_str());
            let mut returning = Vec::new();
            for _ in 0..2 {
                returning.push(Returning::new(&org, &person).await);
            }
            let external_id = format!("00u{round}");
            let by_patch = json!([{ "op": "replace", "path": "externalId", "value": external_id }]);
            let user_name = format!("ada{round}@example.com");
            let by_put = json!({ "userName": user_name });
            let (outcomes, patched, put) = tokio::join!(
                at_once(returning),
                scim.operations(&path, by_patch),
                scim.put(&path, &by_put),
            );
            patched.scim(200);
            put.scim(200);
            assert_eq!(admitted(outcomes).len(), 2);
            let user = org.only_user().await;
            let expected = [&external_id, &user_name, &given, &family];
            for (field, value) in ["externalId", "userName", "givenName", "familyName"].into_iter().zip(expected) {
                assert_eq!(user[field], value.as_str(), "{field}: {user}");
            }
        }
        assert_unbroken(&org, "externalId", "", "00u7").await;
        assert_unbroken(&org, "userName", "ada@example.com", "ada7@example.com").await;
        assert_unbroken(&org, "givenName", "Ada", "Ada 7").await;
        assert_unbroken(&org, "familyName", "Byron", "Byron 7").await;
    }

    async fn a_role_that_scim_sets_during_a_sign_in_is_pending_or_in_force(backend: Backend) {
        let org = Organisation::new(backend).await;
        let id = user_id(&org.sign_in(&Person::new("ada").role("Analyst")).await).await;
        let (scim, path) = (org.tenant.scim(), format!("/Users/{id}"));
        for round in 0..10 {
            let role = if round % 2 == 0 { "AnalystReadOnly" } else { "Analyst" };
            let returning = vec![Returning::new(&org, &Person::new("ada")).await];
            let wish = json!({ "pantherRole": role });
            let (outcomes, put) = tokio::join!(at_once(returning), scim.put(&path, &wish));
            put.scim(200);
            let admitted = admitted(outcomes);
            assert_eq!(admitted.len(), 1);
            assert_eq!(org.tenant.read(&id).await["pantherRole"], role, "the role was lost");
            let session = admitted[0].session().await.api(200);
            let record = org.tenant.record(&id).await;
            assert_eq!(session["role"], record["role"]["name"]);
            assert!(session["role"] == role || session["pendingRole"] == role, "{session}");
            // Whichever it was, the next sign-in has it in force.
            let next = org.sign_in(&Person::new("ada")).await.session().await.api(200);
            assert_eq!((&next["role"], next.get("pendingRole")), (&json!(role), None));
        }
    }

    async fn a_sign_in_during_a_deactivation_leaves_no_session(backend: Backend) {
        let org = Organisation::new(backend).await;
        deactivations(&org, |org, _| org.browser()).await;
    }

    async fn of_two_admins_who_are_demoted_at_once_one_stays(backend: Backend) {
        let org = Organisation::new(backend).await;
        let names = ["ada", "grace"];
        let mut ids = Vec::new();
        for name in names {
            ids.push(user_id(&org.sign_in(&Person::new(name).role("Admin")).await).await);
        }
        for _ in 0..6 {
            let mut returning = Vec::new();
            for name in names {
                returning.push(Returning::new(&org, &Person::new(name).role("Analyst")).await);
            }
            assert_eq!(admitted(at_once(returning).await).len(), 1, "one is demoted, one is refused");
            let admins = org.users().await.iter().filter(|user| user["role"]["name"] == "Admin").count();
            assert_eq!(admins, 1);
            for id in &ids {
                org.change(id, json!({ "role": "Admin" })).await;
            }
        }
    }

    async fn a_role_is_deleted_or_asserted_but_not_both(backend: Backend) {
        let org = Organisation::new(backend).await;
        let id = user_id(&org.sign_in(&Person::new("ada").role("Analyst")).await).await;
        let api = org.tenant.api();
        for round in 0..8 {
            let name = format!("Role {round}");
            let role = format!("/roles/{}", org.role(&name, &[]).await);
            let returning = vec![Returning::new(&org, &Person::new("ada").role(name.as_str())).await];
            let (outcomes, deleted) = tokio::join!(at_once(returning), api.delete(&role));
            let role = org.tenant.record(&id).await["role"]["name"].clone();
            match (admitted(outcomes).len(), deleted.status) {
                (1, 409) => assert_eq!(role, name.as_str()),
                (0, 204) => assert_ne!(role, name.as_str()),
                both => panic!("{both:?}: {}", deleted.text()),
            }
        }
    }
}

/// Sign-ins that race with a deactivation, again and again: whoever got in is out again.
async fn deactivations(org: &Organisation, browser: impl Fn(&Organisation, usize) -> Browser) {
    let ada = Person::new("ada");
    let id = user_id(&org.sign_in(&ada).await).await;
    let (scim, path) = (org.tenant.scim(), format!("/Users/{id}"));
    let mut dead = Vec::new();
    for round in 0..10 {
        let mut returning = Vec::new();
        for number in 0..4 {
            // Of some of them the name has changed as well.
            let given = if number % 2 == 0 {
                "Ada".to_owned()
            } else {
                format!("Ada {round}")
            };
            let person = ada.clone().names(given.as_str(), "Byron");
            returning.push(Returning::through(org, browser(org, number), &person).await);
        }
        let leave = json!({ "active": false });
        // One is in already; of the others more get in before it the later it comes.
        let early = returning.remove(0).post().await;
        let leaving = async {
            tokio::time::sleep(Duration::from_millis(5 * round)).await;
            scim.put(&path, &leave).await
        };
        let (mut outcomes, left) = tokio::join!(at_once(returning), leaving);
        outcomes.push(early);
        assert_eq!(left.scim(200)["active"], false);
        let user = org.only_user().await;
        assert_eq!(
            (&user["id"], &user["active"]),
            (&json!(id), &json!(false)),
            "a sign-in revived the account"
        );
        for (browser, outcome) in outcomes {
            assert!(
                !browser.is_signed_in().await,
                "round {round}: a session outlived its person"
            );
            if matches!(outcome, SignIn::SignedIn(_)) {
                dead.push(browser);
            }
        }
        let _ = org.browser().sign_in(&org.idp, &ada).await.refused();
        scim.put(&path, &json!({ "active": true })).await.scim(200);
        for browser in &dead {
            assert!(
                !browser.is_signed_in().await,
                "round {round}: a session came back from the dead"
            );
        }
    }
    assert!(dead.len() >= 10, "one of each round was let in at least");
    let sessions = org
        .tenant
        .api()
        .get(&format!("{}/sessions", path.to_lowercase()))
        .await
        .api(200);
    assert_eq!(sessions["items"], Value::Array(Vec::new()));
    assert_eq!(user_id(&org.sign_in(&ada).await).await, id);
}

/// Two processes that know nothing of each other but the database.
async fn two_replicas() -> (Organisation, Arc<Server>) {
    let first = Server::start(Backend::Postgres);
    let second = first.replica();
    (
        Organisation::of(Tenant::on(&first), json!({})).await,
        second,
    )
}

#[tokio::test]
async fn first_sign_ins_at_two_replicas_make_one_user() {
    let (org, replica) = two_replicas().await;
    let mut returning = Vec::new();
    for number in 0..12 {
        let browser = org.browser();
        let browser = if number % 2 == 0 {
            browser
        } else {
            browser.through(&replica)
        };
        returning.push(Returning::through(&org, browser, &Person::new("ada")).await);
    }
    one_person(&org, returning).await;
    let created = org.tenant.audit("CREATE_USER", "SUCCEEDED").await;
    assert_eq!(created.len(), 1, "{created:#?}");
    assert_eq!(
        text(&created[0]["target"]["id"]),
        text(&org.only_user().await["id"])
    );
}

#[tokio::test]
async fn a_sign_in_at_one_replica_during_a_deactivation_at_another_leaves_no_session() {
    let (org, replica) = two_replicas().await;
    deactivations(&org, |org, number| {
        let browser = org.browser();
        if number < 2 {
            browser.through(&replica)
        } else {
            browser
        }
    })
    .await;
}
