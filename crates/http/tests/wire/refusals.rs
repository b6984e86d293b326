//! Refusals that take more than one request to see: what they leave in the audit log, and what
//! nobody can get around by asking in another order.

use roster_application::ports::store::AuditQuery;
use roster_domain::audit::{AuditRecord, AuditResult};
use roster_domain::context::ActorKind;
use serde_json::json;

use crate::house::House;

const SCIM: (&str, &str) = ("content-type", "application/scim+json; charset=utf-8");

fn patch(value: &serde_json::Value) -> String {
    json!({ "Operations": [{ "op": "replace", "value": value }] }).to_string()
}

async fn refusals(house: &House) -> Vec<AuditRecord> {
    let query = AuditQuery {
        result: Some(AuditResult::Failed),
        ..AuditQuery::default()
    };
    let operator = house.operator().await;
    house
        .application
        .audit_log(&operator, query)
        .await
        .unwrap()
        .items
}

#[tokio::test]
async fn a_repeated_deactivation_is_never_refused_for_its_role() {
    let house = House::new().await;
    let path = house.user_path();
    for round in 1..=2 {
        let body = patch(&json!({ "active": false, "pantherRole": "Gone" }));
        let answer = house.scim("PATCH", &path, &[SCIM], &body).await;
        assert_eq!(answer.status, 200, "round {round}: {answer:?}");
        assert_eq!(answer.json()["active"], false);
    }
    // Without a word about the status, an unknown role is refused even of somebody inactive.
    let body = patch(&json!({ "pantherRole": "Gone" }));
    house
        .scim("PATCH", &path, &[SCIM], &body)
        .await
        .is_scim_error(400);
    assert_eq!(house.get(&path).await.json()["active"], false);
}

#[tokio::test]
async fn a_change_that_met_another_version_or_nobody_is_in_the_audit_log() {
    let house = House::new().await;
    let body = patch(&json!({ "name": { "givenName": "Augusta" } }));
    let stale = ("if-match", "W/\"9\"");
    house
        .scim("PATCH", &house.user_path(), &[SCIM, stale], &body)
        .await
        .is_scim_error(412);
    let nobody = "/Users/01890000-0000-7000-8000-000000000000";
    house
        .scim("PATCH", nobody, &[SCIM], &body)
        .await
        .is_scim_error(404);
    let found = refusals(&house).await;
    let reasons: Vec<&str> = found
        .iter()
        .map(|record| record.description.as_str())
        .collect();
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(
        reasons[0].contains("no user") && reasons[1].contains("If-Match"),
        "{reasons:?}"
    );
    assert!(
        found
            .iter()
            .all(|record| record.actor.kind() == ActorKind::Token)
    );
}

#[tokio::test]
async fn a_value_that_was_replaced_can_not_rotate_its_token() {
    let house = House::new().await;
    let path = "/t/default/api/v1/api-tokens/self/rotate";
    let rotate = async |value: &str| {
        let headers: [(&str, &[u8]); 2] = [
            ("authorization", value.as_bytes()),
            ("content-type", b"application/json"),
        ];
        house
            .send("POST", path, &headers, r#"{"overlapSeconds": 3600}"#)
            .await
    };
    let rotated = rotate(&house.token).await;
    assert_eq!(rotated.status, 200, "{rotated:?}");
    let new = rotated.json()["value"].as_str().unwrap().to_owned();
    assert_eq!(
        house.get("/Users").await.status,
        200,
        "the old value lives on"
    );
    rotate(&house.token).await.is_problem(403);
    assert_eq!(rotate(&new).await.status, 200);
}

#[tokio::test]
async fn a_leaver_loses_access_whatever_else_the_request_holds() {
    for (attribute, value) in [
        ("emails", json!([{ "value": "not an address" }])),
        ("emails", json!([{ "value": "bob@example.com" }])),
        ("userName", json!("BOB@example.com")),
        ("userName", json!("")),
        ("name", json!({ "givenName": "x".repeat(300) })),
    ] {
        let house = House::new().await;
        house.add_user("bob@example.com").await;
        let before = house.get(&house.user_path()).await.json();
        let body = json!({ "active": false, attribute: value }).to_string();
        let answer = house.scim("PUT", &house.user_path(), &[SCIM], &body).await;
        assert_eq!(answer.status, 200, "{body}: {answer:?}");
        let after = answer.json();
        assert_eq!(after["active"], false, "{body}");
        for kept in ["userName", "emails", "name", "pantherRole"] {
            assert_eq!(after[kept], before[kept], "{body}");
        }
        let query = AuditQuery {
            limit: 1,
            ..AuditQuery::default()
        };
        let last = house
            .application
            .audit_log(&house.operator().await, query)
            .await
            .unwrap();
        assert!(
            last.items[0].description.contains("was ignored"),
            "{:?}",
            last.items[0]
        );
    }
}

#[tokio::test]
async fn a_refused_operation_names_its_request() {
    let house = House::new().await;
    let path = "/t/default/api/v1/users/01890000-0000-7000-8000-000000000000";
    let headers: [(&str, &[u8]); 2] = [
        ("authorization", house.token.as_bytes()),
        ("x-request-id", b"r-77"),
    ];
    let answer = house.send("GET", path, &headers, "").await;
    answer.is_problem(404);
    assert!(
        answer.json()["instance"].as_str().unwrap().contains("r-77"),
        "{answer:?}"
    );
}
