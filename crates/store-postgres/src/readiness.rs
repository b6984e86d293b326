//! Whether the database can be worked with: it answers soon, has the schema of this program, and can be
//! written to. A standby can't, nor can a primary that was set to read-only.

use std::time::Duration;

use diesel::define_sql_function;
use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_application::ports::store::StoreError;
use tokio::time::timeout;

use crate::connections::{Busy, Connections, read};
use crate::errors::store_error;
use crate::migrations;

/// How soon it has to answer: whoever asks whether it does has no more time than that.
const LIMIT: Duration = Duration::from_secs(2);

define_sql_function! {
    /// The value of a setting of PostgreSQL.
    fn current_setting(name: Text) -> Text;
}

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
    migrations::check(connection).await?;
    let setting = diesel::select(current_setting("transaction_read_only"));
    let read_only: String = setting.get_result(connection).await.map_err(store_error)?;
    if read_only == "off" {
        Ok(())
    } else {
        Err(StoreError::Unavailable(Box::new(ReadOnly)))
    }
}
