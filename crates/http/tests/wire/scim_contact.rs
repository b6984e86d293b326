//! When a tenant's SCIM client was last heard of.

use roster_application::error::Error;
use roster_application::ports::store::ScimContact;
use roster_domain::permission::Permission;
use time::Duration;

use crate::house::House;

async fn contact(house: &House) -> Option<ScimContact> {
    let operator = house.operator().await;
    house.application.scim_contact(&operator).await.unwrap()
}

/// A SCIM request of a client that calls itself that.
async fn request(house: &House, token: &str, user_agent: &str) -> u16 {
    let headers = [
        ("authorization", token.as_bytes()),
        ("user-agent", user_agent.as_bytes()),
    ];
    let path = "/t/default/scim/v2/Users?startIndex=1&count=2";
    house.send("GET", path, &headers, "").await.status
}

#[tokio::test]
async fn each_scim_request_is_a_contact_and_nothing_else_is() {
    let house = House::new().await;
    assert_eq!(request(&house, "nonsense", "curl").await, 401);
    let outside = house
        .token_for(&[Permission::USER_READ], &["192.0.2.0/24"])
        .await;
    assert_eq!(request(&house, &outside, "curl").await, 403);
    let headers = [("x-api-key", house.token.as_bytes())];
    let path = "/t/default/api/v1/users";
    assert_eq!(house.send("GET", path, &headers, "").await.status, 200);
    assert_eq!(contact(&house).await, None);

    let before = house.application.now();
    // Refused for want of a permission, and yet the client has got through.
    let token = house.token_for(&[Permission::TOKEN_READ], &[]).await;
    assert_eq!(request(&house, &token, "Okta SCIM Client 1.0.0").await, 403);
    let first = contact(&house).await.unwrap();
    assert!(first.at >= before && first.at <= house.application.now());
    assert_eq!(first.user_agent.as_deref(), Some("Okta SCIM Client 1.0.0"));
    let operator = house.operator().await;
    let tokens = house.application.list_tokens(&operator).await.unwrap();
    let sent = tokens.last().unwrap();
    assert_eq!(
        (first.token, first.token_name.as_str()),
        (sent.id, sent.name.as_str())
    );

    house.world.pass(Duration::seconds(12));
    assert_eq!(request(&house, &token, "Okta SCIM Client 1.0.0").await, 403);
    let second = contact(&house).await.unwrap();
    assert!(second.at >= first.at + Duration::seconds(12));
    assert_eq!(
        second,
        ScimContact {
            at: second.at,
            ..first
        }
    );
    assert_eq!(request(&house, &house.token, "curl").await, 200);
    let third = contact(&house).await.unwrap();
    assert_eq!(third.user_agent.as_deref(), Some("curl"));
    assert_ne!(third.token, second.token);
}

#[tokio::test]
async fn a_contact_is_there_before_and_after_it_is_written() {
    let house = House::new().await;
    assert_eq!(request(&house, &house.token, "Okta").await, 200);
    let noted = contact(&house).await;
    for _ in 0..2 {
        house.application.write_scim_contacts().await.unwrap();
        assert_eq!(contact(&house).await, noted);
    }
    house.world.pass(Duration::SECOND);
    assert_eq!(request(&house, &house.token, "Okta").await, 200);
    assert!(contact(&house).await.unwrap().at > noted.unwrap().at);
}

#[tokio::test]
async fn whoever_may_not_read_the_settings_learns_of_no_contact() {
    let house = House::new().await;
    let mut nobody = house.operator().await;
    nobody.permissions = std::sync::Arc::default();
    let refused = house.application.scim_contact(&nobody).await;
    assert!(matches!(refused, Err(Error::Forbidden { .. })));
}
