//! Audit records from long ago: nobody can wait for them, and no program writes them, so they are
//! written through the port, into the database of a running server.

use std::sync::Arc;

use roster_application::ports::store::Store;
use roster_domain::audit::{AuditAction, AuditRecord, Diff};
use roster_domain::change::Change;
use roster_domain::context::{Actor, Context, Origin};
use roster_domain::id::AuditId;
use roster_domain::tenant::Tenant;
use roster_domain::text::TenantSlug;
use roster_store_postgres::{PoolOptions, PostgresStore};
use roster_store_sqlite::SqliteStore;
use time::{Duration, OffsetDateTime};
use uuid::{NoContext, Timestamp, Uuid};

use crate::server::Server;

/// Adds `count` records to a tenant's log, a second after each other, from `age` ago on.
pub async fn add_records(server: &Server, slug: &str, count: u32, age: Duration) {
    let store: Arc<dyn Store> = match server.database_url() {
        Some(url) => {
            let store = PostgresStore::connect(url, PoolOptions::default()).await;
            Arc::new(store.unwrap())
        }
        None => {
            let file = server.directory().join("data/roster.db");
            Arc::new(SqliteStore::open(&file).await.unwrap())
        }
    };
    let slug = TenantSlug::new(slug).unwrap();
    let tenant = store.tenant_by_slug(&slug).await.unwrap().unwrap();
    let begun = OffsetDateTime::now_utc() - age;
    let mut adding = tokio::task::JoinSet::new();
    for number in 0..count {
        let change = Change::refused(record(&tenant, begun + Duration::seconds(number.into())));
        let handle = store.tenant(tenant.id);
        adding.spawn(async move { handle.commit(&change).await.unwrap() });
        // As many as are committed together, and fewer than may wait.
        while adding.len() > 64 {
            let _ = adding.join_next().await.unwrap();
        }
    }
    let _ = adding.join_all().await;
}

fn record(tenant: &Tenant, at: OffsetDateTime) -> AuditRecord {
    let seconds = u64::try_from(at.unix_timestamp()).unwrap();
    let context = Context {
        now: at.replace_nanosecond(0).unwrap(),
        audit_id: AuditId::new(Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, 0))),
        actor: Actor::System,
        origin: Origin::default(),
    };
    let action = AuditAction::SignIn;
    AuditRecord::succeeded(
        &context,
        action,
        tenant.target(),
        "Long ago.",
        Diff::default(),
    )
}
