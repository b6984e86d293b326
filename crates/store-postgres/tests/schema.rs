//! What the tables themselves promise.
#![allow(clippy::unwrap_used)]

mod common;

use common::migrated;
use roster_application::ports::store::TenantStore;
use roster_domain::audit::{AttributeChange, AuditValue};
use roster_domain::change::Write;
use roster_domain::text::{ExternalId, UserName};
use roster_domain::user::User;
use roster_store_kit::contract::world::{World, change, everybody};
use roster_store_postgres::PoolOptions;
use roster_tests::postgres::shared_cluster;

#[tokio::test]
async fn the_audit_log_can_be_added_to_but_not_changed() {
    let (url, store) = migrated(shared_cluster(), PoolOptions::default()).await;
    World::new(&store).await.add("ada").await;
    let sql = |statement| shared_cluster().sql(&url, statement);
    assert_eq!(sql("SELECT count(*) FROM audit_log").unwrap(), "2");
    for statement in [
        "UPDATE audit_log SET description = 'nothing happened'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "SET LOCAL roster.audit_prune = 'on'; UPDATE audit_log SET actor_name = 'nobody'",
        "SET LOCAL roster.audit_prune = 'on'; TRUNCATE audit_log",
    ] {
        let refusal = sql(statement).unwrap_err().to_string();
        assert!(
            refusal.contains("the audit log is append-only"),
            "{statement}: {refusal}"
        );
    }
    assert_eq!(sql("SELECT count(*) FROM audit_log").unwrap(), "2");
    sql("SET LOCAL roster.audit_prune = 'on'; DELETE FROM audit_log").unwrap();
    assert_eq!(sql("SELECT count(*) FROM audit_log").unwrap(), "0");
}

#[tokio::test]
async fn a_refusal_is_recorded_even_if_its_subject_sent_a_nul() {
    let (_, store) = migrated(shared_cluster(), PoolOptions::default()).await;
    let world = World::new(&store).await;
    let mut refusal = change(Write::Nothing);
    refusal.audit.description = "There is no role \"A\0B\".".to_owned();
    refusal.audit.target.name = "\0".to_owned();
    refusal.audit.origin.user_agent = Some("curl\0".to_owned());
    refusal.audit.changes = vec![AttributeChange {
        attribute: "role".to_owned(),
        before: Some(AuditValue::List(vec!["\0".to_owned()])),
        after: Some(AuditValue::Text("A\0B".to_owned())),
    }];
    world.handle.commit(&refusal).await.unwrap();

    let written = world.log().await.remove(0);
    assert_eq!(written.id, refusal.audit.id);
    assert_eq!(written.description, "There is no role \"A\u{fffd}B\".");
    assert_eq!(written.target.name, "\u{fffd}");
    assert_eq!(written.origin.user_agent.as_deref(), Some("curl\u{fffd}"));
    let change = written.changes.first().unwrap();
    assert_eq!(
        change.before,
        Some(AuditValue::List(vec!["\u{fffd}".to_owned()]))
    );
    assert_eq!(
        change.after,
        Some(AuditValue::Text("A\u{fffd}B".to_owned()))
    );
}

#[tokio::test]
async fn the_longest_names_fit_into_the_indexes() {
    let (_, store) = migrated(shared_cluster(), PoolOptions::default()).await;
    let world = World::new(&store).await;
    // Letters of four bytes that don't repeat, or the database would compress them.
    let letters = |count: usize| -> String {
        (0..count)
            .map(|n| char::from_u32(0x2_0000 + (n as u32 * 7919) % 0xa000).unwrap())
            .collect()
    };
    let user = User {
        user_name: UserName::new(&letters(UserName::LIMIT)).unwrap(),
        external_id: Some(ExternalId::new(&letters(ExternalId::LIMIT)).unwrap()),
        ..world.person("ada")
    };
    let user = world.add_user(user).await;
    let external_id = user.external_id.as_ref().unwrap().as_str();
    let tenant: &dyn TenantStore = world.handle.as_ref();
    let known = tenant.users_by_external_id(external_id).await.unwrap();
    assert_eq!(known, std::slice::from_ref(&user));
    let found = tenant
        .user_by_user_name(&user.user_name.folded())
        .await
        .unwrap();
    assert_eq!(found, Some(user));
}

#[tokio::test]
async fn a_page_far_from_the_start_has_the_people_who_stand_there() {
    let (url, store) = migrated(shared_cluster(), PoolOptions::default()).await;
    let world = World::new(&store).await;
    world.add("ada").await;
    // 1,300 more, in an order of creation that is not that of their ids.
    let copies = "INSERT INTO users (id, tenant_id, user_name, user_name_key, email, email_key, \
        given_name, family_name, active, role_id, version, created_at, updated_at, search_key) \
        SELECT gen_random_uuid(), tenant_id, user_name || n, user_name_key || n, email || n, \
        email_key || n, given_name, family_name, active, role_id, version, \
        created_at + n / 2 * interval '1 ms', updated_at, search_key \
        FROM users, generate_series(1, 1300) AS n";
    shared_cluster().sql(&url, copies).unwrap();
    let all = world.handle.users(&everybody()).await.unwrap();
    assert_eq!(all.len(), 1301);
    for offset in [0, 1_000, 1_001, 1_290, 1_301, 5_000, usize::MAX] {
        let page = world
            .handle
            .user_page(offset as u64, 50)
            .await
            .unwrap()
            .users;
        let expected: Vec<_> = all.iter().skip(offset).take(50).cloned().collect();
        assert_eq!(page, expected, "after {offset}");
    }
}
