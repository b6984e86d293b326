//! SIGTERM: what is in flight is finished, nothing new is accepted, exit code 0.

use std::time::{Duration, Instant};

use roster_tests::client::Answer;
use roster_tests::on_both_stores;
use roster_tests::raw::Connection;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::json;
use tokio::task::JoinSet;

/// What is in flight has the time of a request, 30 seconds; nothing here needs them.
const LIMIT: Duration = Duration::from_secs(20);

/// Waits until each of those users was written to.
pub(super) async fn all_have_written(tenant: &Tenant, users: &[String]) {
    let begun = Instant::now();
    for id in users {
        while tenant.read(id).await["externalId"].is_null() {
            assert!(begun.elapsed() < Duration::from_secs(30), "{id}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

on_both_stores! {
    async fn a_request_that_is_being_sent_is_still_answered(backend: Backend) {
        let server = Server::start(backend);
        let tenant = Tenant::on(&server);
        let id = tenant.user("ada", "Analyst");
        let body = json!({ "externalId": "sent in two halves" }).to_string();
        let (first, second) = body.split_at(body.len() / 2);
        let head = format!(
            "PUT /t/{}/scim/v2/Users/{id} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/scim+json\r\nContent-Length: {}\r\n\
             Expect: 100-continue\r\n\r\n",
            tenant.slug, tenant.administrator_token(), body.len(),
        );
        let mut connection = Connection::open(server.address()).unwrap();
        connection.send(head.as_bytes());
        // Said when the body is being waited for.
        connection.is_told_to_continue();
        connection.send(first.as_bytes());
        server.terminate();
        let terminated = Instant::now();
        while Connection::open(server.address()).is_ok() {
            let waited = terminated.elapsed();
            assert!(waited < Duration::from_secs(5), "nothing new is accepted");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        connection.send(second.as_bytes());
        let answer = connection.finish();
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.body.contains("sent in two halves"), "{answer:?}");
        assert!(server.wait(LIMIT).success(), "{}", server.logs());
        server.restart();
        assert_eq!(tenant.read(&id).await["externalId"], "sent in two halves");
    }

    async fn under_load_every_answer_is_whole_and_kept(backend: Backend) {
        let server = Server::start(backend);
        let tenant = Tenant::on(&server);
        let users: Vec<_> = (0..8).map(|number| tenant.user(&format!("user{number}"), "Analyst")).collect();
        let scim = tenant.scim();
        let mut writers = JoinSet::new();
        for id in users.clone() {
            let scim = scim.clone();
            writers.spawn(async move {
                let mut last = 0_i64;
                loop {
                    let body = json!({ "externalId": (last + 1).to_string() }).to_string();
                    let request = scim.request(reqwest::Method::PUT, &format!("/Users/{id}"));
                    // A connection of its own each: one that is kept open may be closed between requests.
                    match Answer::try_of(request.header("Connection", "close").body(body)).await {
                        Ok(answer) => drop(answer.scim(200)),
                        Err(_) => return (id, last),
                    }
                    last += 1;
                }
            });
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        all_have_written(&tenant, &users).await;
        server.terminate();
        let ended = writers.join_all().await;
        assert!(server.wait(LIMIT).success(), "{}", server.logs());
        server.restart();
        for (id, last) in &ended {
            let stored = tenant.read(id).await["externalId"].as_str().map_or(0, |text| text.parse::<i64>().unwrap());
            assert_eq!(stored, *last, "what was written was answered");
        }
        assert!(ended.iter().all(|(_, last)| *last > 0), "the writers did write: {ended:?}");
    }

    async fn an_idle_connection_does_not_hold_it_up(backend: Backend) {
        let server = Server::start(backend);
        let tenant = Tenant::on(&server);
        let scim = tenant.scim();
        scim.get("/Users").await.scim(200);
        let _silent = Connection::open(server.address()).unwrap();
        server.terminate();
        assert!(server.wait(LIMIT).success(), "{}", server.logs());
        drop(scim);
    }
}
