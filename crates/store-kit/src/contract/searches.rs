//! Promises about searches and filters of people.

use std::sync::Arc;

use roster_application::ports::store::{Store, UserQuery, UserStretch};
use roster_domain::id::{RoleId, UserId};
use roster_domain::text::EmailAddress;
use roster_domain::user::User;

use super::world::{World, edited, everybody, id, person_name};

async fn found(world: &World, query: UserQuery) -> Vec<UserId> {
    let users = world.handle.users(&query).await.unwrap();
    users.iter().map(|user| user.id).collect()
}

async fn search(world: &World, text: &str) -> Vec<UserId> {
    let query = UserQuery {
        contains: Some(text.to_owned()),
        ..everybody()
    };
    found(world, query).await
}

pub async fn a_search_looks_into_all_four_names_in_any_case(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let user = User {
        email: EmailAddress::new("Émail@Ünique.example").unwrap(),
        given_name: person_name("ÅSA Σίσυφος"),
        family_name: person_name("Öberg ΟΔΥΣΣΕΥΣ"),
        ..world.person("Üser.Name")
    };
    let found = [world.add_user(user).await.id];
    world.add("somebody").await;
    for text in [
        "üSER.n",
        "éMAIL@ünique",
        "åsa",
        "öBERG",
        "ber",
        "ΣΊΣΥΦΟΣ",
        "οδυσσευς",
        "ΣΣΕΥΣ",
        "",
    ] {
        let expected: &[UserId] = &found;
        let result = search(&world, text).await;
        assert_eq!(result.get(..1), Some(expected), "{text:?}");
        assert!(text.is_empty() || result.len() == 1, "{text:?}");
    }
    let long = "üser".repeat(25_000);
    for text in ["user.name", "asa", "name\némail", "nobody", "\0", &long] {
        assert_eq!(search(&world, text).await, [], "{text:?}");
    }
    // A change of a name is a change of what is searched.
    let change = edited(
        &world.handle.user(found[0]).await.unwrap().unwrap(),
        |user| user.given_name = person_name("Renamed"),
    );
    world.handle.commit(&change).await.unwrap();
    assert_eq!(search(&world, "åsa").await, []);
    assert_eq!(search(&world, "RENAMED").await, found);
}

pub async fn a_search_takes_every_character_literally(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let percent = world.add("100%").await.id;
    let underscore = world.add("under_score").await.id;
    let backslash = world.add("back\\slash").await.id;
    world.add("underXscore").await;
    world.add("100").await;
    assert_eq!(search(&world, "%").await, [percent]);
    assert_eq!(search(&world, "_").await, [underscore]);
    assert_eq!(search(&world, "R_S").await, [underscore]);
    assert_eq!(search(&world, "\\").await, [backslash]);
    assert_eq!(search(&world, "\\%").await, []);
    assert_eq!(search(&world, "*").await, []);
}

pub async fn filters_combine(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let adam = world
        .add_user(User {
            active: false,
            ..world.person("adam")
        })
        .await;
    let adele = world.add("adele").await;
    let grace = world
        .add_user(User {
            active: false,
            ..world.person("grace")
        })
        .await;
    let find = async |query: UserQuery| found(&world, query).await;
    let inactive = UserQuery {
        active: Some(false),
        ..everybody()
    };
    assert_eq!(find(inactive.clone()).await, [adam.id, grace.id]);
    let active = UserQuery {
        active: Some(true),
        ..everybody()
    };
    assert_eq!(find(active.clone()).await, [ada.id, adele.id]);
    let contains = Some("AD".to_owned());
    assert_eq!(
        find(UserQuery {
            contains: contains.clone(),
            ..inactive
        })
        .await,
        [adam.id]
    );
    for (stretch, expected) in [
        (UserStretch::After((ada.created_at, ada.id)), adele.id),
        (UserStretch::Before((adele.created_at, adele.id)), ada.id),
    ] {
        let query = UserQuery {
            contains: contains.clone(),
            stretch,
            ..active.clone()
        };
        assert_eq!(find(query).await, [expected]);
    }
    let email = Some("adam@example.com".to_owned());
    assert_eq!(
        find(UserQuery {
            email: email.clone(),
            ..everybody()
        })
        .await,
        [adam.id]
    );
    assert_eq!(
        find(UserQuery {
            email,
            active: Some(true),
            ..everybody()
        })
        .await,
        []
    );
}

pub async fn a_role_finds_those_who_have_it_and_those_who_wait_for_it(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let role = world.add_role("Auditor").await;
    let of = |role: RoleId| UserQuery {
        role: Some(role),
        ..everybody()
    };
    assert_eq!(found(&world, of(role.id)).await, []);
    assert_eq!(found(&world, of(RoleId::new(id()))).await, []);
    let mut people = Vec::new();
    for (name, has, waits) in [
        ("a", true, false),
        ("b", false, false),
        ("c", false, true),
        ("d", true, true),
        ("e", false, true),
        ("f", true, false),
    ] {
        let mut person = world.person(name);
        if has {
            person.role = role.to_ref();
        }
        // Whoever has it may wait for another one.
        person.pending_role = match (has, waits) {
            (true, true) => Some(world.read_only.to_ref()),
            (false, true) => Some(role.to_ref()),
            _ => None,
        };
        let active = name != "f";
        people.push(world.add_user(User { active, ..person }).await);
    }
    let ids: Vec<UserId> = people.iter().map(|user| user.id).collect();
    let [a, b, c, d, e, f] = <[UserId; 6]>::try_from(ids).unwrap();
    assert_eq!(found(&world, of(role.id)).await, [a, c, d, e, f]);
    assert_eq!(found(&world, of(world.analyst.id)).await, [b, c, e]);
    assert_eq!(found(&world, of(world.read_only.id)).await, [d]);

    let position = |user: &User| (user.created_at, user.id);
    let (third, last) = (position(&people[2]), position(&people[5]));
    for (limit, stretch, expected) in [
        (2, UserStretch::First, vec![a, c]),
        (2, UserStretch::After(third), vec![d, e]),
        (9, UserStretch::After(third), vec![d, e, f]),
        (2, UserStretch::Before(last), vec![d, e]),
        (9, UserStretch::Before(third), vec![a]),
    ] {
        let query = UserQuery {
            limit,
            stretch,
            ..of(role.id)
        };
        assert_eq!(found(&world, query).await, expected, "{limit} {stretch:?}");
    }
    let active = UserQuery {
        active: Some(false),
        ..of(role.id)
    };
    assert_eq!(found(&world, active).await, [f]);
    let contains = UserQuery {
        contains: Some("e@example".to_owned()),
        ..of(role.id)
    };
    assert_eq!(found(&world, contains).await, [e]);
    assert_eq!(
        found(&World::new(&store).await, of(role.id)).await,
        [],
        "a role of another tenant"
    );
}
