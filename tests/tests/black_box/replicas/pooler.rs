//! Through a real PgBouncer in transaction mode, which gives each transaction one of two connections
//! to PostgreSQL, whichever is free.

use std::sync::Arc;
use std::time::Duration;

use roster_tests::Backend;
use roster_tests::browser::Browser;
use roster_tests::client::Client;
use roster_tests::idp::{OktaIdp, Person};
use roster_tests::postgres::{Pooler, shared_cluster};
use roster_tests::server::Server;
use serde_json::json;
use tokio::task::JoinSet;

use super::{FALLBACK, Pair, at_once, listening, new_token, until};

/// So many connections to PostgreSQL serve all the processes.
const FEW: u32 = 2;
const TRIES: usize = 5;

/// What says that notifications don't come through.
const DEAF: &str = "through a pooler in transaction mode, which passes no notifications on";

/// Two processes that reach a new database through a pooler, and its URL past it.
fn pooled(settings: impl FnOnce(&str) -> Vec<(&'static str, String)>) -> (Pooler, Pair) {
    let url = shared_cluster().create_database().unwrap();
    let pooler = Pooler::before(shared_cluster(), FEW).unwrap();
    let through = pooler.url(&url);
    let given = settings(&url);
    let mut settings = vec![("ROSTER_DATABASE_URL", through.as_str())];
    settings.extend(given.iter().map(|(name, value)| (*name, value.as_str())));
    let first = Server::start_with(Backend::Postgres, &settings);
    let second = Server::start_with(Backend::Postgres, &settings);
    (pooler, Pair::of(&first, &second))
}

/// How long it takes until a token that is revoked at one process is refused by the other.
async fn revocation(pair: &Pair) -> Duration {
    let (value, id) = new_token(&pair.here).await;
    let there = pair.scim_there(&value);
    there.get("/Users").await.scim(200);
    let path = format!("/api-tokens/{id}");
    pair.here.api().delete(&path).await.api(204);
    until(401, async || there.get("/Users").await.status).await
}

#[tokio::test]
async fn eight_clients_read_write_and_sign_in_at_two_processes() {
    let (pooler, pair) = pooled(|_| Vec::new());
    let pair = Arc::new(pair);
    let idp = Arc::new(OktaIdp::new());
    idp.connect(&pair.here).await;
    let path = format!("/Users/{}", pair.here.user("shared", "Analyst"));
    let token = pair.here.administrator_token().to_owned();

    const ROUNDS: usize = 10;
    let mut clients = JoinSet::new();
    for client in 0..8 {
        let (pair, idp, path, token) = (pair.clone(), idp.clone(), path.clone(), token.clone());
        clients.spawn(async move {
            let tenant = if client % 2 == 0 {
                &pair.here
            } else {
                &pair.there
            };
            let scim = Client::new(tenant.scim_url()).with_token(&token);
            for round in 0..ROUNDS {
                // Everybody writes to one user, and wins some time.
                let value = format!("{client}-{round}");
                let written = scim.put(&path, &json!({ "externalId": value })).await;
                written.scim(200);
                scim.get(&path).await.scim(200);
                let found = scim.get("/Users?filter=userName%20eq%20%22shared@example.com%22");
                assert_eq!(found.await.scim(200)["totalResults"], 1);
                let person = Person::new(&format!("person{client}"));
                let browser = Browser::new(&pair.here).through(&tenant.server);
                let _ = browser.sign_in(&idp, &person).await.signed_in();
                assert!(browser.is_signed_in().await);
                browser.token().await;
                browser.sign_out().await.api(200);
                assert!(!browser.is_signed_in().await);
            }
        });
    }
    clients.join_all().await;
    let version = format!("W/\"{}\"", 8 * ROUNDS + 1);
    let user = pair.here.scim().get(&path).await.scim(200);
    assert_eq!(user["meta"]["version"], version, "no write was lost");
    let signed_in = pair.here.audit("SIGN_IN", "SUCCEEDED").await;
    assert_eq!(signed_in.len(), 8 * ROUNDS);
    for server in [&pair.here.server, &pair.there.server] {
        assert!(
            !server.logs().contains("prepared statement"),
            "{}",
            server.logs()
        );
    }
    assert!(
        !pooler.log().contains("server was not ready"),
        "{}",
        pooler.log()
    );
}

#[tokio::test]
async fn ten_processes_may_start_at_once_on_an_empty_database() {
    let pooler = Pooler::before(shared_cluster(), FEW).unwrap();
    let url = pooler.url(&shared_cluster().create_database().unwrap());
    super::ten_starts_migrate_once(&url).await;
}

#[tokio::test]
async fn without_a_listen_url_a_revocation_takes_a_second_and_the_log_says_why() {
    let (_pooler, pair) = pooled(|_| Vec::new());
    for _ in 0..2 {
        let delay = revocation(&pair).await;
        assert!(delay < FALLBACK, "{delay:?}");
    }
    for server in [&pair.here.server, &pair.there.server] {
        let said = server.logs();
        assert_eq!(said.matches(DEAF).count(), 1, "said once: {said}");
        assert!(said.contains("ROSTER_DATABASE_LISTEN_URL"), "{said}");
    }
}

#[tokio::test]
async fn with_a_listen_url_a_revocation_holds_at_once() {
    let (_pooler, pair) = pooled(|url| vec![("ROSTER_DATABASE_LISTEN_URL", url.to_owned())]);
    let direct = pair.here.server.setting("ROSTER_DATABASE_LISTEN_URL");
    listening(&pair.here.server, direct.unwrap(), 2);
    let mut delays = Vec::new();
    for _ in 0..TRIES {
        delays.push(revocation(&pair).await);
    }
    at_once("a token revoked behind a pooler", delays);
    for server in [&pair.here.server, &pair.there.server] {
        assert!(!server.logs().contains(DEAF), "{}", server.logs());
    }
}

#[tokio::test]
async fn a_listen_url_that_leads_to_the_pooler_too_is_told_of() {
    let url = shared_cluster().create_database().unwrap();
    let pooler = Pooler::before(shared_cluster(), FEW).unwrap();
    let through = pooler.url(&url);
    let settings = [
        ("ROSTER_DATABASE_URL", through.as_str()),
        ("ROSTER_DATABASE_LISTEN_URL", through.as_str()),
    ];
    let server = Server::start_with(Backend::Postgres, &settings);
    let said = async || server.logs().contains("it has to name PostgreSQL itself");
    until(true, said).await;
}
