//! The schema: the migrations of `migrations/postgres`, which are part of the program, and whether
//! the database has had exactly these.

use std::collections::BTreeSet;

use diesel::QueryDsl;
use diesel::connection::{Connection, SimpleConnection};
use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel::result::Error;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use roster_application::ports::store::StoreError;

use crate::connections::Connections;
use crate::errors::store_error;
use crate::schema::__diesel_schema_migrations as applied;

/// The migrations, in order.
pub(crate) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// The advisory lock of whoever migrates: any number that nothing else in the database uses.
const LOCK: i64 = 0x726f_7374_6572; // "roster"

/// The schema is not the one that this program knows.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SchemaError {
    /// Migrations were not run.
    #[error("the schema lacks {}: run `roster migrate` with this version of Roster", .0.join(", "))]
    Behind(Vec<String>),
    /// A newer version has migrated the database.
    #[error("the schema is newer than this program, which does not know {}: run the version of Roster that migrated the database, or a later one", .0.join(", "))]
    Ahead(Vec<String>),
}

impl From<SchemaError> for StoreError {
    fn from(error: SchemaError) -> Self {
        Self::Failed(Box::new(error))
    }
}

/// Runs what is missing. Of several processes that do so at once, one does it and the others wait.
pub(crate) async fn run(connections: &Connections) -> Result<(), StoreError> {
    with_lock(connections, |connection| {
        let known = known()?;
        let names = connection
            .applied_migrations()?
            .iter()
            .map(ToString::to_string)
            .collect();
        ahead(&known, &names)?;
        for version in connection.run_pending_migrations(MIGRATIONS)? {
            tracing::info!(%version, "migrated the database");
        }
        Ok(())
    })
    .await
}

/// Undoes every migration: all data is lost.
pub(crate) async fn revert_all(connections: &Connections) -> Result<(), StoreError> {
    with_lock(connections, |connection| {
        connection.revert_all_migrations(MIGRATIONS).map(|_| ())
    })
    .await
}

/// Whether the database has had every migration that this program knows, and no other.
pub(crate) async fn check(connection: &mut AsyncPgConnection) -> Result<(), StoreError> {
    let found = applied::table
        .select(applied::version)
        .order(applied::version);
    let found: BTreeSet<String> = match found.load::<String>(connection).await {
        Ok(found) => found.into_iter().collect(),
        // The message is in the server's language; the table's name isn't.
        Err(Error::DatabaseError(_, information))
            if information.message().contains("__diesel_schema_migrations") =>
        {
            BTreeSet::new()
        }
        Err(error) => return Err(store_error(error)),
    };
    let known = known().map_err(StoreError::Failed)?;
    ahead(&known, &found)?;
    let missing: Vec<String> = known.difference(&found).cloned().collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(SchemaError::Behind(missing).into())
    }
}

type Migrating = AsyncConnectionWrapper<AsyncPgConnection>;
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn known() -> Outcome<BTreeSet<String>> {
    let migrations = MigrationSource::<Pg>::migrations(&MIGRATIONS)?;
    Ok(migrations
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect())
}

fn ahead(known: &BTreeSet<String>, found: &BTreeSet<String>) -> Result<(), SchemaError> {
    let unknown: Vec<String> = found.difference(known).cloned().collect();
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(SchemaError::Ahead(unknown))
    }
}

/// Runs `work` on a connection that holds the lock. diesel's migrations are not async: they have a
/// thread of their own.
async fn with_lock(
    connections: &Connections,
    work: impl FnOnce(&mut Migrating) -> Outcome<()> + Send + 'static,
) -> Result<(), StoreError> {
    let (connection, one_transaction) = connections.unlimited().await?;
    let done = tokio::task::spawn_blocking(move || {
        let mut connection = Migrating::from(connection);
        if one_transaction {
            return connection.transaction(|connection| {
                // The lock, like the limits, ends with the transaction.
                connection.batch_execute(&format!(
                    "SET LOCAL statement_timeout = 0; \
                     SET LOCAL idle_in_transaction_session_timeout = 0; \
                     SELECT pg_advisory_xact_lock({LOCK})"
                ))?;
                work(connection)
            });
        }
        connection.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
        let done = work(&mut connection);
        // Where this fails, the end of the connection frees the lock.
        let _ = connection.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"));
        done
    });
    match done.await {
        Ok(done) => done.map_err(StoreError::Failed),
        Err(panicked) => Err(StoreError::Failed(Box::new(panicked))),
    }
}
