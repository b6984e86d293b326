//! Lists of users: there and back again, and narrowed down by a role; lists of roles with their users.

use roster_application::administration::users::{UserListPage, UserListing};
use roster_application::ports::store::UserStretch;
use roster_domain::permission::Permission;
use serde_json::Value;

use crate::house::{Answer, House};

/// A house with Ada and five more.
async fn house() -> House {
    let house = House::new().await;
    for name in ["b", "c", "d", "e", "f"] {
        house.add_user(&format!("{name}@example.com")).await;
    }
    house
}

async fn list(house: &House, listing: UserListing) -> UserListPage {
    let operator = house.operator().await;
    house
        .application
        .list_users(&operator, listing)
        .await
        .unwrap()
}

/// The first letters of the userNames.
fn letters(page: &UserListPage) -> String {
    let names = page.users.iter().map(|user| user.user_name.as_str());
    names.filter_map(|name| name.chars().next()).collect()
}

fn two(stretch: UserStretch) -> UserListing {
    UserListing {
        stretch,
        limit: Some(2),
        ..UserListing::default()
    }
}

#[tokio::test]
async fn pages_lead_on_and_back_and_end_where_the_list_does() {
    let house = house().await;
    let mut stretch = UserStretch::First;
    let mut on = Vec::new();
    loop {
        let page = list(&house, two(stretch)).await;
        assert_eq!(page.total, Some(6));
        on.push((letters(&page), page.previous));
        match page.next {
            Some(last) => stretch = UserStretch::After(last),
            None => break,
        }
    }
    let names: Vec<&str> = on.iter().map(|(names, _)| names.as_str()).collect();
    assert_eq!(names, ["ab", "cd", "ef"]);
    assert_eq!(on[0].1, None, "nothing comes before the first page");
    let mut back = Vec::new();
    let mut position = on[2].1;
    while let Some(first) = position {
        let page = list(&house, two(UserStretch::Before(first))).await;
        assert!(page.next.is_some(), "there is the page that we came from");
        position = page.previous;
        back.push(letters(&page));
    }
    assert_eq!(back, ["cd", "ab"]);
}

#[tokio::test]
async fn a_page_without_anybody_leads_nowhere() {
    let house = House::new().await;
    let page = list(&house, two(UserStretch::First)).await;
    let ada = (page.users[0].created_at, page.users[0].id);
    for stretch in [UserStretch::Before(ada), UserStretch::After(ada)] {
        let page = list(&house, two(stretch)).await;
        assert_eq!(
            (page.users.as_slice(), page.previous),
            ([].as_slice(), None)
        );
        assert_eq!(page.next, None);
    }
}

#[tokio::test]
async fn a_list_that_is_narrowed_down_has_no_total() {
    let house = house().await;
    let role = house
        .application
        .list_roles(&house.operator().await)
        .await
        .unwrap()
        .remove(0);
    for listing in [
        UserListing {
            email: Some("b@example.com".to_owned()),
            ..UserListing::default()
        },
        UserListing {
            contains: Some("b@".to_owned()),
            ..UserListing::default()
        },
        UserListing {
            active: Some(true),
            ..UserListing::default()
        },
        UserListing {
            role: Some(role.id),
            ..UserListing::default()
        },
    ] {
        assert_eq!(
            list(&house, listing.clone()).await.total,
            None,
            "{listing:?}"
        );
    }
    // A search for nothing is none.
    let everybody = UserListing {
        contains: Some(String::new()),
        ..UserListing::default()
    };
    assert_eq!(list(&house, everybody).await.total, Some(6));
}

#[tokio::test]
async fn every_role_is_listed_with_its_people_even_if_it_has_none() {
    let house = house().await;
    let operator = house.operator().await;
    let roles = house.application.list_roles(&operator).await.unwrap();
    let listed = house.application.list_roles_with_usage(&operator).await;
    let (listed, usages): (Vec<_>, Vec<_>) = listed.unwrap().into_iter().unzip();
    assert_eq!(listed, roles);
    let counts = usages.iter().map(|usage| (usage.users, usage.pending));
    assert_eq!(counts.collect::<Vec<_>>(), [(0, 0), (0, 0), (6, 0)]);
}

#[tokio::test]
async fn a_role_finds_those_who_have_it_and_those_who_wait_for_it() {
    let house = house().await;
    let roles = house
        .application
        .list_roles(&house.operator().await)
        .await
        .unwrap();
    let id = |name: &str| {
        let role = roles.iter().find(|role| role.name.as_str() == name);
        role.unwrap().id.to_string()
    };
    let content = ("content-type", "application/json");
    let waits = r#"{"pantherRole": "Analyst"}"#;
    let answer = house
        .scim("PUT", &house.user_path(), &[content], waits)
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let token = house.token_for(&[Permission::USER_READ], &[]).await;
    let find = async |role: &str| -> Answer {
        let path = format!("/t/default/api/v1/users?role={role}");
        let headers = [("x-api-key", token.as_bytes())];
        house.send("GET", &path, &headers, "").await
    };
    let count = |answer: &Answer| answer.json()["items"].as_array().map(Vec::len);
    let waiting = find(&id("Analyst")).await;
    assert_eq!(count(&waiting), Some(1), "{waiting:?}");
    assert_eq!(
        waiting.json()["items"][0]["id"],
        Value::from(house.user.as_str())
    );
    assert_eq!(count(&find(&id("Admin")).await), Some(0));
    let unknown = find("01890000-0000-7000-8000-000000000000").await;
    assert_eq!((unknown.status, count(&unknown)), (200, Some(0)));
    let malformed = find("Admin").await;
    malformed.is_problem(400);
    assert_eq!(
        malformed.json()["errors"][0]["field"],
        "role",
        "{malformed:?}"
    );
}
