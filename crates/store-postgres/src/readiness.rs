//! Whether the database can be worked with: it answers soon, has the schema of this program, and can be
//! written to. A standby can't, nor can a primary that was set to read-only.

use std::time::Duration;

use diesel_async::AsyncPgConnection;
use roster_application::ports::store::StoreError;
use tokio::time::timeout;

use crate::connections::{Busy, Connections, read};
use crate::migrations;

/// How soon it has to answer: whoever asks whether it does has no more time than that.
const LIMIT: Duration = Duration::from_secs(2);

/// The database can only be read.
#[derive(Debug, thiserror::Error)]
#[error("the database can't be written to: it is a standby, or was set to read-only")]
pub(crate) struct ReadOnly;

#[derive(Debug, thiserror::Error)]
#[error("the database does not answer within {} s", LIMIT.as_secs())]
struct Late;

/// Asks the database. If there are only so many who ask it that this has to wait, it is enough that
/// it answers them: a crowd must not take all servers out of service at once.
pub(crate) async fn ask(connections: &Connections) -> Result<(), StoreError> {
    let asking = async { read!(connections, check) };
    let (busy, answer) = match timeout(LIMIT, asking).await {
        Err(_) => {
            let late = StoreError::Unavailable(Box::new(Late));
            (connections.state().idle == 0, Err(late))
        }
        Ok(Err(StoreError::Unavailable(error))) => {
            (error.is::<Busy>(), Err(StoreError::Unavailable(error)))
        }
        Ok(answer) => (false, answer),
    };
    if busy && connections.silence.is_heard() {
        return Ok(());
    }
    answer
}

async fn check(connection: &mut AsyncPgConnection) -> Result<(), StoreError> {
    // All by one statement: where each takes a fifth of a second, two on a new connection take too long.
    if migrations::found(connection).await?.is_read_only {
        Err(StoreError::Unavailable(Box::new(ReadOnly)))
    } else {
        Ok(())
    }
}
