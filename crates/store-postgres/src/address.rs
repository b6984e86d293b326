//! Where the database is, and the way there.

use std::error::Error;
use std::future::poll_fn;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use std::{fmt, fs, io};

use tokio::time::timeout;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::errors::tells_to_try_again;
use crate::tls::{self, Tls, TlsError};
use crate::{OpenError, PoolOptions};

/// Where the database is. Never shows a URL, since those hold passwords.
#[derive(Clone)]
pub struct Address {
    url: String,
    listen_url: Option<String>,
    password_file: Option<PathBuf>,
}

impl Address {
    /// The database at `url`: `postgres://user:password@host:5432/database`.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            listen_url: None,
            password_file: None,
        }
    }

    /// With the password that stands in a file, and not in a URL. It is read for each new connection,
    /// so that one that is changed there works from then on.
    #[must_use]
    pub fn with_password_in(self, file: impl Into<PathBuf>) -> Self {
        Self {
            password_file: Some(file.into()),
            ..self
        }
    }

    /// The same database, by a way on which notifications come through: past a pooler that gives
    /// each transaction another connection.
    #[must_use]
    pub fn listening_at(self, url: impl Into<String>) -> Self {
        Self {
            listen_url: Some(url.into()),
            ..self
        }
    }

    /// The way to the database.
    pub(crate) fn target(&self, options: &PoolOptions) -> Result<Target, OpenError> {
        self.read(&self.url, options)
    }

    /// The way by which to listen, if it is another.
    pub(crate) fn listen_target(&self, options: &PoolOptions) -> Result<Option<Target>, OpenError> {
        let url = self.listen_url.as_deref();
        url.map(|url| self.read(url, options)).transpose()
    }

    fn read(&self, url: &str, options: &PoolOptions) -> Result<Target, OpenError> {
        let target = Target::read(url, options)?;
        let Some(file) = &self.password_file else {
            return Ok(target);
        };
        if target.config.get_password().is_some() {
            return Err(OpenError::TwoPasswords);
        }
        let password = PasswordFile(file.clone());
        password.read()?;
        Ok(Target {
            password: Some(password),
            ..target
        })
    }
}

impl From<&str> for Address {
    fn from(url: &str) -> Self {
        Self::new(url)
    }
}

impl From<&String> for Address {
    fn from(url: &String) -> Self {
        Self::new(url)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").finish_non_exhaustive()
    }
}

/// The file in which the password stands.
#[derive(Debug, Clone)]
struct PasswordFile(PathBuf);

/// Why there is no password.
#[derive(Debug, thiserror::Error)]
#[error("the database's password can't be read from {}: {problem}", file.display())]
pub struct PasswordError {
    /// The file.
    file: PathBuf,
    /// What is wrong with it.
    problem: String,
}

impl PasswordFile {
    /// The password, without the line's end that editors leave behind it.
    fn read(&self) -> Result<String, PasswordError> {
        let password = fs::read_to_string(&self.0).map_err(|error| error.to_string());
        let password = password.map(|text| text.trim_end_matches(['\n', '\r']).to_owned());
        match password {
            Ok(password) if !password.is_empty() => Ok(password),
            Ok(_) => Err("it is empty".to_owned()),
            Err(problem) => Err(problem),
        }
        .map_err(|problem| PasswordError {
            file: self.0.clone(),
            problem,
        })
    }
}

/// A connection that somebody has to drive.
pub(crate) type Link =
    tokio_postgres::Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    /// It took too long.
    #[error("no connection within {} s", .0.as_secs_f32())]
    Late(Duration),
    /// TLS is not possible as it was asked for.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The password's file can't be used.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The server, or what is before it, does not answer or says no.
    #[error("{}", Chain(.0))]
    Refused(#[source] tokio_postgres::Error),
}

impl ConnectError {
    /// Whether it may pass by itself.
    pub(crate) fn is_passing(&self) -> bool {
        // Connection exceptions, insufficient resources, operator intervention: of the appendix of
        // PostgreSQL's manual on error codes.
        const CLASSES: [&str; 3] = ["08", "53", "57"];
        match self {
            Self::Late(_) => true,
            Self::Tls(_) | Self::Password(_) => false,
            Self::Refused(error) => match error.code() {
                // By this code PgBouncer says everything: that it has lost PostgreSQL, and that there is
                // no such account.
                Some(code) if *code == SqlState::PROTOCOL_VIOLATION => error
                    .as_db_error()
                    .is_some_and(|said| tells_to_try_again(said.message())),
                Some(code) => CLASSES.iter().any(|class| code.code().starts_with(class)),
                // Nobody is there, or the name leads nowhere yet, or whoever was there went away.
                None => {
                    error.is_closed() || error.source().is_some_and(<dyn Error>::is::<io::Error>)
                }
            },
        }
    }
}

/// A URL as it was understood, and how to connect to what it names.
#[derive(Clone)]
pub(crate) struct Target {
    config: Config,
    tls: Tls,
    password: Option<PasswordFile>,
    limit: Duration,
}

impl Target {
    /// Reads the URL; connects to nothing yet.
    fn read(url: &str, options: &PoolOptions) -> Result<Self, OpenError> {
        let (url, tls) = Tls::taken_from(url)?;
        // The parser's own message may quote a part of a password that was not encoded.
        let mut config = Config::from_str(&url).map_err(|_| OpenError::MalformedUrl)?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(OpenError::MalformedUrl);
        }
        // What is wrong with the files is found before there is anybody to ask.
        tls.connector()?;
        let named = |host: &Host| matches!(host, Host::Tcp(_));
        if config.get_hosts().is_empty() {
            // A certificate may be for an address.
            for address in config.get_hostaddrs().to_vec() {
                config.host(address.to_string());
            }
            config.ssl_mode(tls.mode());
        } else if !config.get_hostaddrs().is_empty() || config.get_hosts().iter().any(named) {
            // An address goes before the path of a socket beside it.
            config.ssl_mode(tls.mode());
        } else {
            // There is no TLS on a socket of this machine, and nobody on the way.
            config.ssl_mode(SslMode::Disable);
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
        Ok(Self {
            config,
            tls,
            password: None,
            limit: options.connect_timeout,
        })
    }

    /// How long connecting may take.
    pub(crate) const fn limit(&self) -> Duration {
        self.limit
    }

    /// Connects.
    pub(crate) async fn connect(&self) -> Result<(Client, Link), ConnectError> {
        let connector = self.tls.connector()?;
        let mut config = self.config.clone();
        if let Some(file) = &self.password {
            config.password(file.read()?);
        }
        let connecting = async {
            match config.connect(connector.clone()).await {
                Err(error) if self.is_better_without_tls(&error) => {
                    config.ssl_mode(SslMode::Disable);
                    // If that does not help either, the first reason is the one to tell.
                    config.connect(connector).await.map_err(|_| error)
                }
                connected => connected,
            }
        };
        let connected = timeout(self.limit, connecting).await;
        connected
            .map_err(|_| ConnectError::Late(self.limit))?
            .map_err(|error| match tls::explain(&error) {
                Some(problem) => ConnectError::Tls(problem),
                None => ConnectError::Refused(error),
            })
    }

    /// Whether TLS was merely preferred, and may be what is in the way: a handshake that failed, or
    /// a server that does not let this account in by TLS.
    fn is_better_without_tls(&self, error: &tokio_postgres::Error) -> bool {
        let denied = error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION);
        self.config.get_ssl_mode() == SslMode::Prefer && (denied || tls::explain(error).is_some())
    }

    /// Connects, and lets the connection be driven until its client is dropped.
    pub(crate) async fn client(&self) -> Result<Client, ConnectError> {
        let (client, mut link) = self.connect().await?;
        tokio::spawn(async move {
            // What PostgreSQL notices by the way is of no interest.
            while let Some(Ok(_)) = poll_fn(|context| link.poll_message(context)).await {}
        });
        Ok(client)
    }

    /// The same way, on which PostgreSQL is told of a setting of ours that means nothing, if it is
    /// PostgreSQL that is told.
    pub(crate) fn marked(&self, name: &str, value: &str) -> Self {
        let mut marked = self.clone();
        let given = self.config.get_options();
        let given = given.map(|given| format!("{given} ")).unwrap_or_default();
        marked.config.options(format!("{given}-c {name}={value}"));
        marked
    }
}

/// An error with its causes: tokio-postgres says "db error" and leaves the reason to its source.
struct Chain<'a>(&'a dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
