//! Poolers in transaction mode, such as PgBouncer's: to each transaction of a connection they give
//! whichever connection to PostgreSQL is free. What a connection was told before (settings, prepared
//! statements, locks, what to listen to) is not there any more, or is somebody else's.
//!
//! Whether there is one on the way shows by itself ([`is_pooled`]); then everything is done in
//! transactions of its own ([`begin`], [`end`]): more round trips, and no other difference.

use diesel::QueryResult;
use diesel::connection::CacheSize;
use diesel::result::{ConnectionError, ConnectionResult};
use diesel_async::{
    AnsiTransactionManager, AsyncConnection, AsyncPgConnection, SimpleAsyncConnection,
    TransactionManager,
};
use roster_application::ports::store::StoreError;
use tokio::time::timeout;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::address::{ConnectError, Target};
use crate::errors::store_error;

/// A setting that only PostgreSQL itself takes: poolers refuse it or forget it.
const MARK: (&str, &str) = ("roster.direct", "yes");

/// Whose turn it is to be asked: not strictly by turns, or a pooler that hands its connections out
/// in turn would seem to keep them apart.
const TURNS: [bool; 32] = {
    let mut turns = [false; 32];
    let mut turn: usize = 0;
    while turn < turns.len() {
        turns[turn] = turn.count_ones() % 2 == 1;
        turn += 1;
    }
    turns
};

/// Whether a pooler in transaction mode is on the way.
///
/// # Errors
/// [`ConnectError`] when the database can't be reached at all.
pub(crate) async fn is_pooled(target: &Target) -> Result<bool, ConnectError> {
    let (name, value) = MARK;
    let direct = match target.marked(name, value).client().await {
        Ok(client) => {
            let question = format!("SELECT current_setting('{name}', true)");
            answer(&client, &question).await.as_deref() == Some(value)
        }
        Err(ConnectError::Refused(error)) if error.code().is_some() => false,
        Err(error) => return Err(error),
    };
    if direct {
        return Ok(false);
    }
    // One in session mode keeps a connection for each of its clients.
    let one = target.client().await?;
    // Who is so busy that it does not answer in time is safely taken for one in transaction mode.
    let kept_apart = timeout(target.limit(), are_kept_apart(&one, target)).await;
    Ok(!kept_apart.ok().flatten().unwrap_or(false))
}

/// Whether `one` connection and another are answered by one process of PostgreSQL each.
async fn are_kept_apart(one: &Client, target: &Target) -> Option<bool> {
    const QUESTION: &str = "SELECT pg_backend_pid()";
    let other = target.client().await.ok()?;
    let mut processes = [
        answer(one, QUESTION).await?,
        answer(&other, QUESTION).await?,
    ];
    if processes[0] == processes[1] {
        return Some(false);
    }
    for turn in TURNS {
        let (asked, process) = match (turn, &mut processes) {
            (false, [process, _]) => (one, process),
            (true, [_, process]) => (&other, process),
        };
        if answer(asked, QUESTION).await? != *process {
            return Some(false);
        }
    }
    Some(true)
}

/// The one value that a question has.
async fn answer(client: &Client, question: &str) -> Option<String> {
    let answer = client.simple_query(question).await.ok()?;
    answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    })
}

/// Opens a connection that leaves nothing behind in PostgreSQL between its transactions.
pub(crate) async fn open(target: &Target) -> ConnectionResult<AsyncPgConnection> {
    let bad = |problem: &dyn std::fmt::Display| ConnectionError::BadConnection(problem.to_string());
    let client = target.client().await.map_err(|error| bad(&error))?;
    // diesel prepares its first statements outside of any transaction, unless it is in one. What it
    // sets, the time zone and the encoding, a pooler keeps for each of its clients.
    let begun = client.batch_execute("BEGIN").await;
    begun.map_err(|error| bad(&error))?;
    let mut connection = AsyncPgConnection::try_from(client).await?;
    let committed = connection.batch_execute("COMMIT").await;
    committed.map_err(ConnectionError::CouldntSetupConfiguration)?;
    connection.set_prepared_statement_cache_size(CacheSize::Disabled);
    Ok(connection)
}

/// Begins a transaction in which a statement may take so many milliseconds; 0: as long as it likes.
pub(crate) async fn begin(
    connection: &mut AsyncPgConnection,
    statement_timeout: u128,
) -> QueryResult<()> {
    let begin = format!(
        "BEGIN; SET LOCAL statement_timeout = {statement_timeout}; \
         SET LOCAL idle_in_transaction_session_timeout = {statement_timeout}"
    );
    AnsiTransactionManager::begin_transaction_sql(connection, &begin).await
}

/// Commits the transaction if its answer is a good one.
pub(crate) async fn end<T, E: From<StoreError>>(
    connection: &mut AsyncPgConnection,
    answer: Result<T, E>,
) -> Result<T, E> {
    match answer {
        Ok(answer) => {
            let committed = AnsiTransactionManager::commit_transaction(connection).await;
            committed.map_err(store_error)?;
            Ok(answer)
        }
        Err(error) => {
            // A connection on which this fails is not used again.
            let _ = AnsiTransactionManager::rollback_transaction(connection).await;
            Err(error)
        }
    }
}
