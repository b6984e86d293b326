//! The schema: the migrations of `migrations/postgres`, which are part of the program, and whether
//! the database has had these. They run beside servers that work: none waits long for a lock.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use diesel::OptionalExtension;
use diesel::QueryDsl;
use diesel::connection::{Connection, SimpleConnection};
use diesel::define_sql_function;
use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel::result::Error;
use diesel::sql_types::{BigInt, Text};
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use roster_application::ports::store::StoreError;
use roster_store_kit::schema::{self, SchemaError, Standing};

use crate::connections::Connections;
use crate::errors::store_error;
use crate::schema::{__diesel_schema_migrations as applied, schema_compatibility};

/// The migrations, in order.
pub(crate) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// The advisory lock of whoever migrates: any number that nothing else in the database uses.
const LOCK: i64 = 0x726f_7374_6572; // "roster"

/// How long a migration waits for a lock that somebody else holds. Meanwhile everybody who wants that table
/// waits behind it, so it is well below a request's own limit; then the migration steps back and
/// tries again.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);
/// How long it stays out of the way before that.
const STEP_BACK: Duration = Duration::from_secs(1);
/// For how long it tries altogether.
const PATIENCE: Duration = Duration::from_mins(3);
/// How often those who wait behind a pooler for another process to migrate look whether it is done.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Runs what is missing, and tells how the schema then stands to this program. Of several processes
/// that do so at once, one does it and the others wait.
pub(crate) async fn run(connections: &Connections) -> Result<Standing, StoreError> {
    let begun = Instant::now();
    loop {
        match with_lock(connections, run_missing).await {
            Err(StoreError::Failed(error))
                if error.is::<LockedOut>() && begun.elapsed() < PATIENCE =>
            {
                tracing::warn!(%error, "trying again");
                tokio::time::sleep(STEP_BACK).await;
            }
            done => return done,
        }
    }
}

/// A migration that was ended by the limit on waiting for locks, as far as can be told: diesel doesn't
/// pass on the SQLSTATE, and the message is in the server's language.
#[derive(Debug, thiserror::Error)]
#[error("{0} (rolled back; if it waited for a lock for {limit:?}, pg_locks tells who holds it)", limit = LOCK_TIMEOUT)]
struct LockedOut(Box<dyn std::error::Error + Send + Sync>);

fn run_missing(connection: &mut Migrating) -> Outcome<Standing> {
    let known = known()?;
    let compare = |connection: &mut Migrating| -> Outcome<_> {
        let found = connection.applied_migrations()?;
        let found = found.iter().map(ToString::to_string).collect();
        let needed = if ahead(&known, &found) {
            diesel::RunQueryDsl::first(oldest_migration(), connection).optional()?
        } else {
            None::<String>
        };
        Ok(schema::compare(&known, &found, needed.as_deref()))
    };
    match compare(connection)? {
        Err(error @ SchemaError::Contracted { .. }) => return Err(error.into()),
        Ok(standing) => return Ok(standing),
        Err(SchemaError::Behind(_)) => {}
    }
    loop {
        let begun = Instant::now();
        // One by one, since it is the time of one that tells.
        match connection.run_next_migration(MIGRATIONS) {
            Ok(version) => tracing::info!(%version, "migrated the database"),
            Err(error) if begun.elapsed() >= LOCK_TIMEOUT => return Err(LockedOut(error).into()),
            Err(error) => return Err(error),
        }
        if let Ok(standing) = compare(connection)? {
            return Ok(standing);
        }
    }
}

/// Undoes every migration: all data is lost.
pub(crate) async fn revert_all(connections: &Connections) -> Result<(), StoreError> {
    with_lock(connections, |connection| {
        connection.revert_all_migrations(MIGRATIONS).map(|_| ())
    })
    .await
}

/// How the schema stands to this program.
///
/// # Errors
/// [`StoreError::Failed`] with a [`SchemaError`] when it doesn't serve it.
pub(crate) async fn check(connection: &mut AsyncPgConnection) -> Result<Standing, StoreError> {
    Ok(found(connection).await?.standing)
}

/// What a database is found to be.
pub(crate) struct Found {
    /// How its schema stands to this program.
    pub(crate) standing: Standing,
    /// Whether nothing can be written to it: it is a standby, or was set so.
    pub(crate) is_read_only: bool,
}

/// Looks at the database.
///
/// # Errors
/// [`StoreError`] when it can't be asked, or its schema doesn't serve this program.
pub(crate) async fn found(connection: &mut AsyncPgConnection) -> Result<Found, StoreError> {
    let rows = applied::table
        .select((applied::version, current_setting("transaction_read_only")))
        .order(applied::version);
    let rows: Vec<(String, String)> = match rows.load(connection).await {
        Ok(rows) => rows,
        Err(error) if lacks_table(&error, "__diesel_schema_migrations") => Vec::new(),
        Err(error) => return Err(store_error(error)),
    };
    let is_read_only = rows.iter().any(|(_, setting)| setting == "on");
    let versions = rows.into_iter().map(|(version, _)| version).collect();
    let standing = standing(connection, &versions).await?;
    Ok(Found {
        standing,
        is_read_only,
    })
}

async fn standing(
    connection: &mut AsyncPgConnection,
    found: &BTreeSet<String>,
) -> Result<Standing, StoreError> {
    let known = known().map_err(StoreError::Failed)?;
    let needed = if ahead(&known, found) {
        let needed = oldest_migration().first(connection).await.optional();
        match needed {
            Err(error) if lacks_table(&error, "schema_compatibility") => None,
            needed => needed.map_err(store_error)?,
        }
    } else {
        None::<String>
    };
    schema::compare(&known, found, needed.as_deref())
        .map_err(|error| StoreError::Failed(Box::new(error)))
}

define_sql_function! {
    /// The value of a setting of PostgreSQL.
    fn current_setting(name: Text) -> Text;
}

define_sql_function! {
    /// Takes an advisory lock until the end of the transaction, unless somebody else has it.
    fn pg_try_advisory_xact_lock(key: BigInt) -> Bool;
}

/// Whether the database knows a migration that this program doesn't: only then is it of interest
/// what it says of its compatibility.
fn ahead(known: &BTreeSet<String>, found: &BTreeSet<String>) -> bool {
    !found.is_subset(known)
}

/// The message is in the server's language; the table's name isn't.
fn lacks_table(error: &Error, table: &str) -> bool {
    matches!(error, Error::DatabaseError(_, information) if information.message().contains(table))
}

#[diesel::dsl::auto_type]
fn oldest_migration() -> _ {
    schema_compatibility::table.select(schema_compatibility::oldest_migration)
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

/// Runs `work` on a connection that holds the lock. diesel's migrations are not async: they have a
/// thread of their own.
async fn with_lock<T: Send + 'static>(
    connections: &Connections,
    work: impl FnOnce(&mut Migrating) -> Outcome<T> + Send + 'static,
) -> Result<T, StoreError> {
    let (connection, one_transaction) = connections.unlimited().await?;
    let limit = LOCK_TIMEOUT.as_millis();
    let done = tokio::task::spawn_blocking(move || {
        let mut connection = Migrating::from(connection);
        if one_transaction {
            let mut work = Some(work);
            loop {
                let done = connection.transaction(|connection| -> Outcome<Option<T>> {
                    // The lock, like the limits, ends with the transaction.
                    connection.batch_execute(&format!(
                        "SET LOCAL statement_timeout = 0; \
                         SET LOCAL idle_in_transaction_session_timeout = 0; \
                         SET LOCAL lock_timeout = '{limit}ms'"
                    ))?;
                    let lock = diesel::select(pg_try_advisory_xact_lock(LOCK));
                    let locked = diesel::RunQueryDsl::get_result::<bool>(lock, connection)?;
                    let work = work.take_if(|_| locked);
                    work.map(|work| work(connection)).transpose()
                })?;
                if let Some(done) = done {
                    return Ok(done);
                }
                // To wait for it in the transaction would keep one of the pooler's connections from
                // whoever migrates, or serves.
                std::thread::sleep(LOOK_AGAIN);
            }
        }
        // Whoever migrates already is waited for without a limit.
        connection.batch_execute(&format!(
            "SELECT pg_advisory_lock({LOCK}); SET lock_timeout = '{limit}ms'"
        ))?;
        let done = work(&mut connection);
        // Where this fails, the end of the connection frees the lock.
        let _ = connection.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"));
        done
    });
    match done.await {
        // A standby can't be migrated, and may be the primary soon.
        Ok(done) => done.map_err(|error| match error.downcast::<Error>() {
            Ok(error) => store_error(*error),
            Err(error) => StoreError::Failed(error),
        }),
        Err(panicked) => Err(StoreError::Failed(Box::new(panicked))),
    }
}
