//! `roster backup`: a copy of the embedded database.

use std::path::Path;

use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::output;
use crate::store::OpenStore;

/// Copies the database to `path`, and prints it.
pub(super) async fn run(configuration: &Configuration, path: &Path) -> Result<(), Failure> {
    let store = OpenStore::open_existing(configuration).await?;
    store.backup(path).await?;
    output::line(&path.display().to_string())?;
    output::note(
        "Keep a copy of the secret key as well, and apart from this one: without it, sealed private keys are lost.",
    );
    Ok(())
}
