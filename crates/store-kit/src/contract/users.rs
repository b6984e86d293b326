//! Promises about one person: what is stored, how it is found, what is unique.

use std::sync::Arc;

use roster_application::ports::store::Store;
use roster_domain::change::{UniqueName, Write};
use roster_domain::text::{EmailAddress, ExternalId, UserName};
use roster_domain::user::User;

use super::world::{World, assert_taken, change, edited, everybody, person_name};

/// Letters of many scripts, what SQL, JSON and LIKE treat specially, and a doubled apostrophe.
const ODD: &str = "Zoë 李 😀 'O''Brien' \"%_\\\" {\"a\":[1]} --;";

fn with_every_field(world: &World, user: User) -> User {
    User {
        given_name: person_name(ODD),
        family_name: person_name("مريم"),
        external_id: ExternalId::new(&format!("00U{ODD}")).ok(),
        active: false,
        pending_role: Some(world.admin.to_ref()),
        ..user
    }
}

pub async fn every_field_of_a_user_reads_back(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let plain = world.add("ada").await;
    let full = world
        .add_user(with_every_field(&world, world.person("grace")))
        .await;
    for user in [plain, full] {
        assert_eq!(
            world.handle.user(user.id).await.unwrap(),
            Some(user.clone())
        );
        let name = user.user_name.folded();
        assert_eq!(
            world.handle.user_by_user_name(&name).await.unwrap(),
            Some(user.clone())
        );
        let email = user.email.folded();
        assert_eq!(
            world.handle.user_by_email(&email).await.unwrap(),
            Some(user)
        );
    }
}

pub async fn a_changed_user_reads_back_with_every_field(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    for edit in [
        |world: &World, user: &User| User {
            user_name: UserName::new("Åsa.Ö").unwrap(),
            email: EmailAddress::new("åsa@EXAMPLE.com").unwrap(),
            role: world.read_only.to_ref(),
            ..with_every_field(world, user.clone())
        },
        // And back to nothing, where nothing is allowed.
        |_: &World, user: &User| User {
            given_name: person_name(""),
            family_name: person_name(""),
            external_id: None,
            active: true,
            pending_role: None,
            ..user.clone()
        },
    ] {
        let old = world.user(&ada).await;
        let change = edited(&old, |user| *user = edit(&world, user));
        world.handle.commit(&change).await.unwrap();
        let Write::UpdateUser { user: new, .. } = change.write else {
            panic!("not an update")
        };
        assert_eq!(world.user(&ada).await, new);
        let found = world
            .handle
            .user_by_user_name(&new.user_name.folded())
            .await
            .unwrap();
        assert_eq!(found, Some(new));
    }
    assert_eq!(world.handle.user_by_user_name("ada").await.unwrap(), None);
    assert_eq!(
        world.handle.user_by_email("ada@example.com").await.unwrap(),
        None
    );
}

pub async fn user_names_and_emails_are_unique_without_regard_to_case(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let email = EmailAddress::new("åsa@example.com").unwrap();
    world
        .add_user(User {
            email,
            ..world.person("Åsa")
        })
        .await;

    let email = EmailAddress::new("other@example.com").unwrap();
    let same_name = User {
        email,
        ..world.person("åSA")
    };
    let result = world
        .handle
        .commit(&change(Write::CreateUser(same_name)))
        .await;
    assert_taken(result, UniqueName::UserName);
    let email = EmailAddress::new("ÅSA@EXAMPLE.COM").unwrap();
    let same_email = User {
        email,
        ..world.person("somebody")
    };
    let result = world
        .handle
        .commit(&change(Write::CreateUser(same_email)))
        .await;
    assert_taken(result, UniqueName::Email);

    // An a is not an å, and a userName may be what somebody else has as e-mail.
    world.add("asa").await;
    world.add("åsa@example.com").await;
    assert_eq!(world.total().await, 3);
}

pub async fn a_user_can_not_take_the_name_of_another(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (ada, grace) = (world.add("ada").await, world.add("grace").await);
    let log = world.log().await;
    let same_name = edited(&grace, |user| {
        user.user_name = UserName::new("ADA").unwrap();
    });
    assert_taken(world.handle.commit(&same_name).await, UniqueName::UserName);
    let email = EmailAddress::new("Ada@Example.com").unwrap();
    let same_email = edited(&grace, |user| user.email = email);
    assert_taken(world.handle.commit(&same_email).await, UniqueName::Email);
    assert_eq!(
        (world.user(&ada).await, world.user(&grace).await),
        (ada, grace)
    );
    assert_eq!(world.log().await, log);
}

pub async fn a_user_may_change_the_case_of_the_own_names(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let change = edited(&ada, |user| {
        user.user_name = UserName::new("ADA").unwrap();
        user.email = EmailAddress::new("Ada@Example.com").unwrap();
    });
    world.handle.commit(&change).await.unwrap();
    let stored = world.user(&ada).await;
    assert_eq!(
        (stored.user_name.as_str(), stored.email.as_str()),
        ("ADA", "Ada@Example.com")
    );
}

pub async fn a_user_is_found_by_folded_names_whatever_their_case_was(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let email = EmailAddress::new("ÉMILE@Example.COM").unwrap();
    let user = world
        .add_user(User {
            email,
            ..world.person("Émile.DU.Châtelet")
        })
        .await;
    let found = world
        .handle
        .user_by_user_name("émile.du.châtelet")
        .await
        .unwrap();
    assert_eq!(found, Some(user.clone()));
    assert_eq!(
        world
            .handle
            .user_by_email("émile@example.com")
            .await
            .unwrap(),
        Some(user)
    );
    assert_eq!(world.handle.user_by_user_name("émile").await.unwrap(), None);
}

pub async fn external_ids_are_compared_exactly_and_need_not_be_unique(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let external_id = ExternalId::new("00uAbC").ok();
    let first = world
        .add_user(User {
            external_id,
            ..world.person("ada")
        })
        .await;
    let external_id = first.external_id.clone();
    let second = world
        .add_user(User {
            external_id,
            ..world.person("grace")
        })
        .await;
    world.add("without").await;
    let found = world.handle.users_by_external_id("00uAbC").await.unwrap();
    assert_eq!(found, [first, second]);
    for other in ["00uabc", "00uAb", "", "%", "00uAbC "] {
        assert_eq!(
            world.handle.users_by_external_id(other).await.unwrap(),
            [],
            "{other:?}"
        );
    }
}

pub async fn a_question_for_an_impossible_text_finds_nobody(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    world.add("ada").await;
    for text in [
        "",
        "ada\0",
        "\0",
        "ada%",
        "' or 1=1 --",
        "\u{feff}ada",
        &"x".repeat(100_000),
    ] {
        assert_eq!(world.handle.user_by_user_name(text).await.unwrap(), None);
        assert_eq!(world.handle.user_by_email(text).await.unwrap(), None);
        assert_eq!(world.handle.users_by_external_id(text).await.unwrap(), []);
        let mut query = everybody();
        query.email = Some(text.to_owned());
        assert_eq!(world.handle.users(&query).await.unwrap(), []);
    }
}
