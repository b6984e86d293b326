//! What the tests of this crate share.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use roster_application::ports::store::Store;
use roster_domain::change::{Change, Write};
use roster_domain::id::SessionId;
use roster_domain::secret::SecretHash;
use roster_domain::session::{self, IdpSession, Lifetimes, NewSession, Session};
use roster_domain::user::User;
use roster_store_kit::contract::world::{context, hash, id};
use roster_store_postgres::{PoolOptions, PostgresStore};
use roster_tests::postgres::Cluster;
use time::Duration;

/// An empty database of `cluster`: its URL, and the store on it.
pub async fn empty(cluster: &Cluster, options: PoolOptions) -> (String, PostgresStore) {
    let url = cluster.create_database().unwrap();
    let store = PostgresStore::connect(&url, options).await.unwrap();
    (url, store)
}

/// A migrated database of `cluster`: its URL, and the store on it.
pub async fn migrated(cluster: &Cluster, options: PoolOptions) -> (String, Arc<dyn Store>) {
    let (url, store) = empty(cluster, options).await;
    store.migrate().await.unwrap();
    (url, Arc::new(store))
}

/// The hash of a secret that is like no other.
pub fn secret() -> SecretHash {
    SecretHash::from_bytes(*hash().as_bytes())
}

/// A session of `user`, and the change that begins it.
pub fn sign_in(user: &User) -> (Session, Change) {
    let new = NewSession {
        id: SessionId::new(id()),
        secret: secret(),
        lifetimes: Lifetimes {
            idle: Duration::hours(1),
            absolute: Duration::hours(12),
            break_glass: Duration::hours(1),
        },
    };
    let idp = IdpSession {
        entity_id: "http://www.okta.com/exk1".to_owned(),
        name_id: user.user_name.to_string(),
        name_id_format: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified".to_owned(),
        session_index: Some("id1".to_owned()),
    };
    let change = session::start(new, user, idp, &context());
    let Write::StartSession { session, .. } = &change.write else {
        panic!("not the begin of a session: {change:?}");
    };
    (session.clone(), change)
}
