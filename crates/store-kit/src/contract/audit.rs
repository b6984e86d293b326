//! Promises about the audit log.

use std::sync::Arc;

use roster_application::ports::store::{AuditQuery, Store};
use roster_domain::audit::{
    AttributeChange, AuditAction, AuditRecord, AuditResult, AuditValue, Target, TargetKind,
};
use roster_domain::change::{Change, Write};
use roster_domain::context::{Actor, ActorKind, Origin};
use roster_domain::id::{AuditId, TokenId, UserId};
use time::{Duration, OffsetDateTime};
use uuid::{NoContext, Timestamp, Uuid};

use super::world::{World, assert_ids, at, change, edited, id, person_name};

/// Writes a record of its own.
async fn add(world: &World, edit: impl FnOnce(&mut AuditRecord)) -> AuditRecord {
    let mut refusal = change(Write::Nothing);
    edit(&mut refusal.audit);
    world.handle.commit(&refusal).await.unwrap();
    refusal.audit
}

fn all() -> AuditQuery {
    AuditQuery {
        limit: 1_000,
        ..AuditQuery::default()
    }
}

pub async fn every_field_of_a_record_reads_back(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let value = |text: &str| Some(AuditValue::Text(text.to_owned()));
    let change_of = |attribute: &str, before, after| AttributeChange {
        attribute: attribute.to_owned(),
        before,
        after,
    };
    let list = |names: &[&str]| {
        Some(AuditValue::List(
            names.iter().copied().map(str::to_owned).collect(),
        ))
    };
    let full = add(&world, |record| {
        record.description = "Ådded \"O''Brien\" 😀 \\ %_ {}".to_owned();
        record.changes = vec![
            change_of("userName", None, value("李 \"quoted\"")),
            change_of(
                "active",
                Some(AuditValue::Flag(true)),
                Some(AuditValue::Flag(false)),
            ),
            change_of("permissions", list(&["UserRead", ""]), list(&[])),
            change_of("givenName", value("true"), value("")),
        ];
        record.origin = Origin {
            source_ip: Some("2001:db8::1".parse().unwrap()),
            user_agent: Some("Okta SCIM Client 1.0.0".to_owned()),
            request_id: Some("0190b6c2".to_owned()),
        };
    })
    .await;
    let plain = add(&world, |record| {
        record.origin.source_ip = Some("203.0.113.9".parse().unwrap());
    })
    .await;
    assert_eq!(world.log().await.get(..2).unwrap(), [plain, full]);
}

pub async fn every_action_result_target_and_actor_reads_back(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let actors = [
        Actor::User {
            id: UserId::new(id()),
            name: "Åda".to_owned(),
        },
        Actor::Token {
            id: TokenId::new(id()),
            name: "okta".to_owned(),
        },
        Actor::System,
        Actor::Operator {
            name: "root".to_owned(),
        },
    ];
    let mut written = Vec::new();
    for (number, action) in AuditAction::ALL.iter().enumerate() {
        let kind = TargetKind::ALL
            .get(number % TargetKind::ALL.len())
            .copied()
            .unwrap();
        let result = AuditResult::ALL
            .get(number % AuditResult::ALL.len())
            .copied()
            .unwrap();
        let actor = actors.get(number % actors.len()).cloned().unwrap();
        let id = number.is_multiple_of(3).then(id);
        written.push(
            add(&world, |record| {
                record.action = *action;
                record.result = result;
                record.actor = actor;
                record.target = Target {
                    kind,
                    id,
                    name: format!("target {number}"),
                };
            })
            .await,
        );
    }
    written.reverse();
    assert_eq!(world.log().await.get(..written.len()).unwrap(), written);
}

pub async fn a_change_is_recorded_in_the_same_commit(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let create = change(Write::CreateUser(world.person("ada")));
    world.handle.commit(&create).await.unwrap();
    let Write::CreateUser(ada) = &create.write else {
        panic!("not a new user")
    };
    let update = edited(ada, |user| user.given_name = person_name("Ada"));
    world.handle.commit(&update).await.unwrap();
    assert_eq!(
        world.log().await.get(..2).unwrap(),
        [update.audit, create.audit]
    );
}

pub async fn a_refusal_is_recorded_and_changes_nothing(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let mut refusal = Change::refused(change(Write::Nothing).audit);
    refusal.audit.result = AuditResult::Failed;
    world.handle.commit(&refusal).await.unwrap();
    assert_eq!(world.log().await.first(), Some(&refusal.audit));
    assert_eq!((world.user(&ada).await, world.total().await), (ada, 1));
}

pub async fn records_are_listed_newest_first_and_in_pages(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    World::new(&store).await.add("elsewhere").await;
    let mut expected = vec![world.log().await.first().unwrap().id];
    for _ in 0..10 {
        // All at one time: the order is that of the ids.
        expected.push(add(&world, |record| record.at = at(1)).await.id);
    }
    expected.reverse();
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let query = AuditQuery {
            before,
            limit: 4,
            ..AuditQuery::default()
        };
        let page = world.handle.audit_log(&query).await.unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 4);
        before = Some(last.id);
        seen.extend(page.iter().map(|record| record.id));
    }
    assert_eq!(seen, expected);
    assert_eq!(
        world
            .handle
            .audit_log(&AuditQuery::default())
            .await
            .unwrap(),
        []
    );
}

/// An id such as a clock that tells that time makes (RFC 9562 §5.7).
fn id_made_at(time: OffsetDateTime) -> AuditId {
    let nanoseconds = time.nanosecond();
    let seconds = u64::try_from(time.unix_timestamp()).unwrap();
    let made_at = Timestamp::from_unix(NoContext, seconds, nanoseconds);
    AuditId::new(Uuid::new_v7(made_at))
}

/// Four records that differ in everything a filter asks for; newest first.
async fn different(world: &World) -> [AuditRecord; 4] {
    let mut records = Vec::new();
    for (number, action) in (1..).zip([
        AuditAction::CreateUser,
        AuditAction::UpdateUser,
        AuditAction::UpdateUser,
        AuditAction::RotateApiToken,
    ]) {
        let record = add(world, |record| {
            record.at = at(1_000_000 + number);
            record.id = id_made_at(record.at);
            record.action = action;
            record.result = if number == 3 {
                AuditResult::Failed
            } else {
                AuditResult::Succeeded
            };
            record.actor = Actor::User {
                id: UserId::new(id()),
                name: "ada".to_owned(),
            };
            record.target.id = Some(id());
        });
        records.insert(0, record.await);
    }
    records.try_into().unwrap()
}

async fn assert_found(world: &World, query: AuditQuery, expected: &[&AuditRecord]) {
    let expected: Vec<AuditId> = expected.iter().map(|record| record.id).collect();
    let found = world.handle.audit_log(&query).await.unwrap();
    assert_ids(&found, |record| record.id, &expected);
}

pub async fn each_filter_selects_what_it_says(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let [d, c, b, a] = &different(&world).await;
    let action = Some(AuditAction::UpdateUser);
    assert_found(&world, AuditQuery { action, ..all() }, &[c, b]).await;
    let result = Some(AuditResult::Failed);
    assert_found(&world, AuditQuery { result, ..all() }, &[c]).await;
    assert_found(
        &world,
        AuditQuery {
            actors: Vec::from_iter(b.actor.id()),
            ..all()
        },
        &[b],
    )
    .await;
    assert_found(
        &world,
        AuditQuery {
            targets: Vec::from_iter(a.target.id),
            ..all()
        },
        &[a],
    )
    .await;
    let nobody = AuditQuery {
        actors: vec![id(), id()],
        ..all()
    };
    assert_found(&world, nobody, &[]).await;
    let actors = [d, b].into_iter().filter_map(|record| record.actor.id());
    let targets = [a, d, c].into_iter().filter_map(|record| record.target.id);
    let several = AuditQuery {
        targets: targets.chain([id()]).collect(),
        ..all()
    };
    assert_found(&world, several.clone(), &[d, c, a]).await;
    let several = AuditQuery {
        actors: actors.chain([id()]).collect(),
        ..several
    };
    assert_found(&world, several, &[d]).await;
    // From a time on, that time included; until a time, that time not included.
    assert_found(
        &world,
        AuditQuery {
            from: Some(c.at),
            ..all()
        },
        &[d, c],
    )
    .await;
    let window = AuditQuery {
        from: Some(b.at),
        until: Some(d.at),
        ..all()
    };
    assert_found(&world, window, &[c, b]).await;
}

pub async fn records_are_selected_by_the_kind_of_their_actor(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let name = || "somebody".to_owned();
    let mut expected = Vec::new();
    for actor in [
        Actor::User {
            id: UserId::new(id()),
            name: name(),
        },
        Actor::Token {
            id: TokenId::new(id()),
            name: name(),
        },
        Actor::System,
    ] {
        expected.push(add(&world, |record| record.actor = actor).await);
    }
    for record in &expected {
        let query = AuditQuery {
            actor_kind: Some(record.actor.kind()),
            ..all()
        };
        assert_found(&world, query, &[record]).await;
    }
    let operators = AuditQuery {
        actor_kind: Some(ActorKind::Operator),
        ..all()
    };
    // Whoever made the tenant.
    let first = world.log().await.pop().unwrap();
    assert_found(&world, operators, &[&first]).await;
}

pub async fn a_time_is_that_of_the_record_and_not_that_of_its_id(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let time = at(1_000_000);
    let mut records = Vec::new();
    // The id is made before or after the time is taken, and clocks are set.
    for (off, seconds) in [(-20, 1), (-1, 0), (0, 2), (1, 3), (20, 0)] {
        let record = add(&world, |record| {
            record.at = time + Duration::seconds(seconds);
            record.id = id_made_at(record.at + Duration::seconds(off));
        });
        records.push(record.await);
    }
    let [second, first, third, fourth, also_first] = <[AuditRecord; 5]>::try_from(records).unwrap();
    let between = |from: &AuditRecord, until: &AuditRecord| AuditQuery {
        from: Some(from.at),
        until: Some(until.at),
        ..all()
    };
    // Newest first, by the ids.
    let query = between(&first, &second);
    assert_found(&world, query, &[&also_first, &first]).await;
    let query = between(&second, &fourth);
    assert_found(&world, query, &[&third, &second]).await;
    let query = between(&fourth, &first);
    assert_found(&world, query, &[]).await;
}

pub async fn filters_of_the_log_combine(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let [d, c, b, _] = &different(&world).await;
    let updates = AuditQuery {
        action: Some(AuditAction::UpdateUser),
        ..all()
    };
    let query = AuditQuery {
        result: Some(AuditResult::Succeeded),
        ..updates.clone()
    };
    assert_found(&world, query, &[b]).await;
    let query = AuditQuery {
        before: Some(c.id),
        ..updates.clone()
    };
    assert_found(&world, query, &[b]).await;
    let query = AuditQuery {
        limit: 1,
        before: Some(d.id),
        ..updates.clone()
    };
    assert_found(&world, query, &[c]).await;
    let query = AuditQuery {
        result: Some(AuditResult::Failed),
        actors: Vec::from_iter(c.actor.id()),
        targets: Vec::from_iter(c.target.id),
        from: Some(c.at),
        until: Some(d.at),
        ..updates.clone()
    };
    assert_found(&world, query.clone(), &[c]).await;
    assert_found(
        &world,
        AuditQuery {
            targets: Vec::from_iter(b.target.id),
            ..query
        },
        &[],
    )
    .await;
}
