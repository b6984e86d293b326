//! How many files this process may have open: sockets are files, too, and so are the connections to the
//! database, which must not go short when clients have many.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What is open beside connections of clients and of the pool: the listeners, the log, the files of the
/// embedded database, fetched metadata, telemetry.
const OTHERS: usize = 64;

/// Raises the limit as far as the system allows, and answers how many connections of clients there is
/// room for beside so many to the database.
pub(crate) fn places(pool: usize) -> usize {
    let present = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: present.maximum,
        maximum: present.maximum,
    };
    let limit = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current,
        Err(error) => {
            tracing::debug!(%error, "the limit of open files stays as it is");
            present.current
        }
    };
    let limit = limit.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    });
    limit.saturating_sub(pool + OTHERS).max(1)
}
