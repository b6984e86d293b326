//! Fetching identity providers' metadata: the one kind of request that Roster itself makes, to an
//! address that somebody typed. So it goes over https only, to public addresses only (a server must
//! not be talked into asking its own network), and is given up when it is too much or too slow.
//!
//! - [`MetadataFetcher`] is the adapter of `application::ports::metadata`;
//! - `address` says which addresses are public; `resolver` looks names up and hands on none but
//!   those, so that what was checked is what is connected to;
//! - `failure` says what an administrator can do about it.

mod address;
mod failure;
mod resolver;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ipnet::IpNet;
use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use roster_application::ports::metadata::{FetchError, MetadataSource};
use roster_domain::saml_settings::MetadataUrl;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use url::Url;

use address::Allowed;
use failure::Failure;
use resolver::PublicResolver;

/// How far a redirect is followed.
const MAX_REDIRECTS: usize = 3;

/// What a fetch may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The longest document, in bytes.
    pub size: usize,
    /// From the first look-up to the last byte.
    pub time: Duration,
    /// Until the connection stands.
    pub connect: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            size: 1024 * 1024,
            time: Duration::from_secs(10),
            connect: Duration::from_secs(5),
        }
    }
}

/// Why no fetcher can be made.
#[derive(Debug, thiserror::Error)]
pub enum FetcherError {
    /// The additional authorities are no certificates.
    #[error(
        "the additional certificate authorities can't be read: give a file of certificates in PEM"
    )]
    Authorities,
    /// TLS can't be set up.
    #[error("TLS can't be set up: {0}")]
    Tls(String),
}

/// Fetches metadata.
pub struct MetadataFetcher {
    client: Client,
    allowed: Allowed,
    limits: Limits,
}

impl MetadataFetcher {
    /// A fetcher that trusts the system's certificate authorities (or those of `SSL_CERT_FILE`) and
    /// the `authorities` in PEM. Addresses in `networks` are allowed though they are not public: for
    /// identity providers on the operator's own network.
    ///
    /// # Errors
    /// [`FetcherError`].
    pub fn new(
        networks: Vec<IpNet>,
        authorities: Option<&str>,
        limits: Limits,
    ) -> Result<Self, FetcherError> {
        let allowed = Allowed::new(networks);
        let client = Client::builder()
            .use_preconfigured_tls(tls(authorities)?)
            .https_only(true)
            // A proxy would look names up by itself, where nobody checks them.
            .no_proxy()
            // They are followed here, where each one's target is checked in the form in which it is
            // then asked.
            .redirect(Policy::none())
            .dns_resolver(Arc::new(PublicResolver::new(allowed.clone())))
            .connect_timeout(limits.connect)
            // Nothing is unpacked, whichever features another crate gives to reqwest.
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            // Every fetch looks the name up, and checks it, anew.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("roster/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| FetcherError::Tls(error.to_string()))?;
        Ok(Self {
            client,
            allowed,
            limits,
        })
    }

    async fn get(&self, url: &MetadataUrl) -> Result<Vec<u8>, Failure> {
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let address = Url::parse(url.as_str()).map_err(|_| Failure::NotPublic)?;
            if !self.allowed.host(&address) {
                return Err(Failure::NotPublic);
            }
            let answer = self.client.get(address.clone()).send().await;
            let answer = answer.map_err(|error| Failure::of(&error))?;
            url = match answer.status() {
                StatusCode::OK => return self.body(answer).await,
                StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::SEE_OTHER
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT => target(&address, &answer)?,
                other => return Err(Failure::Status(other.as_u16())),
            };
        }
        Err(Failure::TooManyRedirects)
    }

    async fn body(&self, mut answer: Response) -> Result<Vec<u8>, Failure> {
        let limit = self.limits.size;
        // What the server says about the length is a hint; what it sends is counted.
        if answer
            .content_length()
            .is_some_and(|length| usize::try_from(length).map_or(true, |length| length > limit))
        {
            return Err(Failure::TooLarge(limit));
        }
        let mut document = Vec::new();
        loop {
            let chunk = answer.chunk().await;
            match chunk.map_err(|error| Failure::of(&error))? {
                None => return Ok(document),
                Some(chunk) if document.len() + chunk.len() > limit => {
                    return Err(Failure::TooLarge(limit));
                }
                Some(chunk) => document.extend_from_slice(&chunk),
            }
        }
    }
}

#[async_trait]
impl MetadataSource for MetadataFetcher {
    async fn fetch(&self, url: &MetadataUrl) -> Result<Vec<u8>, FetchError> {
        let fetched = tokio::time::timeout(self.limits.time, self.get(url));
        fetched
            .await
            .unwrap_or(Err(Failure::TooSlow(self.limits.time)))
            .map_err(|failure| FetchError(failure.to_string()))
    }
}

/// Where a redirect leads: an address that an administrator could have given, too.
fn target(from: &Url, answer: &Response) -> Result<MetadataUrl, Failure> {
    let location = answer.headers().get(LOCATION);
    let target = location
        .and_then(|location| location.to_str().ok())
        .and_then(|location| from.join(location).ok());
    let mut target = target.ok_or(Failure::RedirectTarget)?;
    target.set_fragment(None);
    MetadataUrl::new(target.as_str()).map_err(|_| Failure::RedirectTarget)
}

fn tls(authorities: Option<&str>) -> Result<ClientConfig, FetcherError> {
    let mut roots = RootCertStore::empty();
    // A machine without authorities can still run everything else; a fetch will say what is wrong.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(authorities) = authorities {
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(authorities.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(|_| FetcherError::Authorities)?;
        let (added, refused) = roots.add_parsable_certificates(certificates);
        if added == 0 || refused > 0 {
            return Err(FetcherError::Authorities);
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| FetcherError::Tls(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
