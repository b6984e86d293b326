//! How many statements the database sees, by its own log.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use common::{migrated, secret, sign_in};
use roster_application::ports::store::{Store, TenantStore, UserQuery};
use roster_domain::change::Write;
use roster_domain::token::LastUse;
use roster_domain::user::User;
use roster_domain::user::identity::IdpIdentity;
use roster_store_kit::contract::world::{World, at, change, edited, everybody, number};
use roster_store_postgres::PoolOptions;
use roster_tests::postgres::{Cluster, ClusterOptions};

/// The lines that say that a statement was prepared, and those that say that one was run.
fn prepared_and_run(log: &str) -> (Vec<&str>, Vec<&str>) {
    let lines = |what: &'static str| log.lines().filter(move |line| line.contains(what));
    let run = lines(" execute ").chain(lines(" statement: "));
    (lines(" parse ").collect(), run.collect())
}

/// What a sign-in asks of the store, the requests after it, and the end.
async fn sign_in_and_out(tenant: &dyn TenantStore, user: &User) {
    tenant.saml_settings().await.unwrap();
    assert!(tenant.use_once(&[secret()], at(number())).await.unwrap());
    let identity = IdpIdentity::new("http://www.okta.com/exk1", "nobody");
    let nobody = tenant.user_by_identity(&identity.key()).await.unwrap();
    assert_eq!(nobody, None);
    let (session, start) = sign_in(user);
    tenant.commit(&start).await.unwrap();
    tenant.session(&session.secret).await.unwrap().unwrap();
    tenant
        .note_session_use(session.id, at(number()))
        .await
        .unwrap();
    assert!(!tenant.sessions_of(user.id).await.unwrap().is_empty());
    tenant
        .commit(&change(Write::EndSession(session.id)))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_hot_statement_is_prepared_once_and_each_call_is_one_statement() {
    let settings = vec![("log_min_duration_statement".to_owned(), "0".to_owned())];
    let cluster = Cluster::start(ClusterOptions {
        fsync: false,
        settings,
        ..ClusterOptions::default()
    })
    .unwrap();
    let options = PoolOptions {
        max_size: 1,
        ..PoolOptions::default()
    };
    let (_, store) = migrated(&cluster, options).await;
    let world = World::new(&store as &Arc<dyn Store>).await;
    let mut ada = world.add("ada").await;
    let token = world.add_token("okta").await;
    let before = cluster.log().unwrap().len();

    const ROUNDS: usize = 10;
    for round in 0..ROUNDS {
        let handle = store.tenant(world.tenant.id);
        let slug = &world.tenant.slug;
        store.tenant_by_slug(slug).await.unwrap().unwrap();
        handle.settings().await.unwrap().unwrap();
        assert!(handle.user_page(0, 50).await.unwrap().total > 0);
        handle.token_by_hash(&token.hash).await.unwrap().unwrap();
        handle.user(ada.id).await.unwrap().unwrap();
        handle.user_by_user_name("ada").await.unwrap().unwrap();
        handle
            .user_by_email("ada@example.com")
            .await
            .unwrap()
            .unwrap();
        handle
            .commit(&edited(&ada, |user| user.active = !user.active))
            .await
            .unwrap();
        ada = world.user(&ada).await;
        handle.commit(&change(Write::Nothing)).await.unwrap();
        let contains = Some("ada".to_owned());
        handle
            .users(&UserQuery {
                contains,
                ..everybody()
            })
            .await
            .unwrap();
        let used = LastUse {
            at: at(u32::try_from(round).unwrap()),
            from: None,
        };
        handle.note_token_uses(&[(token.id, used)]).await.unwrap();
        handle
            .commit(&change(Write::CreateUser(
                world.person(&format!("p{round}")),
            )))
            .await
            .unwrap();
        sign_in_and_out(handle.as_ref(), &ada).await;
    }

    let log = cluster.log().unwrap();
    let (prepared, run) = prepared_and_run(log.get(before..).unwrap());
    // Those of a bare record and of a new person were prepared before: for the tenant and for Ada.
    assert_eq!(prepared.len(), 11 + 8, "{prepared:#?}");
    // A page is two statements, sent together.
    assert_eq!(run.len(), (14 + 8) * ROUNDS, "{run:#?}");
    assert!(!run.iter().any(|line| line.contains("BEGIN")), "{run:#?}");
}
