//! The state of Roster in one file: the `Store` port over diesel and SQLite, which is compiled in.
//!
//! One connection writes, on a thread of its own; a few read. The schema is `migrations/sqlite`.
//! Other processes (Roster's command line) may use the file at the same time. The crate
//! `roster-store-postgres` has the same files where it can; both pass the contract of
//! `roster-store-kit`.
//!
//! Where to go next:
//! - `connections`: how the file is opened, and the connections that read;
//! - `writer`: the connection that writes, and commits together what waits together;
//! - `whole_file`: a copy of it, and rewriting it without what was deleted;
//! - `migrations`: the schema, and whether the database has it;
//! - `reads`, `commit`: a file for each kind of record;
//! - `token_uses`, `session_uses`, `scim_contacts`, `used_once`, `metadata_checks`, `expired`: the
//!   writes that are not audited;
//! - `rows`: columns and domain values; `schema`: the tables; `statement`: statements that are
//!   prepared once; `errors`: what an error means.
//!
//! To store another field: a migration, the column in `schema`, the row in `rows`, the statement
//! in `commit`, and a promise in the contract.

mod commit;
mod connections;
mod errors;
mod expired;
mod metadata_checks;
mod migrations;
mod reads;
mod rows;
mod schema;
mod scim_contacts;
mod session_uses;
mod statement;
mod tenant;
mod token_uses;
mod used_once;
mod whole_file;
mod writer;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
pub use connections::OpenError;
use connections::{DatabaseFile, Readers};
use roster_application::ports::store::{
    Expired, OneProcess, RemoteChanges, Store, StoreError, TenantStore,
};
use roster_domain::id::TenantId;
use roster_domain::signing_key::SigningKey;
use roster_domain::tenant::Tenant;
use roster_domain::text::TenantSlug;
pub use roster_store_kit::schema::Standing;
use tenant::SqliteTenant;
pub use whole_file::BackupError;
use writer::{Work, Writer, unaudited};

/// A database in one file. Clones share its connections; when the last one is dropped, what was
/// handed in for writing is written first.
#[derive(Clone)]
pub struct SqliteStore {
    file: DatabaseFile,
    database: Arc<Database>,
}

/// The connections.
pub(crate) struct Database {
    pub(crate) readers: Arc<Readers>,
    pub(crate) writer: Writer,
}

impl SqliteStore {
    /// Opens the database at `path`. A file that isn't there is created, with its directory, for
    /// the owner alone (0600 in 0700 on Unix). Leaves the schema as it is: see
    /// [`SqliteStore::migrate`].
    ///
    /// # Errors
    /// [`OpenError`] names the file and says what is wrong with it.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        let owned = path.to_owned();
        let opening = tokio::task::spawn_blocking(move || {
            let file = DatabaseFile::prepare(&owned)?;
            let writer = Writer::start(&file)?;
            let readers = Arc::new(Readers::new(file.clone()));
            let database = Arc::new(Database { readers, writer });
            Ok(Self { file, database })
        });
        opening.await.unwrap_or_else(|stopped| {
            Err(OpenError::File {
                path: path.to_owned(),
                source: std::io::Error::other(stopped),
            })
        })
    }

    /// Brings the schema up to what this program knows, and tells how it then stands to it: a newer
    /// version may have brought it further. Any number of processes may do so at once: one works, the
    /// others wait.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when a migration fails, or the schema is newer than this program and no
    /// longer serves it.
    pub async fn migrate(&self) -> Result<Standing, StoreError> {
        self.on_the_file(migrations::run).await
    }

    /// How the schema stands to this program.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when it does not serve it.
    pub async fn schema(&self) -> Result<Standing, StoreError> {
        self.database.readers.read(migrations::check).await
    }

    /// Undoes every migration. **All data is lost**; meant for tests of the migrations.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when one can't be undone.
    pub async fn revert_all_migrations(&self) -> Result<(), StoreError> {
        self.on_the_file(migrations::revert_all).await
    }

    /// Writes a copy of the database to `path`, as it is at one moment; servers go on meanwhile.
    ///
    /// # Errors
    /// [`BackupError`]; then there is no file.
    pub async fn backup(&self, path: &Path) -> Result<(), BackupError> {
        let (file, to) = (self.file.clone(), path.to_owned());
        let copying = tokio::task::spawn_blocking(move || whole_file::backup(&file, &to));
        copying.await.unwrap_or_else(|stopped| {
            Err(BackupError::Write {
                path: path.to_owned(),
                source: std::io::Error::other(stopped),
            })
        })
    }

    async fn on_the_file<T: Send + 'static>(
        &self,
        work: fn(&DatabaseFile) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let file = self.file.clone();
        let working = tokio::task::spawn_blocking(move || work(&file));
        working
            .await
            .unwrap_or_else(|stopped| Err(StoreError::Failed(Box::new(stopped))))
    }
}

#[async_trait]
impl Store for SqliteStore {
    fn tenant(&self, id: TenantId) -> Box<dyn TenantStore> {
        Box::new(SqliteTenant::new(Arc::clone(&self.database), id))
    }

    async fn tenant_by_slug(&self, slug: &TenantSlug) -> Result<Option<Tenant>, StoreError> {
        let slug = slug.clone();
        let read = move |connection: &mut _| reads::tenants::by_slug(connection, &slug);
        self.database.readers.read(read).await
    }

    async fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        self.database.readers.read(reads::tenants::all).await
    }

    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        self.database.readers.read(reads::signing_keys::all).await
    }

    async fn delete_expired(&self, before: &Expired) -> Result<u64, StoreError> {
        let mut deleted: u64 = 0;
        loop {
            let batch = Work::DeleteExpired(*before);
            let gone = self.database.writer.write(batch).await.map_err(unaudited)?;
            if gone == 0 {
                return Ok(deleted);
            }
            deleted = deleted.saturating_add(u64::try_from(gone).unwrap_or(u64::MAX));
        }
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        self.on_the_file(whole_file::scrub).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.database.writer.ready()?;
        self.schema().await.map(drop)
    }

    // The command line is another process on the file; what it changes is seen when what is
    // remembered expires.
    fn changes(&self) -> Box<dyn RemoteChanges> {
        Box::new(OneProcess)
    }
}
