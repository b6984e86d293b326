//! Which store the settings name: PostgreSQL for `postgres://…`, else SQLite in one file; and the
//! application on top of it.

use std::path::{Path, PathBuf};

use roster_application::ports::store::Store;
use roster_application::{Adapters, Application};
use roster_saml::Saml;
use roster_store_postgres::{Address, PoolOptions, PostgresStore, Standing};
use roster_store_sqlite::SqliteStore;

use crate::configuration::{Configuration, Database};
use crate::equipment::Equipment;
use crate::failure::Failure;
use crate::world::{SystemClock, SystemIds};

/// A store that is open; its schema may still be an older one.
pub(crate) enum OpenStore {
    /// The embedded default.
    Sqlite(SqliteStore),
    /// For production.
    Postgres(PostgresStore),
}

impl OpenStore {
    /// Opens the database, and makes the file of the embedded one when it is missing.
    ///
    /// # Errors
    /// [`Failure::OpenSqlite`], [`Failure::OpenPostgres`]; never with a password in it.
    pub(crate) async fn open(configuration: &Configuration) -> Result<Self, Failure> {
        match &configuration.database {
            Database::Sqlite(path) => {
                let opened = SqliteStore::open(path).await;
                opened.map(Self::Sqlite).map_err(Failure::OpenSqlite)
            }
            Database::Postgres {
                url,
                password_file,
                listen_url,
                pool_size,
            } => {
                let mut address = Address::new(url.reveal());
                if let Some(file) = password_file {
                    address = address.with_password_in(file);
                }
                if let Some(url) = listen_url {
                    address = address.listening_at(url.reveal());
                }
                let options = PoolOptions {
                    max_size: *pool_size,
                    ..PoolOptions::default()
                };
                let opened = PostgresStore::connect(address, options).await;
                opened.map(Self::Postgres).map_err(Failure::OpenPostgres)
            }
        }
    }

    /// Opens a database that a server or `roster migrate` has made. A command that was typed in
    /// the wrong directory must not make another.
    ///
    /// # Errors
    /// [`Failure::NoDatabase`], and as [`OpenStore::open`].
    pub(crate) async fn open_existing(configuration: &Configuration) -> Result<Self, Failure> {
        match missing_file(configuration) {
            Some(path) => Err(Failure::NoDatabase(path)),
            None => Self::open(configuration).await,
        }
    }

    /// Brings the schema up to date; several processes may do so at once.
    ///
    /// # Errors
    /// [`Failure::Migrate`].
    pub(crate) async fn migrate(&self) -> Result<Standing, Failure> {
        let migrated = match self {
            Self::Sqlite(store) => store.migrate().await,
            Self::Postgres(store) => store.migrate().await,
        };
        migrated.map_err(Failure::Migrate)
    }

    /// How the schema stands to this program.
    ///
    /// # Errors
    /// [`Failure::NotReady`] when it doesn't serve it.
    pub(crate) async fn schema(&self) -> Result<Standing, Failure> {
        let schema = match self {
            Self::Sqlite(store) => store.schema().await,
            Self::Postgres(store) => store.schema().await,
        };
        schema.map_err(Failure::NotReady)
    }

    /// Writes a copy of the embedded database to `path`.
    ///
    /// # Errors
    /// [`Failure::BackupOfPostgres`], [`Failure::Backup`].
    pub(crate) async fn backup(&self, path: &Path) -> Result<(), Failure> {
        match self {
            Self::Sqlite(store) => {
                let backup = store.backup(path).await;
                backup.map_err(|error| Failure::Backup(error.to_string()))
            }
            Self::Postgres(_) => Err(Failure::BackupOfPostgres),
        }
    }

    /// The store whose pool of connections can be looked at, if it is one that has a pool.
    pub(crate) fn postgres(&self) -> Option<PostgresStore> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(store) => Some(store.clone()),
        }
    }

    /// The application on top of the store, on a server that is reached at `public_url`.
    pub(crate) fn into_application(
        self,
        configuration: &Configuration,
        equipment: Equipment,
        public_url: String,
    ) -> Application {
        let store: Box<dyn Store> = match self {
            Self::Sqlite(store) => Box::new(store),
            Self::Postgres(store) => Box::new(store),
        };
        let adapters = Adapters {
            store,
            clock: Box::new(SystemClock),
            ids: Box::new(SystemIds),
            saml: Box::new(Saml),
            metadata: equipment.metadata,
            vault: Box::new(equipment.keys.vault),
            signer: Box::new(equipment.keys.signer),
        };
        Application::new(adapters, configuration.application(public_url))
    }
}

/// The application on top of an existing database with the schema that this program knows: what
/// most commands work on, with nothing but the database.
///
/// # Errors
/// [`Failure::NoDatabase`], [`Failure::NotReady`], and as [`OpenStore::open`].
pub(crate) async fn application(configuration: &Configuration) -> Result<Application, Failure> {
    application_with(configuration, || Ok(Equipment::none())).await
}

/// As [`application()`], with equipment; if there is no database, that is what is said.
///
/// # Errors
/// As [`application()`], and about the equipment.
pub(crate) async fn application_with(
    configuration: &Configuration,
    equipment: impl FnOnce() -> Result<Equipment, Failure>,
) -> Result<Application, Failure> {
    let store = OpenStore::open_existing(configuration).await?;
    let public_url = configuration.public_url(configuration.listen.port());
    let application = store.into_application(configuration, equipment()?, public_url);
    application.ready().await.map_err(Failure::NotReady)?;
    Ok(application)
}

fn missing_file(configuration: &Configuration) -> Option<PathBuf> {
    match &configuration.database {
        // A file that may not be looked at is left to the store, which says so.
        Database::Sqlite(path) if matches!(path.try_exists(), Ok(false)) => Some(path.clone()),
        _ => None,
    }
}
