//! Two writers never lose each other's change, however many they are.

use std::sync::Arc;

use reqwest::Method;
use roster_tests::client::Answer;
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

const WRITERS: usize = 64;

/// The records of the audit log, oldest first, must lead from the first state to the last without
/// a gap: each change's `before` is what the change before left behind.
fn assert_unbroken(records: &[Value], attribute: &str, first: &str, last: &str) {
    let changes = records
        .iter()
        .rev()
        .flat_map(|record| record["changes"].as_array().unwrap());
    let mut present = first.to_owned();
    for change in changes.filter(|change| change["attribute"] == attribute) {
        assert_eq!(
            change["before"].as_str().unwrap_or_default(),
            present,
            "a change of {attribute} was lost"
        );
        present = change["after"].as_str().unwrap_or_default().to_owned();
    }
    assert_eq!(present, last, "the last change of {attribute} was lost");
}

on_both_stores! {
    async fn of_sixty_four_writers_on_one_user_none_is_lost(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let (scim, start) = (tenant.scim(), Arc::new(Barrier::new(WRITERS)));
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let (scim, path, start) = (scim.clone(), path.clone(), start.clone());
            writers.spawn(async move {
                start.wait().await;
                // Half of them change one attribute, half another; some put, some patch.
                let name = if writer % 2 == 0 { "givenName" } else { "familyName" };
                let value = format!("Writer{writer}");
                if writer % 4 < 2 {
                    scim.put(&path, &json!({ "name": { name: value } })).await
                } else {
                    scim.operations(&path, json!([{ "op": "replace", "path": format!("name.{name}"), "value": value }])).await
                }
            });
        }
        let mut versions = Vec::new();
        while let Some(answer) = writers.join_next().await {
            versions.push(answer.unwrap().scim(200)["meta"]["version"].as_str().unwrap().to_owned());
        }
        versions.sort();
        let mut expected: Vec<_> = (2..WRITERS + 2).map(|version| format!("W/\"{version}\"")).collect();
        expected.sort();
        assert_eq!(versions, expected, "each writer made a version of its own");

        let user = scim.get(&path).await.scim(200);
        assert_eq!(user["meta"]["version"], format!("W/\"{}\"", WRITERS + 1));
        let records = tenant.audit("UPDATE_USER", "SUCCEEDED").await;
        assert_eq!(records.len(), WRITERS, "one record for each change");
        assert_unbroken(&records, "givenName", "Ada", user["name"]["givenName"].as_str().unwrap());
        assert_unbroken(&records, "familyName", "Byron", user["name"]["familyName"].as_str().unwrap());
    }

    async fn of_many_writers_with_one_if_match_one_wins(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let scim = tenant.scim();
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let request = scim.request(Method::PUT, &path).header("If-Match", "W/\"1\"");
            writers.spawn(Answer::of(request.body(json!({ "externalId": writer.to_string() }).to_string())));
        }
        let mut winners = Vec::new();
        while let Some(answer) = writers.join_next().await {
            let answer = answer.unwrap();
            if answer.status == 412 {
                answer.scim_error(412, None);
            } else {
                winners.push(answer.scim(200));
            }
        }
        assert_eq!(winners.len(), 1, "{winners:?}");
        assert_eq!(scim.get(&path).await.scim(200), winners[0]);
        assert_eq!(tenant.audit("UPDATE_USER", "SUCCEEDED").await.len(), 1);
    }

    async fn two_admins_can_not_both_leave_at_once(backend: Backend) {
        let tenant = Tenant::new(backend);
        let (ada, grace) = (tenant.user("ada", "Admin"), tenant.user("grace", "Admin"));
        let scim = tenant.scim();
        for round in 0..5 {
            let mut leavers = JoinSet::new();
            for id in [&ada, &grace] {
                let (scim, path) = (scim.clone(), format!("/Users/{id}"));
                let wish = if round % 2 == 0 { json!({ "active": false }) } else { json!({ "pantherRole": "Analyst" }) };
                leavers.spawn(async move { scim.put(&path, &wish).await.status });
            }
            let mut statuses = leavers.join_all().await;
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 400], "one goes, one stays");
            for id in [&ada, &grace] {
                scim.put(&format!("/Users/{id}"), &json!({ "active": true, "pantherRole": "Admin" })).await.scim(200);
            }
        }
    }

    async fn one_name_goes_to_one_of_many(backend: Backend) {
        let tenant = Tenant::new(backend);
        let users: Vec<_> = (0..8).map(|number| tenant.user(&format!("user{number}"), "Analyst")).collect();
        let scim = tenant.scim();
        let mut writers = JoinSet::new();
        for (number, id) in users.iter().enumerate() {
            let (scim, path) = (scim.clone(), format!("/Users/{id}"));
            let name = if number % 2 == 0 { "Wanted@example.com" } else { "WANTED@example.com" };
            writers.spawn(async move { scim.put(&path, &json!({ "userName": name })).await.status });
        }
        let mut statuses = writers.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
    }

    async fn a_role_is_not_deleted_while_somebody_gets_it(backend: Backend) {
        let tenant = Tenant::new(backend);
        let (api, scim) = (tenant.api(), tenant.scim());
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        for round in 0..8 {
            let name = format!("Role {round}");
            let role = api.post("/roles", &json!({ "name": name, "permissions": [] })).await.api(201);
            let role = format!("/roles/{}", role["id"].as_str().unwrap());
            let wish = json!({ "pantherRole": name });
            let (gone, given) = tokio::join!(api.delete(&role), scim.put(&path, &wish));
            match (gone.status, given.status) {
                (204, 400) | (409, 200) => {}
                both => panic!("{both:?}: {} {}", gone.text(), given.text()),
            }
            let shown = scim.get(&path).await.scim(200);
            assert_eq!(shown["pantherRole"] == name, given.status == 200, "{shown}");
        }
    }
}
