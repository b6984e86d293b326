//! Connections to PostgreSQL: how one is opened, and the pool of them.
//!
//! A connection is not pinged when it is taken from the pool: that would double the round trips of
//! a read. One that the server closed is known to be closed, and replaced.

use std::ops::{Deref, DerefMut};
use std::str::FromStr;
use std::time::Duration;

use diesel::result::{ConnectionError, ConnectionResult, Error};
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolableConnection, RecyclingMethod,
};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::FutureExt;
use roster_application::ports::store::StoreError;
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::NoTlsStream;
use tokio_postgres::{Client, Config, NoTls, Socket};

/// How often a read is asked whose connection turns out to be cut: a restart of the server cuts all
/// connections, and the first to use one may notice before the pool does.
pub(crate) const ATTEMPTS: u32 = 3;

/// Answers a read on a connection of the pool: `read!(connections, query, argument, …)` calls
/// `query(connection, argument, …)`. A macro, since the future of an async closure can't be said
/// to be `Send`. Not for writes: one whose connection was cut may have been committed.
macro_rules! read {
    ($connections:expr, $query:path $(, $argument:expr)*) => {{
        let mut attempt = 1;
        loop {
            let mut connection = $connections.get().await?;
            let answer = $query(&mut connection $(, $argument)*).await;
            match answer {
                Err(error) if $crate::errors::is_cut(&error) => {
                    $connections.lost(connection);
                    if attempt == $crate::connections::ATTEMPTS {
                        break Err(error);
                    }
                    attempt += 1;
                }
                answer => break answer,
            }
        }
    }};
}
pub(crate) use read;

/// Like [`read!`], but asks once only: for a write that must not be tried again when its connection
/// was cut, since it may have been done.
macro_rules! once {
    ($connections:expr, $write:path $(, $argument:expr)*) => {{
        let mut connection = $connections.get().await?;
        let answer = $write(&mut connection $(, $argument)*).await;
        if answer.as_ref().is_err_and($crate::errors::is_cut) {
            $connections.lost(connection);
        }
        answer
    }};
}
pub(crate) use once;

/// How many connections there are, and how long anything may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolOptions {
    /// The most connections that are open at once.
    pub max_size: usize,
    /// How long to wait for a free connection before the database counts as unavailable.
    pub wait_timeout: Duration,
    /// How long opening a connection may take.
    pub connect_timeout: Duration,
    /// How long one statement may take before PostgreSQL cancels it. Migrations have no limit.
    pub statement_timeout: Duration,
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            max_size: 16,
            wait_timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(25),
        }
    }
}

/// Why a store could not be opened. No message contains any part of the URL, since its password
/// may stand where it should not.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL can't be read.
    #[error(
        "the database URL is not one that PostgreSQL knows: expected postgres://user:password@host:5432/database; write special characters in the password as %40 for @, %2F for /, %3A for :, %3F for ?, %23 for # and %25 for %"
    )]
    MalformedUrl,
    /// The URL asks for an encrypted connection.
    #[error(
        "the database URL asks for TLS by its sslmode, but this version of Roster does not offer TLS to PostgreSQL: take sslmode, and sslrootcert if it is there, out of the URL, and connect to a Unix socket of the same machine (host=/var/run/postgresql) or to a local proxy that encrypts, such as PgBouncer or stunnel"
    )]
    TlsUnsupported,
    /// The pool can't have no connection.
    #[error("the number of database connections must be at least 1")]
    NoConnections,
    /// The database does not answer, or does not let this account in.
    #[error("the database can't be reached: {0}")]
    Unreachable(#[source] StoreError),
}

/// The pool, and how to open a connection beside it.
#[derive(Clone)]
pub(crate) struct Connections {
    pool: Pool<AsyncPgConnection>,
    config: Config,
    options: PoolOptions,
}

impl Connections {
    /// Reads the URL; connects to nothing yet.
    pub(crate) fn new(url: &str, options: PoolOptions) -> Result<Self, OpenError> {
        // The parser's own message may quote a part of a password that was not encoded.
        let mut config = Config::from_str(url).map_err(|_| {
            if asks_for_tls(url) {
                OpenError::TlsUnsupported
            } else {
                OpenError::MalformedUrl
            }
        })?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(OpenError::MalformedUrl);
        }
        if config.get_ssl_mode() == SslMode::Require {
            return Err(OpenError::TlsUnsupported);
        }
        // A server that vanished without a word is noticed within the time of a request.
        config
            .keepalives_idle(Duration::from_secs(15))
            .keepalives_interval(Duration::from_secs(5));
        config
            .keepalives_retries(2)
            .tcp_user_timeout(options.statement_timeout);
        if config.get_application_name().is_none() {
            config.application_name("roster");
        }

        let opened = config.clone();
        let mut manager = ManagerConfig::default();
        manager.recycling_method = RecyclingMethod::Fast;
        manager.custom_setup = Box::new(move |_| {
            let config = opened.clone();
            async move { open(&config, options.connect_timeout, options.statement_timeout).await }
                .boxed()
        });
        let manager = AsyncDieselConnectionManager::new_with_config(String::new(), manager);
        if options.max_size == 0 {
            return Err(OpenError::NoConnections);
        }
        let pool = Pool::builder(manager).max_size(options.max_size).build();
        let pool =
            pool.map_err(|error| OpenError::Unreachable(StoreError::Failed(error.into())))?;
        Ok(Self {
            pool,
            config,
            options,
        })
    }

    /// A connection of the pool.
    pub(crate) async fn get(&self) -> Result<Connection, StoreError> {
        let object = match timeout(self.options.wait_timeout, self.pool.get()).await {
            Ok(object) => object.map_err(|error| StoreError::Unavailable(Box::new(error)))?,
            Err(_) => {
                let size = self.options.max_size;
                let seconds = self.options.wait_timeout.as_secs_f32();
                let problem = format!("none of {size} connections came free within {seconds} s");
                return Err(StoreError::Unavailable(problem.into()));
            }
        };
        Ok(Connection(Some(object)))
    }

    /// Gives up a connection that was cut, and those that idle: most likely they were cut with it.
    pub(crate) fn lost(&self, mut connection: Connection) {
        if let Some(object) = connection.0.take() {
            drop(Object::take(object));
        }
        let _ = self.pool.retain(|_, _| false);
    }

    /// A connection beside the pool, whose statements may take as long as they need.
    pub(crate) async fn unlimited(&self) -> Result<AsyncPgConnection, StoreError> {
        open(&self.config, self.options.connect_timeout, Duration::ZERO)
            .await
            .map_err(|error| StoreError::Unavailable(Box::new(error)))
    }

    /// A bare connection beside the pool; whoever takes it has to drive it.
    pub(crate) async fn beside(
        &self,
    ) -> Result<(Client, tokio_postgres::Connection<Socket, NoTlsStream>), StoreError> {
        let limit = self.options.connect_timeout;
        let problem = match timeout(limit, self.config.connect(NoTls)).await {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) => Chain(&error).to_string(),
            Err(_) => format!("no connection within {} s", limit.as_secs_f32()),
        };
        Err(StoreError::Unavailable(problem.into()))
    }
}

/// Whether a URL that the parser refuses has an sslmode that the parser doesn't know (`allow`,
/// `verify-ca`, `verify-full`), or a certificate to verify by.
fn asks_for_tls(url: &str) -> bool {
    let parameters = url
        .rsplit_once('?')
        .map_or("", |(_, parameters)| parameters);
    parameters.split('&').any(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match name {
            "sslmode" => matches!(value, "allow" | "verify-ca" | "verify-full"),
            "sslrootcert" => true,
            _ => false,
        }
    })
}

/// Opens a connection; a `statement_timeout` of zero is none.
async fn open(
    config: &Config,
    connect_timeout: Duration,
    statement_timeout: Duration,
) -> ConnectionResult<AsyncPgConnection> {
    let bad = |problem: &dyn std::fmt::Display| ConnectionError::BadConnection(problem.to_string());
    // By SET and not among the start-up parameters, which connection poolers refuse.
    // Statements are prepared to be planned once. Left to itself PostgreSQL would plan every page
    // anew, since it can't guess a LIMIT that is a parameter.
    let limits = format!(
        "SET statement_timeout = {0}; SET idle_in_transaction_session_timeout = {0}; SET plan_cache_mode = force_generic_plan",
        statement_timeout.as_millis()
    );
    let opening = async {
        let (client, connection) = config
            .connect(NoTls)
            .await
            .map_err(|error| bad(&Chain(&error)))?;
        let mut connection =
            AsyncPgConnection::try_from_client_and_connection(client, connection).await?;
        let set: Result<(), Error> = connection.batch_execute(&limits).await;
        set.map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(connection)
    };
    let late = format!("no connection within {} s", connect_timeout.as_secs_f32());
    timeout(connect_timeout, opening)
        .await
        .unwrap_or_else(|_| Err(bad(&late)))
}

/// An error with its causes: tokio-postgres says "db error" and leaves the reason to its source.
struct Chain<'a>(&'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// A connection that goes back to the pool when dropped, unless it is in the middle of a
/// transaction: then its request was abandoned, and it is closed, so that its locks are freed now
/// and not when somebody next takes it from the pool.
pub(crate) struct Connection(Option<Object<AsyncPgConnection>>);

impl Deref for Connection {
    type Target = AsyncPgConnection;

    #[expect(clippy::expect_used, reason = "only Drop takes the connection out")]
    fn deref(&self) -> &AsyncPgConnection {
        self.0.as_ref().expect("a connection until it is dropped")
    }
}

impl DerefMut for Connection {
    #[expect(clippy::expect_used, reason = "only Drop takes the connection out")]
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        self.0.as_mut().expect("a connection until it is dropped")
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(mut object) = self.0.take()
            && object.is_broken()
        {
            drop(Object::take(object));
        }
    }
}
