//! Fetching an identity provider's metadata.

use async_trait::async_trait;
use roster_domain::saml_settings::MetadataUrl;

/// Why nothing was fetched; continues "The metadata can't be fetched: ".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FetchError(pub String);

/// Fetches metadata over https: from public addresses only, within limits of size and time.
#[async_trait]
pub trait MetadataSource: Send + Sync {
    /// The document at `url`.
    ///
    /// # Errors
    /// [`FetchError`] says what an administrator can do about it; it tells nothing of what an
    /// address that is not public has answered.
    async fn fetch(&self, url: &MetadataUrl) -> Result<Vec<u8>, FetchError>;
}
