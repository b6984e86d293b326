//! Promises about erasing a person.

use std::sync::Arc;

use roster_application::ports::store::{CommitError, Store};
use roster_domain::audit::{AuditRecord, TargetKind};
use roster_domain::change::{Change, Write};
use roster_domain::context::Actor;
use roster_domain::id::{AuditId, TokenId};
use roster_domain::text::UserName;
use roster_domain::token::{ApiToken, Creator};
use roster_domain::user::User;
use roster_domain::user::erase::{Redaction, Traces, decide, placeholder, redact};
use roster_domain::user::identity::IdpIdentity;

use super::world::sign_in::{at_once, written};
use super::world::{
    World, assert_conflict, assert_ids, at, change, context, hash, id, person_name,
};

/// Ada with everything that a person can have, and a record about her, one by her and one of others.
async fn ada(world: &World) -> (User, [AuditRecord; 3]) {
    let mut ada = world.person("ada");
    ada.user_name = UserName::new("ada@example.com").unwrap();
    ada.given_name = person_name("Ada");
    ada.family_name = person_name("Byron");
    ada.identity = Some(IdpIdentity::new(
        "http://www.okta.com/exk1",
        "ada@example.com",
    ));
    let mut create = change(Write::CreateUser(ada.clone()));
    create.audit.target = ada.target();
    world.handle.commit(&create).await.unwrap();
    let mut by_ada = change(Write::Nothing);
    by_ada.audit.actor = Actor::User {
        id: ada.id,
        name: "ada@example.com".to_owned(),
    };
    world.handle.commit(&by_ada).await.unwrap();
    let others = change(Write::Nothing);
    world.handle.commit(&others).await.unwrap();
    (ada, [create.audit, by_ada.audit, others.audit])
}

/// Her erasure, with what has to be redacted of the log.
async fn erasure(world: &World, ada: &User) -> Change {
    let traces = Traces::of(ada);
    let log = world.log().await;
    let redacted = log.iter().filter_map(|record| traces.redaction(record));
    let role = world.settings.default_role.clone();
    decide(ada, role, &traces, redacted.collect(), &context()).unwrap()
}

pub async fn an_erased_person_is_nobody_anywhere(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (ada, [about, by, others]) = ada(&world).await;
    world.sign_in(&ada, at(1)).await;
    let bob = world.add("bob").await;
    let of_bob = world.sign_in(&bob, at(1)).await;
    let token = ApiToken {
        id: TokenId::new(id()),
        hash: hash(),
        created_by: Creator {
            kind: "USER".to_owned(),
            name: "ada@example.com".to_owned(),
        },
        ..world.add_token("hers").await
    };
    let create = change(Write::CreateToken(token.clone()));
    world.handle.commit(&create).await.unwrap();

    let change = erasure(&world, &ada).await;
    world.handle.commit(&change).await.unwrap();
    let Write::EraseUser { user, redacted, .. } = &change.write else {
        panic!("no erasure")
    };
    assert_eq!(world.user(&ada).await, *user);
    assert!(user.is_erased());
    let handle = &world.handle;
    let by_name = handle.user_by_user_name("ada@example.com").await;
    assert_eq!(by_name.unwrap(), None);
    let by_email = handle.user_by_email("ada@example.com").await;
    assert_eq!(by_email.unwrap(), None);
    let identity = ada.identity.as_ref().unwrap().key();
    assert_eq!(handle.user_by_identity(&identity).await.unwrap(), None);
    assert_eq!(handle.sessions_of(ada.id).await.unwrap(), []);
    assert_eq!(handle.sessions_of(bob.id).await.unwrap(), [of_bob]);
    let creator = handle.token(token.id).await.unwrap().unwrap().created_by;
    assert_eq!(creator.name, placeholder(ada.id));

    let log = world.log().await;
    assert_eq!(log.first(), Some(&change.audit));
    assert!(!format!("{log:?}").contains("ada@example.com"));
    // In their places, and what was there of others is there.
    assert_ids(redacted, |record| record.after.id, &[by.id, about.id]);
    let redacted = redacted.iter().map(|redaction| &redaction.after);
    for record in redacted.chain([&others]) {
        assert!(log.contains(record), "{record:?}");
    }
    assert_eq!(world.total().await, 2, "the account stays");
}

pub async fn a_person_of_another_version_is_not_erased(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (ada, _) = ada(&world).await;
    let session = world.sign_in(&ada, at(1)).await;
    let mut stale = ada.clone();
    stale.version = stale.version.next();
    let log = world.log().await;
    assert_conflict(world.handle.commit(&erasure(&world, &stale).await).await);
    assert_eq!(world.user(&ada).await, ada);
    assert_eq!(world.handle.sessions_of(ada.id).await.unwrap(), [session]);
    assert_eq!(world.log().await, log);
}

pub async fn a_redacted_record_takes_the_place_of_its_own_and_of_no_other(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let (ada, [about, ..]) = ada(&world).await;
    let without = |record: &AuditRecord| named(record, "nobody").after;
    let of_other = other.log().await;
    // A record that was deleted meanwhile does not come back, nor one of another tenant with it.
    let elsewhere = of_other.first().unwrap();
    let mut gone = about.clone();
    gone.id = AuditId::new(id());
    let before = world.log().await.len();
    let change = redact(
        ada.id,
        [&about, &gone, elsewhere]
            .map(|record| named(record, "nobody"))
            .to_vec(),
        &context(),
    );
    world.handle.commit(&change).await.unwrap();
    let log = world.log().await;
    assert_eq!(log.len(), before + 1);
    assert_eq!(log.first(), Some(&change.audit));
    assert_eq!(change.audit.target.kind, TargetKind::User);
    assert!(log.contains(&without(&about)) && !log.contains(&about));
    assert_eq!(other.log().await, of_other);
}

pub async fn a_record_that_was_changed_meanwhile_is_not_redacted(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (ada, [about, by, _]) = ada(&world).await;
    let session = world.sign_in(&ada, at(1)).await;
    let erasure = erasure(&world, &ada).await;
    let other = redact(ada.id, vec![named(&about, "another")], &context());
    world.handle.commit(&other).await.unwrap();
    let log = world.log().await;
    let again = [named(&by, "nobody"), named(&about, "nobody")];
    let again = redact(ada.id, again.to_vec(), &context());
    assert_conflict(world.handle.commit(&erasure).await);
    assert_conflict(world.handle.commit(&again).await);
    assert_eq!(world.log().await, log);
    assert_eq!(world.user(&ada).await, ada);
    assert_eq!(world.handle.sessions_of(ada.id).await.unwrap(), [session]);
}

pub async fn of_ten_who_redact_one_record_at_once_one_does(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (ada, [about, ..]) = ada(&world).await;
    let before = world.log().await.len();
    let answers = at_once((0..10).map(|number| {
        let redaction = named(&about, &format!("nobody {number}"));
        let change = redact(ada.id, vec![redaction], &context());
        let handle = store.tenant(world.tenant.id);
        async move { handle.commit(&change).await }
    }));
    assert_eq!(written(&answers.await), 1);
    let log = world.log().await;
    assert_eq!(log.len(), before + 1);
    assert!(!log.contains(&about));
}

/// What gives the target of a record another name.
fn named(record: &AuditRecord, name: &str) -> Redaction {
    let mut after = record.clone();
    after.target.name = name.to_owned();
    Redaction {
        before: record.clone(),
        after,
    }
}

pub async fn nothing_is_erased_without_an_audit_record(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (ada, [_, _, used]) = ada(&world).await;
    let session = world.sign_in(&ada, at(1)).await;
    let log = world.log().await;
    let traces = Traces::of(&ada);
    let redacted: Vec<_> = log
        .iter()
        .filter_map(|record| traces.redaction(record))
        .collect();
    for mut change in [
        erasure(&world, &ada).await,
        redact(ada.id, redacted, &context()),
    ] {
        // One that exists, so that no other can be written under it.
        change.audit.id = used.id;
        let result = world.handle.commit(&change).await;
        assert!(matches!(result, Err(CommitError::Store(_))), "{result:?}");
    }
    assert_eq!(world.user(&ada).await, ada);
    assert_eq!(world.handle.sessions_of(ada.id).await.unwrap(), [session]);
    assert_eq!(world.log().await, log);
}

pub async fn a_scrubbed_store_goes_on(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    store.scrub().await.unwrap();
    assert_eq!(world.user(&ada).await, ada);
    world.add("bob").await;
    store.scrub().await.unwrap();
    assert_eq!(world.total().await, 2);
}
