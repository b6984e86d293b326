//! What the application works with besides the database: keys, and a way to fetch metadata. A server
//! has it all; a command has what it needs, so that a mistake in the rest of the settings does not
//! stand in its way: least of all in the way of break-glass access.

use std::fs;
use std::path::PathBuf;

use async_trait::async_trait;
use roster_application::ports::metadata::{FetchError, MetadataSource};
use roster_domain::saml_settings::MetadataUrl;
use roster_metadata::{Limits, MetadataFetcher};

use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::keys::Keys;

/// What a process works with.
pub(crate) struct Equipment {
    /// What seals and what signs.
    pub(crate) keys: Keys,
    /// What fetches metadata.
    pub(crate) metadata: Box<dyn MetadataSource>,
}

impl Equipment {
    /// For a server: everything. Its first start makes the secret key.
    ///
    /// # Errors
    /// [`Failure`] about the first thing that can't be used.
    pub(crate) fn of_server(configuration: &Configuration) -> Result<Self, Failure> {
        Ok(Self {
            keys: Keys::of_server(configuration)?,
            metadata: Box::new(fetcher(configuration)?),
        })
    }

    /// For a command that needs no more than the database.
    pub(crate) fn none() -> Self {
        Self {
            keys: Keys::none(),
            metadata: Box::new(NoMetadata),
        }
    }

    /// For a command that seals what the server opens.
    ///
    /// # Errors
    /// [`Failure`] about the secret key.
    pub(crate) fn with_keys(configuration: &Configuration) -> Result<Self, Failure> {
        Ok(Self {
            keys: Keys::of_command(configuration)?,
            ..Self::none()
        })
    }

    /// For a command that fetches metadata.
    ///
    /// # Errors
    /// [`Failure`] about the authorities that are trusted then.
    pub(crate) fn with_metadata(configuration: &Configuration) -> Result<Self, Failure> {
        Ok(Self {
            metadata: Box::new(fetcher(configuration)?),
            ..Self::none()
        })
    }
}

fn fetcher(configuration: &Configuration) -> Result<MetadataFetcher, Failure> {
    let file = configuration.metadata_ca_file.as_ref();
    let read = |path: &PathBuf| {
        fs::read_to_string(path).map_err(|problem| Failure::Read {
            path: path.clone(),
            problem,
        })
    };
    let authorities = file.map(read).transpose()?;
    MetadataFetcher::new(
        configuration.metadata_allowed_networks.clone(),
        authorities.as_deref(),
        Limits::default(),
    )
    .map_err(|problem| match file {
        Some(path) => Failure::Metadata(format!("{}: {problem}", path.display())),
        None => Failure::Metadata(problem.to_string()),
    })
}

/// In a command that fetches nothing.
struct NoMetadata;

#[async_trait]
impl MetadataSource for NoMetadata {
    async fn fetch(&self, _url: &MetadataUrl) -> Result<Vec<u8>, FetchError> {
        Err(FetchError("this command fetches no metadata".to_owned()))
    }
}
