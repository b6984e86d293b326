//! Promises about deleting old audit records.

use std::sync::Arc;

use roster_application::ports::store::Store;
use roster_domain::audit::{AuditAction, AuditRecord};
use roster_domain::change::{Change, Write};
use roster_domain::id::AuditId;
use roster_domain::retention::{Stretch, prune};
use time::{Duration, OffsetDateTime};
use uuid::{NoContext, Timestamp, Uuid};

use super::world::sign_in::{at_once, written};
use super::world::{World, assert_conflict, at, change, context};

/// Long before the records that come with the tenant.
fn long_ago() -> OffsetDateTime {
    at(0) - Duration::days(400)
}

/// Adds `count` records, a second after each other from `long_ago` on, under ids of their times.
async fn add_old(world: &World, count: i64) -> Vec<AuditRecord> {
    let mut records = Vec::new();
    for number in 0..count {
        let mut old = change(Write::Nothing);
        old.audit.at = long_ago() + Duration::seconds(number);
        let seconds = u64::try_from(old.audit.at.unix_timestamp()).unwrap();
        let made = Timestamp::from_unix(NoContext, seconds, 0);
        old.audit.id = AuditId::new(Uuid::new_v7(made));
        world.handle.commit(&old).await.unwrap();
        records.push(old.audit);
    }
    records
}

/// The deletion of a stretch, decided on when all that the promises write is old.
fn deletion(world: &World, stretch: Stretch) -> Change {
    let mut context = context();
    context.now = at(0) + Duration::days(400);
    prune(stretch, world.tenant.target(), &context).unwrap()
}

async fn oldest(
    world: &World,
    before: OffsetDateTime,
    after: Option<AuditId>,
    most: u32,
) -> Option<Stretch> {
    let found = world.handle.oldest_audit_records(before, after, most);
    found.await.unwrap()
}

pub async fn the_oldest_records_are_found_a_stretch_at_a_time(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let old = add_old(&world, 5).await;
    let before = long_ago() + Duration::days(1);
    let stretch = |after: Option<AuditId>, through: &AuditRecord, records| {
        Some(Stretch {
            before,
            after,
            through: through.id,
            records,
        })
    };
    let [_, second, third, fourth, fifth] = old.as_slice() else {
        panic!("not five: {old:?}")
    };
    assert_eq!(
        oldest(&world, before, None, 2).await,
        stretch(None, second, 2)
    );
    let after = Some(second.id);
    assert_eq!(
        oldest(&world, before, after, 2).await,
        stretch(after, fourth, 2)
    );
    let after = Some(fourth.id);
    assert_eq!(
        oldest(&world, before, after, 2).await,
        stretch(after, fifth, 1)
    );
    assert_eq!(oldest(&world, before, Some(fifth.id), 2).await, None);
    // That time itself is not before it.
    let found = oldest(&world, third.at, None, 100).await;
    assert_eq!(
        found.map(|found| (found.through, found.records)),
        Some((second.id, 2))
    );
    assert_eq!(oldest(&world, long_ago(), None, 100).await, None);
    for (before, count) in [(before, 5), (third.at, 2), (long_ago(), 0)] {
        assert_eq!(
            world.handle.count_audit_records(before).await.unwrap(),
            count
        );
    }
}

pub async fn old_records_are_deleted_and_a_record_says_so(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let (young, of_other) = (world.log().await, add_old(&other, 2).await);
    add_old(&world, 4).await;
    let before = long_ago() + Duration::days(1);
    let first = oldest(&world, before, None, 3).await.unwrap();
    let deletion_of_first = deletion(&world, first);
    world.handle.commit(&deletion_of_first).await.unwrap();
    let second = oldest(&world, before, Some(first.through), 3)
        .await
        .unwrap();
    assert_eq!((first.records, second.records), (3, 1));
    let deletion_of_second = deletion(&world, second);
    world.handle.commit(&deletion_of_second).await.unwrap();

    let mut left = world.log().await;
    let recorded = [deletion_of_second.audit, deletion_of_first.audit];
    assert_eq!(left.drain(..2).as_slice(), recorded);
    assert!(
        recorded
            .iter()
            .all(|record| record.action == AuditAction::PruneAuditLog)
    );
    assert_eq!(left, young);
    assert_eq!(oldest(&world, before, None, 3).await, None);
    // Nothing of another tenant goes.
    assert_eq!(other.handle.count_audit_records(before).await.unwrap(), 2);
    assert!(other.log().await.contains(of_other.first().unwrap()));
}

pub async fn a_stretch_that_was_counted_otherwise_stays(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    add_old(&world, 3).await;
    let log = world.log().await;
    let before = long_ago() + Duration::days(1);
    let counted = oldest(&world, before, None, 10).await.unwrap();
    for records in [2, 4] {
        let other = Stretch { records, ..counted };
        let result = world.handle.commit(&deletion(&world, other)).await;
        assert_conflict(result);
        assert_eq!(world.log().await, log);
    }
    let deletion = deletion(&world, counted);
    world.handle.commit(&deletion).await.unwrap();
    assert_conflict(world.handle.commit(&deletion).await);
}

pub async fn of_ten_who_delete_one_stretch_at_once_one_does(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    add_old(&world, 20).await;
    let young = world.log().await.len() - 20;
    let before = long_ago() + Duration::days(1);
    let stretch = oldest(&world, before, None, 100).await.unwrap();
    let answers = at_once((0..10).map(|_| {
        let (handle, deletion) = (store.tenant(world.tenant.id), deletion(&world, stretch));
        async move { handle.commit(&deletion).await }
    }));
    assert_eq!(written(&answers.await), 1);
    assert_eq!(world.log().await.len(), young + 1);
}
