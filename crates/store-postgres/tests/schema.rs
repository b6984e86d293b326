//! What the tables themselves promise.
#![allow(clippy::unwrap_used)]

mod common;

use common::{migrated, sign_in};
use roster_application::ports::store::{StoreError, TenantStore};
use roster_domain::audit::{AttributeChange, AuditValue};
use roster_domain::change::Write;
use roster_domain::text::{ExternalId, UserName};
use roster_domain::user::User;
use roster_domain::user::identity::IdpIdentity;
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

/// The columns of the tables as the program's `table!`s have them: table, column, type, whether it
/// may be null; sorted.
fn columns_of_the_program() -> Vec<String> {
    let mut table = "";
    let mut columns = Vec::new();
    for line in include_str!("../src/schema.rs").lines().map(str::trim) {
        if let Some((column, kind)) = line.trim_end_matches(',').split_once(" -> ") {
            let inner = kind
                .strip_prefix("Nullable<")
                .and_then(|kind| kind.strip_suffix('>'));
            let nullable = if inner.is_some() { "YES" } else { "NO" };
            let kind = match inner.unwrap_or(kind) {
                "Timestamptz" => "timestamp with time zone".to_owned(),
                "Bool" => "boolean".to_owned(),
                other => other.to_lowercase(),
            };
            columns.push(format!("{table}|{column}|{kind}|{nullable}"));
        } else if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            table = name;
        }
    }
    columns.retain(|column| !column.starts_with("__diesel"));
    columns.sort();
    columns
}

#[tokio::test]
async fn the_program_and_the_migrations_have_the_same_columns() {
    let (url, _) = migrated(shared_cluster(), PoolOptions::default()).await;
    let found = "SELECT table_name, column_name, data_type, is_nullable \
        FROM information_schema.columns \
        WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'";
    let found = shared_cluster().sql(&url, found).unwrap();
    let mut found: Vec<&str> = found.lines().collect();
    found.sort_unstable();
    assert_eq!(columns_of_the_program(), found);
}

#[tokio::test]
async fn a_session_is_one_persons_or_an_operators() {
    let (url, store) = migrated(shared_cluster(), PoolOptions::default()).await;
    let world = World::new(&store).await;
    let ada = world.add("ada").await;
    let (_, start) = sign_in(&ada);
    world.handle.commit(&start).await.unwrap();
    let sql = |statement: &str| shared_cluster().sql(&url, statement);
    for half in [
        "operator_name = 'root'",
        "user_id = NULL",
        "user_epoch = NULL",
        "name_id = NULL",
        "operator_name = 'root', user_id = NULL, user_epoch = NULL, idp_entity_id = NULL, \
         name_id = NULL, name_id_format = NULL",
    ] {
        let refusal = sql(&format!("UPDATE sessions SET {half}")).unwrap_err();
        let refusal = refusal.to_string();
        assert!(refusal.contains("sessions_one_holder"), "{half}: {refusal}");
    }
    sql("UPDATE sessions SET session_index = NULL").unwrap();
    sql("DELETE FROM users").unwrap();
    assert_eq!(sql("SELECT count(*) FROM sessions").unwrap(), "0");
}

#[tokio::test]
async fn nobody_of_another_tenant_comes_with_a_session() {
    let (url, store) = migrated(shared_cluster(), PoolOptions::default()).await;
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let (session, start) = sign_in(&world.add("ada").await);
    world.handle.commit(&start).await.unwrap();
    let stray = format!("UPDATE sessions SET tenant_id = '{}'", other.tenant.id);
    shared_cluster().sql(&url, &stray).unwrap();
    let found = other.handle.session(&session.secret).await;
    assert!(
        matches!(found, Err(StoreError::Corrupt { .. })),
        "{found:?}"
    );
    assert_eq!(world.handle.session(&session.secret).await.unwrap(), None);
}

#[tokio::test]
async fn a_session_begins_even_if_the_browser_calls_itself_by_a_nul() {
    let (_, store) = migrated(shared_cluster(), PoolOptions::default()).await;
    let world = World::new(&store).await;
    let (session, mut start) = sign_in(&world.add("ada").await);
    let Write::StartSession { session: begun, .. } = &mut start.write else {
        panic!("not the begin of a session: {start:?}");
    };
    begun.user_agent = Some("Mozilla\0".to_owned());
    world.handle.commit(&start).await.unwrap();
    let stored = world
        .handle
        .session(&session.secret)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        stored.session.user_agent.as_deref(),
        Some("Mozilla\u{fffd}")
    );
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
        identity: Some(IdpIdentity::new(letters(1_024), letters(16_384))),
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
    assert_eq!(found.as_ref(), Some(&user));
    let key = user.identity.as_ref().unwrap().key();
    let found = tenant.user_by_identity(&key).await.unwrap();
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
