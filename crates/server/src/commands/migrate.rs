//! `roster migrate`: the database's schema.

use roster_store_postgres::Standing;

use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::output;
use crate::store::OpenStore;

/// Brings the schema up to date, or only checks that it serves this program; and says which.
pub(super) async fn run(configuration: &Configuration, check: bool) -> Result<(), Failure> {
    let schema = if check {
        let store = OpenStore::open_existing(configuration).await?;
        store.schema().await?
    } else {
        OpenStore::open(configuration).await?.migrate().await?
    };
    match schema {
        Standing::Current => output::line("The database's schema is up to date."),
        Standing::Ahead(unknown) => output::line(&format!(
            "The database's schema is newer than this version of Roster ({}), and serves it all the same.",
            unknown.join(", ")
        )),
    }
}
