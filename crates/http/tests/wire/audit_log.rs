//! The audit log: what a name stands for in it.

use std::sync::Arc;

use roster_application::administration::users::UserListing;
use roster_application::error::Error;
use roster_domain::permission::Permission;
use roster_domain::text::UserName;
use roster_domain::user::{Field, UserWish};
use uuid::Uuid;

use crate::house::House;

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
