//! What a process hears of the commits of others.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::migrated;
use roster_application::ports::store::{CommitError, RemoteChange, RemoteChanges, Store};
use roster_domain::change::{Change, Event, Write};
use roster_domain::id::{TokenId, UserId};
use roster_store_kit::contract::world::{World, change, edited, id};
use roster_store_postgres::{PoolOptions, PostgresStore};
use roster_tests::postgres::shared_cluster;
use tokio::time::timeout;

/// A change of nothing, of which others hear.
fn telling(events: Vec<Event>) -> Change {
    Change {
        events,
        ..change(Write::Nothing)
    }
}

/// A world on one process, and what another one hears of it from now on.
async fn world_and_listener() -> (String, World, Box<dyn RemoteChanges>) {
    let (url, store) = migrated(shared_cluster(), PoolOptions::default()).await;
    let world = World::new(&store as &Arc<dyn Store>).await;
    let other = PostgresStore::connect(&url, PoolOptions::default())
        .await
        .unwrap();
    let mut changes = other.changes();
    let before = changes.next().await;
    assert_eq!(before, Some(RemoteChange::Missed), "nobody knows of before");
    (url, world, changes)
}

async fn heard(changes: &mut Box<dyn RemoteChanges>) -> RemoteChange {
    let next = timeout(Duration::from_secs(10), changes.next()).await;
    next.unwrap().unwrap()
}

#[tokio::test]
async fn a_process_hears_what_it_must_forget_and_nothing_else() {
    let (_, world, mut changes) = world_and_listener().await;
    let tenant = world.tenant.id;
    // People: neither a new nor a changed one, told of or not.
    let ada = world.add("ada").await;
    let user = UserId::new(id());
    let deactivated = Change {
        events: vec![Event::UserChanged(ada.id), Event::UserDeactivated(ada.id)],
        ..edited(&ada, |user| user.active = false)
    };
    world.handle.commit(&deactivated).await.unwrap();
    let silent = telling(vec![Event::SamlSettingsChanged]);
    world.handle.commit(&silent).await.unwrap();
    // What was not committed.
    let late = Change {
        events: vec![Event::RolesChanged],
        ..edited(&ada, |user| user.active = false)
    };
    let refused = world.handle.commit(&late).await;
    assert!(matches!(refused, Err(CommitError::Conflict)));

    let token = TokenId::new(id());
    let told = [
        vec![Event::TokenChanged(token)],
        vec![Event::SettingsChanged, Event::RolesChanged],
        vec![Event::TenantCreated],
        vec![Event::SigningKeysChanged],
    ];
    for events in &told {
        world.handle.commit(&telling(events.clone())).await.unwrap();
    }
    let mixed = vec![Event::UserChanged(user), Event::SettingsChanged];
    world.handle.commit(&telling(mixed)).await.unwrap();
    for events in told.into_iter().chain([vec![Event::SettingsChanged]]) {
        assert_eq!(
            heard(&mut changes).await,
            RemoteChange::Committed { tenant, events }
        );
    }
}

#[tokio::test]
async fn whoever_was_cut_off_hears_that_something_was_missed_and_goes_on() {
    let (url, world, mut changes) = world_and_listener().await;
    let telling = || telling(vec![Event::SettingsChanged]);
    for _ in 0..3 {
        let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
            WHERE datname = current_database() AND query LIKE 'LISTEN %'";
        assert_eq!(shared_cluster().sql(&url, cut).unwrap(), "1");
        world.handle.commit(&telling()).await.unwrap();
        // The announcement may have come through before the end.
        while heard(&mut changes).await != RemoteChange::Missed {}
        world.handle.commit(&telling()).await.unwrap();
        let (tenant, events) = (world.tenant.id, telling().events);
        assert_eq!(
            heard(&mut changes).await,
            RemoteChange::Committed { tenant, events }
        );
    }
}

#[tokio::test]
async fn what_a_later_version_tells_may_mean_anything() {
    let (url, _, mut changes) = world_and_listener().await;
    shared_cluster()
        .sql(&url, "NOTIFY roster_changes, '2 something else'")
        .unwrap();
    assert_eq!(heard(&mut changes).await, RemoteChange::Missed);
}
