//! Promises about break-glass links, what may count once, and the keys that sign tokens.

use std::sync::Arc;

use roster_application::ports::store::{Expired, Store};
use roster_domain::admin_link::AdminLink;
use roster_domain::change::Write;
use roster_domain::secret::SecretHash;
use roster_domain::signing_key::SigningKey;
use time::{Duration, OffsetDateTime};

use super::world::sign_in::{
    add_key, at_once, link, operators_session, redeem, secret, signing_key, written,
};
use super::world::{World, assert_conflict, at, change};

/// Ends nothing: the promises move one of the three times at a time.
fn nothing_expired() -> Expired {
    Expired {
        now: at(0),
        seen_before: at(0),
        links_before: at(0),
    }
}

async fn stored(world: &World, link: &AdminLink) -> Option<AdminLink> {
    world.handle.admin_link(&link.secret).await.unwrap()
}

pub async fn every_field_of_a_link_reads_back(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let new = world.add_link(at(600)).await;
    let used = AdminLink {
        created_by: "Ådmin \"%_\\ 李".to_owned(),
        used_at: Some(at(7)),
        ..link(at(601))
    };
    let create = change(Write::CreateAdminLink(used.clone()));
    world.handle.commit(&create).await.unwrap();
    for link in [new, used] {
        assert_eq!(stored(&world, &link).await, Some(link));
    }
    assert_eq!(world.handle.admin_link(&secret()).await.unwrap(), None);
}

pub async fn a_link_opens_one_session_and_is_used_up(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (link, other) = (world.add_link(at(600)).await, world.add_link(at(600)).await);
    let (first, second) = (operators_session(at(1)), operators_session(at(2)));
    let redeemed = world.handle.commit(&redeem(link.secret, &first)).await;
    redeemed.unwrap();
    let used = AdminLink {
        used_at: Some(first.started_at),
        ..link.clone()
    };
    assert_eq!(stored(&world, &link).await, Some(used.clone()));
    let log = world.log().await;
    assert_conflict(world.handle.commit(&redeem(link.secret, &second)).await);
    assert_eq!(world.session(&first.secret).await, Some(first));
    assert_eq!(world.session(&second.secret).await, None);
    assert_eq!(stored(&world, &link).await, Some(used));
    assert_eq!(stored(&world, &other).await, Some(other));
    assert_eq!(world.log().await, log);
}

pub async fn a_link_that_has_expired_or_is_unknown_opens_nothing(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let link = world.add_link(at(600)).await;
    let log = world.log().await;
    let opens = async |secret: SecretHash, started_at: OffsetDateTime| {
        let session = operators_session(started_at);
        let answer = world.handle.commit(&redeem(secret, &session)).await;
        let stored = world.session(&session.secret).await;
        assert_eq!(stored.is_some(), answer.is_ok());
        answer
    };
    assert_conflict(opens(secret(), at(1)).await);
    assert_conflict(opens(link.secret, at(600)).await);
    assert_conflict(opens(link.secret, at(601)).await);
    assert_eq!(stored(&world, &link).await, Some(link.clone()));
    assert_eq!(world.log().await, log);
    let last_moment = at(600) - Duration::microseconds(1);
    opens(link.secret, last_moment).await.unwrap();
}

pub async fn of_twenty_who_redeem_one_link_at_once_one_gets_in(store: Arc<dyn Store>) {
    let world = Arc::new(World::new(&store).await);
    let link = world.add_link(at(600)).await;
    let log = world.log().await.len();
    let sessions: Vec<_> = (1..21)
        .map(|second| operators_session(at(second)))
        .collect();
    let answers = at_once(sessions.clone().into_iter().map(|session| {
        let (world, redeem) = (Arc::clone(&world), redeem(link.secret, &session));
        async move { world.handle.commit(&redeem).await }
    }))
    .await;
    assert_eq!(written(&answers), 1);
    let used_at = stored(&world, &link).await.unwrap().used_at;
    for (session, answer) in sessions.iter().zip(answers) {
        let opened = world.session(&session.secret).await.is_some();
        assert_eq!(opened, answer.is_ok());
        assert_eq!(used_at == Some(session.started_at), answer.is_ok());
    }
    assert_eq!(world.log().await.len(), log + 1);
}

pub async fn no_link_reaches_into_another_tenant(store: Arc<dyn Store>) {
    let (here, there) = (World::new(&store).await, World::new(&store).await);
    let link = here.add_link(at(600)).await;
    let log = there.log().await;
    assert_eq!(stored(&there, &link).await, None);
    let session = operators_session(at(1));
    assert_conflict(there.handle.commit(&redeem(link.secret, &session)).await);
    let copy = change(Write::CreateAdminLink(link.clone()));
    assert!(there.handle.commit(&copy).await.is_err());
    assert_eq!(stored(&here, &link).await, Some(link));
    assert_eq!(there.session(&session.secret).await, None);
    assert_eq!(there.log().await, log);
}

pub async fn links_that_expired_long_ago_are_deleted_in_every_tenant(store: Arc<dyn Store>) {
    let (here, there) = (World::new(&store).await, World::new(&store).await);
    let moment = Duration::microseconds(1);
    let kept = here.add_link(at(600)).await;
    let old = here.add_link(at(600) - moment).await;
    let used = AdminLink {
        used_at: Some(at(1)),
        ..link(at(599))
    };
    let create = change(Write::CreateAdminLink(used.clone()));
    there.handle.commit(&create).await.unwrap();
    let expired = Expired {
        links_before: at(600),
        ..nothing_expired()
    };
    assert_eq!(store.delete_expired(&nothing_expired()).await.unwrap(), 0);
    assert_eq!(store.delete_expired(&expired).await.unwrap(), 2);
    assert_eq!(stored(&here, &kept).await, Some(kept));
    assert_eq!(stored(&here, &old).await, None);
    assert_eq!(stored(&there, &used).await, None);
}

async fn used(world: &World, keys: &[SecretHash]) -> bool {
    world.handle.use_once(keys, at(600)).await.unwrap()
}

pub async fn what_was_used_once_is_not_used_again(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let [assertion, request, another] = [(); 3].map(|()| secret());
    let log = world.log().await;
    assert!(used(&world, &[]).await);
    assert!(used(&world, &[assertion, request]).await);
    assert!(!used(&world, &[assertion]).await);
    assert!(!used(&world, &[request]).await);
    assert!(!used(&world, &[another, request]).await, "all, or none");
    let twice = secret();
    assert!(!used(&world, &[twice, twice]).await, "one of them is late");
    // Another tenant has its own.
    assert!(used(&other, &[request, assertion]).await);
    assert_eq!(world.log().await, log);
}

pub async fn a_mark_counts_until_it_is_deleted_and_not_only_until_it_ends(store: Arc<dyn Store>) {
    let (here, there) = (World::new(&store).await, World::new(&store).await);
    let [ended, kept] = [(); 2].map(|()| secret());
    let moment = Duration::microseconds(1);
    for (world, key, until) in [
        (&here, ended, at(600)),
        (&here, kept, at(600) + moment),
        (&there, ended, at(1)),
    ] {
        assert!(world.handle.use_once(&[key], until).await.unwrap());
    }
    assert!(!used(&there, &[ended]).await);
    let expired = Expired {
        now: at(600),
        ..nothing_expired()
    };
    assert_eq!(store.delete_expired(&nothing_expired()).await.unwrap(), 0);
    assert_eq!(store.delete_expired(&expired).await.unwrap(), 2);
    assert!(!used(&here, &[kept]).await);
    assert!(used(&here, &[ended]).await && used(&there, &[ended]).await);
}

pub async fn many_marks_are_made_and_deleted_at_once(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let keys: Vec<_> = (0..2_500).map(|_| secret()).collect();
    assert!(used(&world, &keys).await);
    assert!(!used(&world, &keys[2_499..]).await);
    let expired = Expired {
        now: at(600),
        ..nothing_expired()
    };
    assert_eq!(store.delete_expired(&expired).await.unwrap(), 2_500);
    assert!(used(&world, &keys).await);
}

pub async fn of_twenty_who_use_one_thing_at_once_one_may(store: Arc<dyn Store>) {
    let world = Arc::new(World::new(&store).await);
    for _ in 0..5 {
        let [assertion, request] = [(); 2].map(|()| secret());
        // In either order: nobody may wait for somebody who waits in turn.
        let answers = at_once((0..20).map(|number| {
            let world = Arc::clone(&world);
            let mut keys = [assertion, request];
            keys.rotate_left(number % 2);
            async move { used(&world, &keys).await }
        }));
        let answers = answers.await;
        assert_eq!(answers.iter().filter(|answer| **answer).count(), 1);
    }
}

async fn keys(store: &Arc<dyn Store>) -> Vec<SigningKey> {
    let mut keys = store.signing_keys().await.unwrap();
    keys.sort_by(|a, b| a.id.cmp(&b.id));
    keys
}

pub async fn every_field_of_a_signing_key_reads_back(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    assert_eq!(keys(&store).await, []);
    let first = signing_key("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", at(1));
    let second = SigningKey {
        public_jwk: "{\"kid\": \"ö\",  \"x\":\"\\\\\"}".to_owned(),
        ..signing_key("Ökey", at(2))
    };
    for (key, after) in [(&first, None), (&second, Some(&first))] {
        let after = after.map(|key| key.id.as_str());
        let added = world.handle.commit(&add_key(key, after, &[])).await;
        added.unwrap();
    }
    assert_eq!(keys(&store).await, [first, second]);
}

pub async fn a_key_follows_the_newest_or_none(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let add = async |id: &str, second, after| {
        let key = signing_key(id, at(second));
        world.handle.commit(&add_key(&key, after, &[])).await
    };
    assert_conflict(add("a", 1, Some("nothing")).await);
    add("m", 10, None).await.unwrap();
    assert_conflict(add("x", 20, None).await);
    assert_conflict(add("x", 20, Some("M")).await);
    // Of two that sign from the same moment, the id decides; not which was added last.
    add("b", 10, Some("m")).await.unwrap();
    assert_conflict(add("x", 20, Some("b")).await);
    add("z", 9, Some("m")).await.unwrap();
    assert_conflict(add("x", 20, Some("z")).await);
    add("x", 20, Some("m")).await.unwrap();
    let ids: Vec<String> = keys(&store).await.into_iter().map(|key| key.id).collect();
    assert_eq!(ids, ["b", "m", "x", "z"]);
    assert_eq!(world.log().await.len(), 5);
}

pub async fn dead_keys_go_with_the_commit_that_adds_one(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let all = ["a", "b", "c", "d"].map(|id| signing_key(id, at(1)));
    let [a, b, c, d] = &all;
    for (key, after) in [(a, None), (b, Some("a")), (c, Some("b"))] {
        let added = world.handle.commit(&add_key(key, after, &[])).await;
        added.unwrap();
    }
    let log = world.log().await.len();
    let conflict = add_key(d, Some("b"), &["a", "b"]);
    assert_conflict(other.handle.commit(&conflict).await);
    assert_eq!(keys(&store).await, all[..3]);
    // Keys belong to all tenants; the record, to the one through which it was added.
    let added = add_key(d, Some("c"), &["a", "b", "gone already"]);
    other.handle.commit(&added).await.unwrap();
    assert_eq!(keys(&store).await, all[2..]);
    assert_eq!(world.log().await.len(), log);
    assert_eq!(other.log().await.first(), Some(&added.audit));
}

pub async fn of_ten_who_add_a_key_at_once_one_does(store: Arc<dyn Store>) {
    let worlds = [World::new(&store).await, World::new(&store).await].map(Arc::new);
    let mut newest: Option<String> = None;
    for round in 1..4_u32 {
        let after = newest.clone();
        let answers = at_once((0..10_usize).map(|number| {
            let world = Arc::clone(&worlds[number % 2]);
            let key = signing_key(&format!("{round}-{number}"), at(round));
            // What it follows is dead by then, so that one is left whoever wins.
            let dead: Vec<&str> = after.iter().map(String::as_str).collect();
            let add = add_key(&key, after.as_deref(), &dead);
            async move { world.handle.commit(&add).await }
        }));
        assert_eq!(written(&answers.await), 1);
        let keys = keys(&store).await;
        assert_eq!(keys.len(), 1);
        newest = Some(keys[0].id.clone());
    }
    let mut records = 0;
    for world in worlds {
        records += world.log().await.len();
    }
    assert_eq!(records, 2 + 3);
}
