//! `roster migrate`: the database's schema.

use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::output;
use crate::store::{self, OpenStore};

/// Brings the schema up to date, or only checks that it is.
pub(super) async fn run(configuration: &Configuration, check: bool) -> Result<(), Failure> {
    if check {
        store::application(configuration).await?;
    } else {
        OpenStore::open(configuration).await?.migrate().await?;
    }
    output::line("The database's schema is up to date.")
}
