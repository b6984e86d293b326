//! The state of Roster in PostgreSQL: the `Store` port over diesel and diesel-async.
//!
//! A read is one round trip; a write with its audit record is one, too, unless something besides
//! the version must hold, or other processes must hear of it. The schema is `migrations/postgres`. The crate `roster-store-sqlite` has
//! the same files; both pass the contract of `roster-store-kit`.
//!
//! Where to go next:
//! - `address`: the way to the database; `tls`: how safe it is; `opening`: a connection, and what may
//!   take how long; `connections`: the pool of them; `pooling`: what changes where others pool, too;
//! - `migrations`: the schema, and whether the database has it;
//! - `reads`, `commit`: a file for each kind of record;
//! - `announcements`, `listening`: what a commit tells other processes, and how they hear it;
//! - `token_uses`, `session_uses`, `scim_contacts`, `used_once`, `metadata_checks`, `expired`: the
//!   writes that are not audited;
//! - `rows`: columns and domain values; `schema`: the tables; `errors`: what an error means.
//!
//! To store another field: a migration, the column in `schema`, the row in `rows`, the statement
//! in `commit`, and a promise in the contract.

mod address;
mod announcements;
mod commit;
mod connections;
mod errors;
mod expired;
mod listening;
mod metadata_checks;
mod migrations;
mod opening;
mod pooling;
mod readiness;
mod reads;
mod rows;
mod schema;
mod scim_contacts;
mod session_uses;
mod silence;
mod tenant;
mod tls;
mod token_uses;
mod used_once;

use std::sync::Arc;

pub use address::{Address, PasswordError};
use async_trait::async_trait;
pub use connections::PoolState;
use connections::{Connections, read};
use listening::Listening;
pub use opening::{OpenError, PoolOptions};
use roster_application::ports::store::{Expired, RemoteChanges, Store, StoreError, TenantStore};
use roster_domain::id::TenantId;
use roster_domain::signing_key::SigningKey;
use roster_domain::tenant::Tenant;
use roster_domain::text::TenantSlug;
pub use roster_store_kit::schema::Standing;
use tenant::PostgresTenant;
pub use tls::TlsError;

/// A database of PostgreSQL. Clones share its pool of connections.
#[derive(Clone)]
pub struct PostgresStore {
    connections: Arc<Connections>,
}

impl PostgresStore {
    /// Opens the database at an address, such as `postgres://user:password@host:5432/database`, and
    /// makes sure that it answers. Leaves its schema as it is: see [`PostgresStore::migrate`].
    ///
    /// # Errors
    /// [`OpenError`]; no message contains any part of the URL.
    pub async fn connect(
        address: impl Into<Address>,
        options: PoolOptions,
    ) -> Result<Self, OpenError> {
        let connections = Connections::open(&address.into(), options).await?;
        Ok(Self {
            connections: Arc::new(connections),
        })
    }

    /// How the pool of connections stands at this moment.
    #[must_use]
    pub fn pool(&self) -> PoolState {
        self.connections.state()
    }

    /// Brings the schema up to what this program knows, and tells how it then stands to it: a newer
    /// version may have brought it further. Any number of processes may do so at once: one works, the
    /// others wait.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when a migration fails, or the schema is newer than this program and no
    /// longer serves it.
    pub async fn migrate(&self) -> Result<Standing, StoreError> {
        migrations::run(&self.connections).await
    }

    /// How the schema stands to this program.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when it does not serve it.
    pub async fn schema(&self) -> Result<Standing, StoreError> {
        read!(self.connections, migrations::check)
    }

    /// Undoes every migration. **All data is lost**; meant for tests of the migrations.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when one can't be undone.
    pub async fn revert_all_migrations(&self) -> Result<(), StoreError> {
        migrations::revert_all(&self.connections).await
    }
}

#[async_trait]
impl Store for PostgresStore {
    fn tenant(&self, id: TenantId) -> Box<dyn TenantStore> {
        Box::new(PostgresTenant::new(Arc::clone(&self.connections), id))
    }

    async fn tenant_by_slug(&self, slug: &TenantSlug) -> Result<Option<Tenant>, StoreError> {
        read!(self.connections, reads::tenants::by_slug, slug)
    }

    async fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        read!(self.connections, reads::tenants::all)
    }

    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        read!(self.connections, reads::signing_keys::all)
    }

    // Asked again like a read: what is gone is not deleted twice.
    async fn delete_expired(&self, before: &Expired) -> Result<u64, StoreError> {
        read!(self.connections, expired::delete, before)
    }

    // What deleted rows have left is PostgreSQL's own: its vacuum clears it away.
    async fn scrub(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn ready(&self) -> Result<(), StoreError> {
        readiness::ask(&self.connections).await
    }

    fn changes(&self) -> Box<dyn RemoteChanges> {
        match self.connections.listening() {
            Some((target, doubted)) => Box::new(Listening::new(target.clone(), doubted)),
            None => listening::deaf(),
        }
    }
}
