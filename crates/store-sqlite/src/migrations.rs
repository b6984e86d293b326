//! The schema: the migrations of `migrations/sqlite`, which are part of the program, and whether
//! the database has had exactly these.

use std::collections::BTreeSet;

use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use roster_application::ports::store::StoreError;

use crate::connections::DatabaseFile;
use crate::errors::store_error;
use crate::schema::__diesel_schema_migrations as applied;

/// The migrations, in order.
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// The schema is not the one that this program knows.
#[derive(Debug, thiserror::Error)]
enum SchemaError {
    /// Migrations were not run.
    #[error("the schema lacks {}: run `roster migrate` with this version of Roster", .0.join(", "))]
    Behind(Vec<String>),
    /// A newer version has migrated the database.
    #[error("the schema is newer than this program, which does not know {}: run the version of Roster that migrated the database, or a later one", .0.join(", "))]
    Ahead(Vec<String>),
}

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

/// Runs what is missing. Of several processes that do so at once, one does it and the others wait.
pub(crate) fn run(file: &DatabaseFile) -> Result<(), StoreError> {
    alone(file, |connection| {
        let names = connection.applied_migrations()?;
        ahead(&known()?, &names.iter().map(ToString::to_string).collect())?;
        for version in connection.run_pending_migrations(MIGRATIONS)? {
            tracing::info!(%version, "migrated the database");
        }
        Ok(())
    })
}

/// Undoes every migration: all data is lost.
pub(crate) fn revert_all(file: &DatabaseFile) -> Result<(), StoreError> {
    alone(file, |connection| {
        connection.revert_all_migrations(MIGRATIONS)?;
        Ok(())
    })
}

/// Whether the database has had every migration that this program knows, and no other.
pub(crate) fn check(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let found = applied::table
        .select(applied::version)
        .load::<String>(connection);
    let found = match found {
        Ok(found) => found.into_iter().collect(),
        Err(Error::DatabaseError(_, information))
            if information.message().starts_with("no such table") =>
        {
            BTreeSet::new()
        }
        Err(error) => return Err(store_error(error)),
    };
    let compared = known().map_err(Stop::from).and_then(|known| {
        ahead(&known, &found)?;
        let missing: Vec<String> = known.difference(&found).cloned().collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(SchemaError::Behind(missing).into())
        }
    });
    compared.map_err(|Stop(error)| error)
}

fn known() -> Result<BTreeSet<String>, Problem> {
    let migrations = MigrationSource::<Sqlite>::migrations(&MIGRATIONS)?;
    let versions = migrations
        .iter()
        .map(|migration| migration.name().version().to_string());
    Ok(versions.collect())
}

fn ahead(known: &BTreeSet<String>, found: &BTreeSet<String>) -> Result<(), SchemaError> {
    let unknown: Vec<String> = found.difference(known).cloned().collect();
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(SchemaError::Ahead(unknown))
    }
}

/// Runs `work` on a connection of its own while no other process writes: all of it, or nothing.
fn alone(
    file: &DatabaseFile,
    work: impl FnOnce(&mut SqliteConnection) -> Result<(), Stop>,
) -> Result<(), StoreError> {
    let connection = file.connect();
    let mut connection = connection.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
    connection
        .immediate_transaction(work)
        .map_err(|Stop(error)| error)
}
