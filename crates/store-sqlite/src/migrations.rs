//! The schema: the migrations of `migrations/sqlite`, which are part of the program, and whether
//! the database has had these.

use std::collections::BTreeSet;

use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use roster_application::ports::store::StoreError;
use roster_store_kit::schema::{self, SchemaError, Standing};

use crate::connections::DatabaseFile;
use crate::errors::store_error;
use crate::schema::{__diesel_schema_migrations as applied, schema_compatibility};

/// The migrations, in order.
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

type Problem = Box<dyn std::error::Error + Send + Sync>;

/// What ends a migration; everything that it did is rolled back.
struct Stop(StoreError);

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self(store_error(error))
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self(StoreError::Failed(problem))
    }
}

impl From<SchemaError> for Stop {
    fn from(error: SchemaError) -> Self {
        Self(StoreError::Failed(Box::new(error)))
    }
}

/// Runs what is missing, and tells how the schema then stands to this program. Of several processes
/// that do so at once, one does it and the others wait.
pub(crate) fn run(file: &DatabaseFile) -> Result<Standing, StoreError> {
    alone(file, |connection| {
        let had = |connection: &mut SqliteConnection| -> Result<BTreeSet<String>, Stop> {
            let names = connection.applied_migrations()?;
            Ok(names.iter().map(ToString::to_string).collect())
        };
        let found = had(connection)?;
        match compare(connection, &found)? {
            Err(error @ SchemaError::Contracted { .. }) => return Err(error.into()),
            Ok(standing) => return Ok(standing),
            Err(SchemaError::Behind(_)) => {}
        }
        for version in connection.run_pending_migrations(MIGRATIONS)? {
            tracing::info!(%version, "migrated the database");
        }
        let found = had(connection)?;
        Ok(compare(connection, &found)??)
    })
}

/// Undoes every migration: all data is lost.
pub(crate) fn revert_all(file: &DatabaseFile) -> Result<(), StoreError> {
    alone(file, |connection| {
        connection.revert_all_migrations(MIGRATIONS)?;
        Ok(())
    })
}

/// How the schema stands to this program.
///
/// # Errors
/// [`StoreError::Failed`] with a [`SchemaError`] when it doesn't serve it.
pub(crate) fn check(connection: &mut SqliteConnection) -> Result<Standing, StoreError> {
    let found = applied::table
        .select(applied::version)
        .load::<String>(connection);
    let found = match found {
        Ok(found) => found.into_iter().collect(),
        Err(error) if lacks_table(&error) => BTreeSet::new(),
        Err(error) => return Err(store_error(error)),
    };
    let standing = compare(connection, &found).and_then(|compared| Ok(compared?));
    standing.map_err(|Stop(error)| error)
}

/// How a database that has had the migrations `found` stands to this program.
fn compare(
    connection: &mut SqliteConnection,
    found: &BTreeSet<String>,
) -> Result<Result<Standing, SchemaError>, Stop> {
    let known = known()?;
    let mut needed: Option<String> = None;
    // Only to an older program is it of interest what it must know.
    if !found.is_subset(&known) {
        let row = schema_compatibility::table.select(schema_compatibility::oldest_migration);
        needed = match row.first(connection).optional() {
            Err(error) if lacks_table(&error) => None,
            row => row?,
        };
    }
    Ok(schema::compare(&known, found, needed.as_deref()))
}

fn lacks_table(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(_, information) if information.message().starts_with("no such table"))
}

fn known() -> Result<BTreeSet<String>, Problem> {
    let migrations = MigrationSource::<Sqlite>::migrations(&MIGRATIONS)?;
    let versions = migrations
        .iter()
        .map(|migration| migration.name().version().to_string());
    Ok(versions.collect())
}

/// Runs `work` on a connection of its own while no other process writes: all of it, or nothing.
fn alone<T>(
    file: &DatabaseFile,
    work: impl FnOnce(&mut SqliteConnection) -> Result<T, Stop>,
) -> Result<T, StoreError> {
    let connection = file.connect();
    let mut connection = connection.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
    connection
        .immediate_transaction(work)
        .map_err(|Stop(error)| error)
}
