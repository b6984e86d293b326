//! The pool of connections to PostgreSQL.
//!
//! A connection is not pinged when it is taken from the pool: that would double the round trips of
//! a read. One that the server closed is known to be closed, and replaced.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolableConnection, RecyclingMethod,
};
use futures_util::FutureExt;
use roster_application::ports::store::StoreError;
use tokio::time::timeout;

use crate::address::{Address, Target};
use crate::errors::{is_cut, store_error};
use crate::opening::{OpenError, PoolOptions, Way};
use crate::pooling;
use crate::silence::{PATIENCE, Silence};

/// How often a read is asked whose connection turns out to be cut: a restart of the server cuts all
/// connections, and the first to use one may notice before the pool does.
pub(crate) const ATTEMPTS: u32 = 3;

/// The span of a call to the database, by the semantic conventions of OpenTelemetry. It costs next to
/// nothing where nobody listens for its target.
macro_rules! span {
    ($call:path) => {
        tracing::debug_span!(
            target: "roster::db",
            "database",
            otel.name = stringify!($call),
            otel.kind = "client",
            db.system.name = "postgresql",
            db.operation.name = stringify!($call),
        )
    };
}
pub(crate) use span;

/// Asks once on that connection, and ends what [`Connections::get`] began on it.
macro_rules! ask {
    ($connections:expr, $connection:ident, $call:path $(, $argument:expr)*) => {{
        let opened = $connection.asks();
        let asking = async {
            let answer = $call(&mut $connection $(, $argument)*).await;
            $connection.end(answer).await
        };
        let asking = tracing::Instrument::instrument(asking, $crate::connections::span!($call));
        let answer = $connections.silence.watch(opened, asking).await;
        $connection.is_answered();
        answer
    }};
}
pub(crate) use ask;

/// Answers a read on a connection of the pool: `read!(connections, query, argument, …)` calls
/// `query(connection, argument, …)`. A macro, since the future of an async closure can't be said
/// to be `Send`. Not for writes: one whose connection was cut may have been committed.
macro_rules! read {
    ($connections:expr, $query:path $(, $argument:expr)*) => {{
        let mut attempt = 1;
        loop {
            let mut connection = $connections.get().await?;
            match $crate::connections::ask!($connections, connection, $query $(, $argument)*) {
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
        let answer = $crate::connections::ask!($connections, connection, $write $(, $argument)*);
        if answer.as_ref().is_err_and($crate::errors::is_cut) {
            $connections.lost(connection);
        }
        answer
    }};
}
pub(crate) use once;

/// All connections of the pool are in use.
#[derive(Debug, thiserror::Error)]
#[error("none of {size} connections came free within {waited:?}")]
pub(crate) struct Busy {
    size: usize,
    waited: Duration,
}

/// How a pool stands at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolState {
    /// The most connections that there may be.
    pub most: usize,
    /// Those that are open.
    pub open: usize,
    /// Those of them that nobody uses.
    pub idle: usize,
}

/// The pool, and the way to connections beside it.
#[derive(Clone)]
pub(crate) struct Connections {
    pool: Pool<AsyncPgConnection>,
    way: Way,
    listen: Option<Target>,
    pub(crate) silence: Arc<Silence>,
}

impl Connections {
    /// Reads the address, and makes sure that the database answers.
    pub(crate) async fn open(address: &Address, options: PoolOptions) -> Result<Self, OpenError> {
        if options.max_size == 0 {
            return Err(OpenError::NoConnections);
        }
        let target = address.target(&options)?;
        let listen = address
            .listen_target(&options)
            .map_err(|error| OpenError::Listen(Box::new(error)))?;
        let pooled = pooling::is_pooled(&target).await?;
        let way = Way {
            target,
            pooled,
            options,
        };
        let silence = Arc::new(Silence::new(way.clone()));
        let opener = Arc::clone(&silence);
        let mut manager = ManagerConfig::default();
        manager.recycling_method = RecyclingMethod::Fast;
        manager.custom_setup = Box::new(move |_| {
            let opener = Arc::clone(&opener);
            async move { opener.open().await }.boxed()
        });
        let manager = AsyncDieselConnectionManager::new_with_config(String::new(), manager);
        let pool = Pool::builder(manager).max_size(options.max_size).build();
        let pool =
            pool.map_err(|error| OpenError::Unreachable(StoreError::Failed(error.into())))?;
        let connections = Self {
            pool,
            way,
            listen,
            silence,
        };
        let mut connection = connections.get().await.map_err(OpenError::Unreachable)?;
        let answer = connection.end(Ok(())).await;
        answer.map_err(OpenError::Unreachable)?;
        drop(connection);
        Ok(connections)
    }

    /// A connection of the pool.
    pub(crate) async fn get(&self) -> Result<Connection, StoreError> {
        if !self.way.pooled {
            return self.take().await;
        }
        // That it was cut shows when the transaction begins; nothing is lost with it then.
        let mut attempt = 1;
        loop {
            let mut connection = self.take().await?;
            let error = match self.begin(&mut connection).await {
                Ok(()) => return Ok(connection),
                Err(error) => error,
            };
            if is_cut(&error) {
                self.lost(connection);
            }
            if attempt == ATTEMPTS || !is_cut(&error) {
                return Err(error);
            }
            attempt += 1;
        }
    }

    async fn take(&self) -> Result<Connection, StoreError> {
        let options = &self.way.options;
        loop {
            let object = match timeout(options.wait_timeout, self.pool.get()).await {
                Ok(Ok(object)) => object,
                Ok(Err(error)) => return Err(StoreError::Unavailable(Box::new(error))),
                Err(_) => {
                    let (size, waited) = (options.max_size, options.wait_timeout);
                    return Err(StoreError::Unavailable(Box::new(Busy { size, waited })));
                }
            };
            // One from before a silence may have idled through it.
            if self.silence.is_dead(Object::metrics(&object).created) {
                drop(Object::take(object));
                continue;
            }
            return Ok(Connection {
                object: Some(object),
                in_transaction: false,
                asked: None,
            });
        }
    }

    async fn begin(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let options = &self.way.options;
        let beginning = pooling::begin(connection, options.statement_timeout.as_millis());
        match timeout(options.wait_timeout, beginning).await {
            Ok(begun) => begun.map_err(store_error)?,
            Err(_) => {
                let seconds = options.wait_timeout.as_secs_f32();
                let problem =
                    format!("none of the pooler's connections came free within {seconds} s");
                return Err(StoreError::Unavailable(problem.into()));
            }
        }
        connection.in_transaction = true;
        Ok(())
    }

    /// Gives up a connection that was cut, and those that idle: most likely they were cut with it.
    pub(crate) fn lost(&self, mut connection: Connection) {
        if let Some(object) = connection.object.take() {
            drop(Object::take(object));
        }
        let _ = self.pool.retain(|_, _| false);
    }

    /// How the pool stands at this moment.
    pub(crate) fn state(&self) -> PoolState {
        let status = self.pool.status();
        PoolState {
            most: status.max_size,
            open: status.size,
            idle: status.available,
        }
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

/// A connection that goes back to the pool when dropped, unless its request was abandoned in the
/// middle of a transaction, or has waited for long: then it is closed, so that its locks are freed now
/// and not when somebody next takes it from the pool, and nobody else waits for what may never come.
pub(crate) struct Connection {
    object: Option<Object<AsyncPgConnection>>,
    in_transaction: bool,
    /// Since when an answer is waited for.
    asked: Option<Instant>,
}

impl Connection {
    /// Something is being asked from now on. Answers when the connection was opened.
    pub(crate) fn asks(&mut self) -> Instant {
        let now = Instant::now();
        self.asked = Some(now);
        let object = self.object.as_ref();
        object.map_or(now, |object| Object::metrics(object).created)
    }

    /// What was asked is answered.
    pub(crate) const fn is_answered(&mut self) {
        self.asked = None;
    }

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
        let waited = self.asked.is_some_and(|asked| asked.elapsed() >= PATIENCE);
        if let Some(mut object) = self.object.take()
            && (waited || object.is_broken())
        {
            drop(Object::take(object));
        }
    }
}
