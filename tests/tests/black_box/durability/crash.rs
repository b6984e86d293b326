//! Kill -9 in the middle of writes: what was acknowledged is there, and nothing is there by half.

use std::time::Duration;

use roster_tests::client::Answer;
use roster_tests::on_both_stores;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::json;
use tokio::task::JoinSet;

use super::shutdown::all_have_written;

const WRITERS: usize = 8;

on_both_stores! {
    async fn what_was_acknowledged_survives_a_kill(backend: Backend) {
        let server = Server::start(backend);
        let tenant = Tenant::on(&server);
        let users: Vec<_> = (0..WRITERS).map(|number| tenant.user(&format!("user{number}"), "Analyst")).collect();
        let scim = tenant.scim();
        let mut acknowledged = vec![0_i64; WRITERS];
        for round in 0..3 {
            let mut writers = JoinSet::new();
            for (writer, id) in users.iter().enumerate() {
                let (scim, path, mut last) = (scim.clone(), format!("/Users/{id}"), acknowledged[writer]);
                writers.spawn(async move {
                    loop {
                        let body = json!({ "externalId": (last + 1).to_string() }).to_string();
                        let request = scim.request(reqwest::Method::PUT, &path).body(body);
                        match Answer::try_of(request).await {
                            Ok(answer) => drop(answer.scim(200)),
                            Err(_) => return (writer, last),
                        }
                        last += 1;
                    }
                });
            }
            tokio::time::sleep(Duration::from_millis(300 + 170 * round)).await;
            all_have_written(&tenant, &users).await;
            let killing = server.clone();
            tokio::task::spawn_blocking(move || killing.kill9()).await.unwrap();
            while let Some(ended) = writers.join_next().await {
                let (writer, last) = ended.unwrap();
                acknowledged[writer] = last;
            }
            server.restart();

            let records = tenant.audit("UPDATE_USER", "SUCCEEDED").await;
            for (writer, id) in users.iter().enumerate() {
                let user = tenant.record(id).await;
                let stored: i64 = user["externalId"].as_str().map_or(0, |text| text.parse().unwrap());
                let last = acknowledged[writer];
                // The one write that was under way may or may not have come through.
                assert!(stored == last || stored == last + 1, "acknowledged {last}, stored {stored}");
                assert_eq!(user["version"], stored + 1, "each change is one version");
                let audited = records.iter().filter(|record| record["target"]["id"] == id.as_str()).count();
                assert_eq!(i64::try_from(audited).unwrap(), stored, "each change has its record, and no other");
                acknowledged[writer] = stored;
            }
        }
        assert!(acknowledged.iter().all(|last| *last > 0), "the writers did write: {acknowledged:?}");
    }

    async fn tokens_and_tenants_survive_a_kill(backend: Backend) {
        let server = Server::start(backend);
        let tenant = Tenant::on(&server);
        let issued = tenant.api().post("/api-tokens", &json!({ "name": "t", "permissions": ["UserRead"] })).await.api(201);
        let revoked = tenant.api().post("/api-tokens", &json!({ "name": "r", "permissions": ["UserRead"] })).await.api(201);
        tenant.api().delete(&format!("/api-tokens/{}", revoked["token"]["id"].as_str().unwrap())).await.api(204);
        server.kill9();
        server.restart();
        let scim = roster_tests::client::Client::new(tenant.scim_url());
        scim.with_token(issued["value"].as_str().unwrap()).get("/Users").await.scim(200);
        scim.with_token(revoked["value"].as_str().unwrap()).get("/Users").await.scim_error(401, None);
    }
}
