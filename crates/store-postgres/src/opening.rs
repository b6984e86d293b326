//! How a connection is opened, what may take how long, and why there may be none.

use std::time::Duration;

use diesel::result::{ConnectionError, ConnectionResult, Error};
use diesel_async::pooled_connection::{self, deadpool::PoolError};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use roster_application::ports::store::StoreError;
use tokio::time::timeout;

use crate::address::{ConnectError, PasswordError, Target};
use crate::errors::may_pass;
use crate::pooling;
use crate::tls::TlsError;

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
    /// The URL past a pooler, by which to listen, can't be used.
    #[error("the URL to listen by (ROSTER_DATABASE_LISTEN_URL): {0}")]
    Listen(#[source] Box<Self>),
    /// The pool can't have no connection.
    #[error("the number of database connections must be at least 1")]
    NoConnections,
    /// The database does not answer, or does not let this account in.
    #[error("the database can't be reached: {0}")]
    Unreachable(#[source] StoreError),
}

impl OpenError {
    /// Whether it may pass without anybody changing the address: the database does not answer, or says
    /// itself that it can't serve at the moment.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable(StoreError::Unavailable(error)) => match error.downcast_ref() {
                Some(error) => ConnectError::is_passing(error),
                None => !error.downcast_ref().is_some_and(lacks_a_setting),
            },
            _ => false,
        }
    }
}

/// Whether the database doesn't know what each connection is set to.
fn lacks_a_setting(error: &PoolError) -> bool {
    match error {
        PoolError::Backend(pooled_connection::PoolError::ConnectionError(
            ConnectionError::CouldntSetupConfiguration(error),
        )) => !may_pass(error),
        _ => false,
    }
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

/// How the connections are opened.
#[derive(Clone)]
pub(crate) struct Way {
    pub(crate) target: Target,
    /// Whether PostgreSQL's own connections are shared among these.
    pub(crate) pooled: bool,
    pub(crate) options: PoolOptions,
}

impl Way {
    /// Opens a connection; a `statement_timeout` of zero is none.
    pub(crate) async fn open(
        &self,
        statement_timeout: Duration,
    ) -> ConnectionResult<AsyncPgConnection> {
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
