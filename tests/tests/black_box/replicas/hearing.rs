//! What one process changes, the others know within 100 ms, and within a second when nobody could
//! tell them.
//!
//! Each time the other process is asked first, so that it remembers what was before. On a machine
//! that is busy with other tests the slowest of a few answers says little, so the middle one must
//! come within 100 ms; every one must come before what is remembered would have expired by itself.

use std::time::{Duration, Instant};

use roster_tests::Backend;
use roster_tests::client::Client;
use roster_tests::jwt;
use roster_tests::postgres::shared_cluster;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::json;

use super::{FALLBACK, LISTENERS, Pair, at_once, listening, new_token, until};

const TRIES: usize = 7;

#[tokio::test]
async fn a_token_that_is_revoked_at_one_is_refused_at_the_other() {
    let pair = Pair::shared();
    let mut delays = Vec::new();
    for _ in 0..TRIES {
        let (value, id) = new_token(&pair.here).await;
        let there = pair.scim_there(&value);
        there.get("/Users").await.scim(200);
        let path = format!("/api-tokens/{id}");
        pair.here.api().delete(&path).await.api(204);
        delays.push(until(401, async || there.get("/Users").await.status).await);
        there.get("/Users").await.scim_error(401, None);
    }
    at_once("a token revoked by the API", delays);
}

#[tokio::test]
async fn a_token_that_the_command_line_revokes_is_refused_everywhere() {
    let pair = Pair::shared();
    let mut delays = Vec::new();
    for _ in 0..TRIES {
        let (value, id) = new_token(&pair.here).await;
        let places = [pair.here.scim_url(), pair.there.scim_url()];
        let places = places.map(|url| Client::new(url).with_token(&value));
        for place in &places {
            place.get("/Users").await.scim(200);
        }
        let slug = &pair.here.slug;
        let _ = pair
            .here
            .server
            .run(&["token", "revoke", "--tenant", slug, &id]);
        let refused = async || {
            let [here, there] = &places;
            let (here, there) = tokio::join!(here.get("/Users"), there.get("/Users"));
            [here.status, there.status]
        };
        delays.push(until([401, 401], refused).await);
    }
    at_once("a token revoked by the command line", delays);
}

#[tokio::test]
async fn what_a_token_may_do_changes_everywhere() {
    let pair = Pair::shared();
    let id = pair.here.user("ada", "Analyst");
    let mut delays = Vec::new();
    for _ in 0..TRIES {
        let (value, token) = new_token(&pair.here).await;
        let there = pair.scim_there(&value);
        let (path, wish) = (format!("/Users/{id}"), json!({ "externalId": "x" }));
        there.put(&path, &wish).await.scim_error(403, None);
        let token = format!("/api-tokens/{token}");
        let more = json!({ "permissions": ["UserModify"] });
        pair.here.api().patch(&token, &more).await.api(200);
        delays.push(until(200, async || there.put(&path, &wish).await.status).await);
    }
    at_once("a token's permissions", delays);
}

#[tokio::test]
async fn a_setting_that_is_changed_at_one_holds_at_the_other() {
    let pair = Pair::shared();
    let path = format!("/Users/{}", pair.here.user("ada", "Analyst"));
    let there = pair.scim_there(pair.here.administrator_token());
    let mut delays = Vec::new();
    for round in 0..TRIES {
        let name = format!("houseRole{round}");
        there.get(&path).await.scim(200);
        let settings = json!({ "scimRoleAttribute": name });
        pair.here.api().patch("/settings", &settings).await.api(200);
        let role = async || there.get(&path).await.scim(200)[&name].clone();
        delays.push(until(json!("Analyst"), role).await);
    }
    at_once("the name of the role's attribute", delays);
}

#[tokio::test]
async fn the_default_role_keeps_its_new_name_everywhere() {
    let pair = Pair::shared();
    let (api, there) = (
        pair.here.api(),
        pair.scim_there(pair.here.administrator_token()),
    );
    let roles = api.get("/roles").await.api(200);
    let default = roles["items"].as_array().unwrap().iter();
    let default = default
        .clone()
        .find(|role| role["name"] == "AnalystReadOnly");
    let role = format!("/roles/{}", default.unwrap()["id"].as_str().unwrap());
    let path = format!("/Users/{}", pair.here.user("ada", "AnalystReadOnly"));
    for round in 0..3 {
        there.get(&path).await.scim(200);
        let name = format!("Reader {round}");
        api.patch(&role, &json!({ "name": name })).await.api(200);
        // A person's role is read each time: there is nothing to hear of.
        assert_eq!(there.get(&path).await.scim(200)["pantherRole"], name);
        let api = Client::new(pair.there.api_url()).with_token(pair.here.administrator_token());
        assert_eq!(api.get("/settings").await.api(200)["defaultRole"], name);
    }
}

#[tokio::test]
async fn a_new_tenant_is_there_at_every_process_at_once() {
    let pair = Pair::shared();
    for round in 0..3 {
        let slug = format!("new-{}-{round}", pair.here.slug);
        let there = Tenant::existing(&pair.there.server, &slug);
        let scim = Client::new(there.scim_url());
        scim.get("/Users").await.scim_error(404, None);
        let _ = pair.here.server.run(&["tenant", "create", &slug]);
        scim.get("/Users").await.scim_error(401, None);
    }
}

#[tokio::test]
async fn a_new_key_is_published_by_every_process() {
    let pair = Pair::shared();
    let there = &pair.there.server;
    let published = async || jwt::key_set(there).await.to_string();
    let mut delays = Vec::new();
    for _ in 0..TRIES {
        published().await;
        let key = pair.here.server.run(&["keys", "rotate"]);
        delays.push(until(true, async || published().await.contains(&key)).await);
    }
    at_once("a new signing key", delays);
}

#[tokio::test]
async fn whoever_can_not_hear_knows_within_a_second_and_hears_again_later() {
    // With a single connection nobody needs another when none can be opened.
    let first = Server::start_with(Backend::Postgres, &[("ROSTER_DATABASE_POOL_SIZE", "1")]);
    let pair = Pair::of(&first, &first.replica());
    let url = first.database_url().unwrap();
    listening(&first, url, 2);
    // The command line that makes it has to connect.
    pair.here.administrator_token();
    let (_, database) = url.rsplit_once('/').unwrap();
    let cluster = shared_cluster();
    let reach = |allowed: bool| {
        let statement = format!("ALTER DATABASE {database} ALLOW_CONNECTIONS {allowed}");
        cluster.sql(&cluster.url("postgres"), &statement).unwrap();
    };
    let revoked = async || {
        let (value, id) = new_token(&pair.here).await;
        let there = pair.scim_there(&value);
        there.get("/Users").await.scim(200);
        let path = format!("/api-tokens/{id}");
        pair.here.api().delete(&path).await.api(204);
        until(401, async || there.get("/Users").await.status).await
    };

    // The listeners are cut, and no connection is let in any more; those of the pools live on.
    let cut = format!(
        "ALTER DATABASE {database} ALLOW_CONNECTIONS false; \
         SELECT count(pg_terminate_backend(pid)) {}",
        LISTENERS.replace("current_database()", &format!("'{database}'"))
    );
    let cut = cluster.sql(&cluster.url("postgres"), &cut).unwrap();
    assert_eq!(cut, "2");
    let deaf = revoked().await;
    assert!(deaf < FALLBACK, "{deaf:?}");
    for server in [&pair.here.server, &pair.there.server] {
        let ready = Client::new(server.url()).get("/readyz").await;
        assert_eq!(
            ready.status, 200,
            "a process that can't hear works all the same"
        );
        assert!(
            server
                .logs()
                .contains("can't hear what other processes change"),
            "{}",
            server.logs()
        );
    }

    reach(true);
    listening(&first, url, 2);
    let mut delays = Vec::new();
    for _ in 0..TRIES {
        delays.push(revoked().await);
    }
    at_once("a token, when the listeners are back", delays);
    let begun = Instant::now();
    while !pair.there.server.logs().contains("hears again") {
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "{}",
            pair.there.server.logs()
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let said = pair.there.server.logs();
    assert_eq!(said.matches("can't hear").count(), 1, "said once: {said}");
}
