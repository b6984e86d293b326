//! The audit log: what a name stands for in it, and its export.

use std::sync::Arc;

use roster_application::administration::users::UserListing;
use roster_application::error::Error;
use roster_domain::permission::Permission;
use roster_domain::text::{PersonName, UserName};
use roster_domain::user::{Field, UserWish};
use roster_http::options::Options;
use serde_json::Value;
use uuid::Uuid;

use crate::house::{House, read};

const EXPORT: &str = "/t/default/api/v1/audit-log/export";

/// A house with `changes` changes of its user in the audit log, and a token that may read it.
async fn changed(house: House, changes: u32) -> (House, String) {
    let operator = house.operator().await;
    for number in 0..changes {
        let wish = UserWish {
            family_name: Field::Set(PersonName::new(&number.to_string()).unwrap()),
            ..UserWish::default()
        };
        let update = house
            .application
            .update_user(&operator, &house.user, &wish, None);
        update.await.unwrap();
    }
    let token = house.token_for(&[Permission::AUDIT_LOG_READ], &[]).await;
    (house, token)
}

fn records(text: &str) -> Vec<Value> {
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn an_export_has_every_record_of_the_list_whatever_their_number() {
    let (house, token) = changed(House::new().await, 450).await;
    let answer = read(house.begin(EXPORT, &token).await).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"audit-log-default.jsonl\""
    );
    assert!(answer.text.ends_with("}\n"));
    let exported = records(&answer.text);

    let (mut listed, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/t/default/api/v1/audit-log?limit=200{cursor}");
        let page = read(house.begin(&path, &token).await).await.json();
        listed.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["nextCursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    // The tenant, the user, two tokens, a signing key.
    assert_eq!(listed.len(), 450 + 5);
    assert_eq!(exported, listed);
}

#[tokio::test]
async fn an_export_is_narrowed_down_as_the_list_is() {
    let (house, token) = changed(House::new().await, 3).await;
    let export = async |query: &str| {
        let path = format!("{EXPORT}?{query}");
        read(house.begin(&path, &token).await).await
    };
    let target = format!("target={}&action=UPDATE_USER", house.user);
    for (query, expected) in [
        (target.as_str(), 3),
        ("action=CREATE_USER&actorType=OPERATOR", 1),
        ("action=CREATE_USER&actorType=USER", 0),
        ("until=2020-01-01T00:00:00Z", 0),
    ] {
        let answer = export(query).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(records(&answer.text).len(), expected, "{query}");
    }
    for (query, field) in [
        ("limit=3", "limit"),
        ("cursor=x", "cursor"),
        ("actor=x", "actor"),
        ("action=DANCE", "action"),
    ] {
        let answer = export(query).await;
        answer.is_problem(400);
        assert_eq!(answer.json()["errors"][0]["field"], field, "{answer:?}");
    }
    read(house.begin(EXPORT, &house.token).await)
        .await
        .is_problem(403);
}

#[tokio::test]
async fn an_export_may_take_longer_than_a_request() {
    let request_timeout = std::time::Duration::from_secs(5);
    let options = Options {
        request_timeout,
        ..Options::default()
    };
    let (house, token) = changed(House::with(options).await, 250).await;
    let begun = house.begin(EXPORT, &token).await;
    tokio::time::sleep(request_timeout).await;
    let answer = read(begun).await;
    assert_eq!(records(&answer.text).len(), 250 + 5);
}

async fn audited_as(house: &House, text: &str) -> Vec<Uuid> {
    let operator = house.operator().await;
    house.application.audited_as(&operator, text).await.unwrap()
}

#[tokio::test]
async fn a_name_stands_for_whatever_is_called_so() {
    let house = House::new().await;
    let (application, operator) = (&house.application, house.operator().await);
    house.foreign_token().await;
    let user: Uuid = house.user.parse().unwrap();
    // UserName and e-mail are those of one user, who is named once.
    assert_eq!(audited_as(&house, " ADA@example.com ").await, [user]);

    let roles = application.list_roles(&operator).await.unwrap();
    let role = roles.iter().find(|role| role.name.as_str() == "Analyst");
    let role = role.unwrap().id.uuid();
    assert_eq!(audited_as(&house, "ANALYST").await, [role]);

    let token = application.list_tokens(&operator).await.unwrap().remove(0);
    let name = token.name.as_str().to_uppercase();
    assert_eq!(audited_as(&house, &name).await, [token.id.uuid()]);
    let revoked = token.id.to_string();
    application.revoke_token(&operator, &revoked).await.unwrap();
    assert_eq!(audited_as(&house, &name).await, [token.id.uuid()]);

    // A user may be called as a role is.
    house.add_user("bob@example.com").await;
    let bob = UserListing {
        email: Some("bob@example.com".to_owned()),
        ..UserListing::default()
    };
    let bob = application.list_users(&operator, bob).await.unwrap().users;
    let (bob, id) = (bob[0].id.uuid(), bob[0].id.to_string());
    let wish = UserWish {
        user_name: Field::Set(UserName::new("Analyst").unwrap()),
        ..UserWish::default()
    };
    application
        .update_user(&operator, &id, &wish, None)
        .await
        .unwrap();
    assert_eq!(audited_as(&house, "analyst").await, [bob, role]);
}

#[tokio::test]
async fn an_id_stands_for_itself_and_nonsense_for_nothing() {
    let house = House::new().await;
    let id = Uuid::from_u128(7);
    assert_eq!(audited_as(&house, &format!(" {id}")).await, [id]);
    for nothing in ["", " ", "nobody", "%", "\0", &"x".repeat(100_000)] {
        assert_eq!(audited_as(&house, nothing).await, [] as [Uuid; 0]);
    }
}

#[tokio::test]
async fn whoever_may_not_read_the_log_learns_of_no_name() {
    let house = House::new().await;
    let mut caller = house.operator().await;
    let others = [Permission::USER_MODIFY, Permission::TOKEN_MODIFY];
    caller.permissions = Arc::new(others.into_iter().collect());
    let refused = house
        .application
        .audited_as(&caller, "ada@example.com")
        .await;
    assert!(matches!(refused, Err(Error::Forbidden { .. })));
}
