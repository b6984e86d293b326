//! What was last heard of a user.

use std::net::IpAddr;
use std::sync::Arc;

use roster_application::administration::user_activity::UserActivity;
use roster_application::error::Error;
use roster_domain::id::UserId;
use roster_domain::permission::Permission;
use serde_json::json;
use time::Duration;

use crate::house::House;

const JSON: (&str, &str) = ("content-type", "application/json");

async fn activity(house: &House, id: UserId) -> UserActivity {
    let operator = house.operator().await;
    let found = house.application.user_activity(&operator, id).await;
    found.unwrap()
}

fn ada(house: &House) -> UserId {
    house.user.parse().unwrap()
}

#[tokio::test]
async fn a_user_who_was_only_made_has_not_been_heard_of() {
    let house = House::new().await;
    assert_eq!(activity(&house, ada(&house)).await, UserActivity::default());
    let nobody = UserId::new(uuid::Uuid::from_u128(7));
    assert_eq!(activity(&house, nobody).await, UserActivity::default());
}

#[tokio::test]
async fn the_last_sign_in_and_the_last_change_by_scim_are_told() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    let write = async |name: &str| {
        let body = json!({ "name": { "givenName": name } }).to_string();
        let answer = house.scim("PUT", &house.user_path(), &[JSON], &body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    write("Augusta").await;
    let written = activity(&house, ada(&house)).await;
    assert_eq!(written.last_sign_in, None);
    let first = written.last_scim_write.unwrap();
    assert_eq!(
        first.from, None as Option<IpAddr>,
        "these tests have no network"
    );

    // Neither a change by another program, nor one that is refused, nor one of somebody else.
    house.world.pass(Duration::minutes(1));
    let headers = [
        ("x-api-key", house.token.as_bytes()),
        ("content-type", b"application/json"),
    ];
    let path = format!("/t/default/api/v1/users/{}", house.user);
    for number in 0..60 {
        let body = json!({ "familyName": number.to_string() }).to_string();
        let answer = house.send("PATCH", &path, &headers, &body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let unknown = r#"{"pantherRole": "Nobody's"}"#;
    house
        .scim("PUT", &house.user_path(), &[JSON], unknown)
        .await
        .is_scim_error(400);
    house.add_user("bob@example.com").await;
    assert_eq!(activity(&house, ada(&house)).await, written);

    let person = json!({ "nameId": "ada@example.com", "email": "ada@example.com" });
    let answer = house.browser().sign_in(&person).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let signed_in = activity(&house, ada(&house)).await;
    assert_eq!(signed_in.last_scim_write, Some(first));
    assert!(signed_in.last_sign_in.unwrap().at >= first.at + Duration::minutes(1));

    // A deactivation that is applied alone is one too.
    let body = r#"{"active": false, "pantherRole": "Nobody's"}"#;
    let answer = house.scim("PUT", &house.user_path(), &[JSON], body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let left = activity(&house, ada(&house)).await;
    assert!(left.last_scim_write.unwrap().at > first.at);
    assert_eq!(left.last_sign_in, signed_in.last_sign_in);
}

#[tokio::test]
async fn whoever_sees_the_user_sees_this_and_nobody_else() {
    let house = House::new().await;
    let mut caller = house.operator().await;
    for (permission, allowed) in [
        (Permission::USER_READ, true),
        (Permission::AUDIT_LOG_READ, false),
    ] {
        caller.permissions = Arc::new([permission].into_iter().collect());
        let found = house.application.user_activity(&caller, ada(&house)).await;
        let refused = matches!(found, Err(Error::Forbidden { .. }));
        assert_eq!(!refused, allowed);
    }
}
