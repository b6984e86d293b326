//! Connections to PostgreSQL: how one is opened, and the pool of them.
//!
//! A connection is not pinged when it is taken from the pool: that would double the round trips of
//! a read. One that the server closed is known to be closed, and replaced.

use std::ops::{Deref, DerefMut};
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

use crate::address::{Address, ConnectError, PasswordError, Target};
use crate::errors::store_error;
use crate::pooling;
use crate::tls::TlsError;

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
            match connection.end(answer).await {
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
        let answer = connection.end(answer).await;
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
    /// TLS is not possible as the URL asks for it.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The password's file can't be used.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Two places for one password.
    #[error(
        "the database URL holds a password, and a file with one is named too: take the password out of the URL, or don't name the file"
    )]
    TwoPasswords,
    /// The pool can't have no connection.
    #[error("the number of database connections must be at least 1")]
    NoConnections,
    /// The database does not answer, or does not let this account in.
    #[error("the database can't be reached: {0}")]
    Unreachable(#[source] StoreError),
}

impl From<ConnectError> for OpenError {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Tls(problem) => Self::Tls(problem),
            ConnectError::Password(problem) => Self::Password(problem),
            error => Self::Unreachable(StoreError::Unavailable(Box::new(error))),
        }
    }
}

/// The pool, and the way to connections beside it.
#[derive(Clone)]
pub(crate) struct Connections {
    pool: Pool<AsyncPgConnection>,
    way: Way,
    listen: Option<Target>,
}

impl Connections {
    /// Reads the address, and makes sure that the database answers.
    pub(crate) async fn open(address: &Address, options: PoolOptions) -> Result<Self, OpenError> {
        if options.max_size == 0 {
            return Err(OpenError::NoConnections);
        }
        let (target, listen) = (address.target(&options)?, address.listen_target(&options)?);
        let pooled = pooling::is_pooled(&target).await?;
        let way = Way {
            target,
            pooled,
            options,
        };
        let opened = way.clone();
        let mut manager = ManagerConfig::default();
        manager.recycling_method = RecyclingMethod::Fast;
        manager.custom_setup = Box::new(move |_| {
            let way = opened.clone();
            async move { way.open(way.options.statement_timeout).await }.boxed()
        });
        let manager = AsyncDieselConnectionManager::new_with_config(String::new(), manager);
        let pool = Pool::builder(manager).max_size(options.max_size).build();
        let pool =
            pool.map_err(|error| OpenError::Unreachable(StoreError::Failed(error.into())))?;
        let connections = Self { pool, way, listen };
        let mut connection = connections.get().await.map_err(OpenError::Unreachable)?;
        let answer = connection.end(Ok(())).await;
        answer.map_err(OpenError::Unreachable)?;
        drop(connection);
        Ok(connections)
    }

    /// A connection of the pool.
    pub(crate) async fn get(&self) -> Result<Connection, StoreError> {
        let Way {
            pooled, options, ..
        } = &self.way;
        let object = match timeout(options.wait_timeout, self.pool.get()).await {
            Ok(object) => object.map_err(|error| StoreError::Unavailable(Box::new(error)))?,
            Err(_) => {
                let size = options.max_size;
                let seconds = options.wait_timeout.as_secs_f32();
                let problem = format!("none of {size} connections came free within {seconds} s");
                return Err(StoreError::Unavailable(problem.into()));
            }
        };
        let mut connection = Connection {
            object: Some(object),
            in_transaction: *pooled,
        };
        if *pooled {
            let begun = pooling::begin(&mut connection, options.statement_timeout.as_millis());
            begun.await.map_err(store_error)?;
        }
        Ok(connection)
    }

    /// Gives up a connection that was cut, and those that idle: most likely they were cut with it.
    pub(crate) fn lost(&self, mut connection: Connection) {
        if let Some(object) = connection.object.take() {
            drop(Object::take(object));
        }
        let _ = self.pool.retain(|_, _| false);
    }

    /// A connection beside the pool, whose statements may take as long as they need; and whether
    /// everything has to be done in one transaction, which then sets its limits itself.
    pub(crate) async fn unlimited(&self) -> Result<(AsyncPgConnection, bool), StoreError> {
        let opened = self.way.open(Duration::ZERO).await;
        let connection = opened.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        Ok((connection, self.way.pooled))
    }

    /// The way by which to listen to notifications, if there is one; and whether that is in doubt.
    pub(crate) fn listening(&self) -> Option<(&Target, bool)> {
        let direct = (!self.way.pooled).then_some((&self.way.target, false));
        self.listen.as_ref().map(|target| (target, true)).or(direct)
    }
}

/// How the connections are opened.
#[derive(Clone)]
struct Way {
    target: Target,
    /// Whether PostgreSQL's own connections are shared among these.
    pooled: bool,
    options: PoolOptions,
}

impl Way {
    /// Opens a connection; a `statement_timeout` of zero is none.
    async fn open(&self, statement_timeout: Duration) -> ConnectionResult<AsyncPgConnection> {
        let bad =
            |problem: &dyn std::fmt::Display| ConnectionError::BadConnection(problem.to_string());
        let opening = async {
            if self.pooled {
                return pooling::open(&self.target).await;
            }
            let (client, link) = self.target.connect().await.map_err(|error| bad(&error))?;
            let mut connection =
                AsyncPgConnection::try_from_client_and_connection(client, link).await?;
            // By SET and not among the start-up parameters, which connection poolers refuse.
            // Statements are prepared to be planned once. Left to itself PostgreSQL would plan
            // every page anew, since it can't guess a LIMIT that is a parameter.
            let limits = format!(
                "SET statement_timeout = {0}; SET idle_in_transaction_session_timeout = {0}; SET plan_cache_mode = force_generic_plan",
                statement_timeout.as_millis()
            );
            let set: Result<(), Error> = connection.batch_execute(&limits).await;
            set.map_err(ConnectionError::CouldntSetupConfiguration)?;
            Ok(connection)
        };
        let late = ConnectError::Late(self.target.limit());
        timeout(self.target.limit(), opening)
            .await
            .unwrap_or_else(|_| Err(bad(&late)))
    }
}

/// A connection that goes back to the pool when dropped, unless it is in the middle of a
/// transaction: then its request was abandoned, and it is closed, so that its locks are freed now
/// and not when somebody next takes it from the pool.
pub(crate) struct Connection {
    object: Option<Object<AsyncPgConnection>>,
    in_transaction: bool,
}

impl Connection {
    /// Ends what [`Connections::get`] began: to be told what came of it.
    pub(crate) async fn end<T, E: From<StoreError>>(
        &mut self,
        answer: Result<T, E>,
    ) -> Result<T, E> {
        if self.in_transaction {
            pooling::end(self, answer).await
        } else {
            answer
        }
    }
}

impl Deref for Connection {
    type Target = AsyncPgConnection;

    #[expect(clippy::expect_used, reason = "only Drop takes the connection out")]
    fn deref(&self) -> &AsyncPgConnection {
        self.object
            .as_ref()
            .expect("a connection until it is dropped")
    }
}

impl DerefMut for Connection {
    #[expect(clippy::expect_used, reason = "only Drop takes the connection out")]
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        self.object
            .as_mut()
            .expect("a connection until it is dropped")
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(mut object) = self.object.take()
            && object.is_broken()
        {
            drop(Object::take(object));
        }
    }
}
