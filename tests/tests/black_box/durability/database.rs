//! A database that is slow, away, or shared by several processes. The embedded one is none of
//! these, so these stories are PostgreSQL's alone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use roster_tests::Backend;
use roster_tests::client::{Answer, Client};
use roster_tests::postgres::{Cluster, ClusterOptions, shared_cluster};
use roster_tests::raw::answers_ok;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::json;
use tokio::task::JoinSet;

/// Another process on the database of `first`.
fn replica(first: &Server) -> Arc<Server> {
    Server::start_with(
        Backend::Postgres,
        &[("ROSTER_DATABASE_URL", first.database_url().unwrap())],
    )
}

fn scim_at(server: &Server, tenant: &Tenant) -> Client {
    Client::new(format!("{}/t/{}/scim/v2", server.url(), tenant.slug))
}

#[tokio::test]
async fn while_the_database_is_away_nobody_waits_long_and_afterwards_all_is_well() {
    let mut cluster = Cluster::start(ClusterOptions::default()).unwrap();
    let url = cluster.create_database().unwrap();
    let server = Server::start_with(Backend::Postgres, &[("ROSTER_DATABASE_URL", &url)]);
    let tenant = Tenant::on(&server);
    let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
    let scim = tenant.scim();
    scim.put(&path, &json!({ "externalId": "before" }))
        .await
        .scim(200);

    cluster.kill9().unwrap();
    let ready = Client::new(server.url());
    // The crashed server's children live on for a moment.
    let begun = Instant::now();
    while ready.get("/readyz").await.status != 503 {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "the crash goes unnoticed"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for _ in 0..3 {
        let begun = Instant::now();
        let answer = scim.put(&path, &json!({ "externalId": "meanwhile" })).await;
        let detail = answer.scim_error(503, None);
        assert!(detail.contains("database"), "{detail}");
        assert!(
            answer
                .header("retry-after")
                .is_some_and(|seconds| seconds.parse::<u32>().is_ok())
        );
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{:?}",
            begun.elapsed()
        );
        assert_eq!(ready.get("/readyz").await.status, 503);
        assert_eq!(ready.get("/livez").await.status, 200);
    }

    cluster.restart().unwrap();
    let begun = Instant::now();
    while ready.get("/readyz").await.status != 200 {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "it does not come back by itself: {}",
            server.logs()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(scim.get(&path).await.scim(200)["externalId"], "before");
    scim.put(&path, &json!({ "externalId": "after" }))
        .await
        .scim(200);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_told_so() {
    let first = Server::start(Backend::Postgres);
    let url = first.database_url().unwrap().to_owned();
    let settings = [
        ("ROSTER_DATABASE_URL", url.as_str()),
        ("ROSTER_REQUEST_TIMEOUT_SECONDS", "1"),
    ];
    let server = Server::start_with(Backend::Postgres, &settings);
    let tenant = Tenant::on(&server);
    let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
    let scim = tenant.scim();
    scim.get(&path).await.scim(200);
    let database = url.clone();
    let locked = tokio::task::spawn_blocking(move || {
        let lock = "LOCK TABLE users IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(6)";
        shared_cluster().sql(&database, lock).unwrap()
    });
    tokio::task::spawn_blocking(move || shared_cluster().until_locked(&url, "users").unwrap())
        .await
        .unwrap();
    let begun = Instant::now();
    let detail = scim
        .put(&path, &json!({ "externalId": "x" }))
        .await
        .scim_error(503, None);
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
    assert!(!locked.is_finished(), "it was not waited for");
    assert!(detail.contains("within 1 second"), "{detail}");
    locked.await.unwrap();
    scim.get(&path).await.scim(200);
}

#[tokio::test]
async fn a_server_whose_database_is_being_migrated_lives_and_is_not_ready() {
    let server = Server::start(Backend::Postgres);
    let url = server.database_url().unwrap().to_owned();
    server.kill9();
    let database = url.clone();
    let migrating = tokio::task::spawn_blocking(move || {
        // The lock of whoever migrates.
        let lock = "SELECT pg_advisory_lock(x'726f73746572'::bigint); SELECT pg_sleep(8)";
        shared_cluster().sql(&database, lock).unwrap()
    });
    tokio::task::spawn_blocking(move || shared_cluster().until_asleep(&url).unwrap())
        .await
        .unwrap();
    server.begin();
    let is = |path: &str| answers_ok(server.address(), path);
    while !is("/livez") {
        assert!(!migrating.is_finished(), "{}", server.logs());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!is("/readyz") && !migrating.is_finished());
    migrating.await.unwrap();
    let begun = Instant::now();
    while !is("/readyz") {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{}",
            server.logs()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn writers_at_two_processes_lose_nothing() {
    let first = Server::start(Backend::Postgres);
    let second = replica(&first);
    let tenant = Tenant::on(&first);
    let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
    let mut writers = JoinSet::new();
    for writer in 0..64 {
        let server = if writer % 2 == 0 { &first } else { &second };
        let scim = scim_at(server, &tenant).with_token(tenant.administrator_token());
        let path = path.clone();
        writers.spawn(async move {
            loop {
                let answer = scim
                    .put(&path, &json!({ "externalId": writer.to_string() }))
                    .await;
                // Told to come back, as Okta would.
                if answer.status != 503 {
                    return answer;
                }
                answer.scim_error(503, None);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
    }
    while let Some(answer) = writers.join_next().await {
        answer.unwrap().scim(200);
    }
    assert_eq!(
        tenant.scim().get(&path).await.scim(200)["meta"]["version"],
        "W/\"65\""
    );
    assert_eq!(tenant.audit("UPDATE_USER", "SUCCEEDED").await.len(), 64);
}

#[tokio::test]
async fn a_token_works_at_every_process_the_moment_it_is_made() {
    let first = Server::start(Backend::Postgres);
    let second = replica(&first);
    let tenant = Tenant::on(&first);
    let there = scim_at(&second, &tenant);
    for _ in 0..5 {
        let body = json!({ "name": "t", "permissions": ["UserRead"] });
        let issued = tenant.api().post("/api-tokens", &body).await.api(201);
        let scim = there.with_token(issued["value"].as_str().unwrap());
        scim.get("/Users").await.scim(200);
        let token = format!("/api-tokens/{}", issued["token"]["id"].as_str().unwrap());
        tenant.api().delete(&token).await.api(204);
        // What another process remembers lasts a second at most, whether it hears of this or not.
        tokio::time::sleep(Duration::from_millis(1_050)).await;
        scim.get("/Users").await.scim_error(401, None);
    }
    let request = there
        .with_token(tenant.administrator_token())
        .request(reqwest::Method::GET, "/Users");
    Answer::of(request).await.scim(200);
}
