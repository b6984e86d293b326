//! Why nothing was fetched, in the words of an administrator. Of an address that may not be asked
//! nothing is told: neither whether anybody listens there nor what they say.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use roster_application::ports::metadata::FetchError;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    NotPublic,
    UnknownHost,
    RedirectToPlain,
    TooManyRedirects,
    Status(u16),
    TooLarge(usize),
    TooSlow(Duration),
    Certificate,
    Connection,
    Answer,
}

impl Failure {
    /// What an error of the client comes down to.
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        error.source().and_then(Self::within).unwrap_or_else(|| {
            if error.is_connect() || error.is_timeout() {
                Self::Connection
            } else {
                Self::Answer
            }
        })
    }

    /// The failure that an error wraps, however deep.
    fn within(error: &(dyn Error + 'static)) -> Option<Self> {
        if let Some(failure) = error.downcast_ref::<Self>() {
            return Some(failure.clone());
        }
        if error.is::<rustls::Error>() {
            return Some(Self::Certificate);
        }
        // What an I/O error wraps is not its source, but stands in its place.
        let wrapped = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
            .and_then(|inner| Self::within(inner));
        wrapped.or_else(|| error.source().and_then(Self::within))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPublic => f.write_str(
                "its host is not a public address. Upload the metadata instead, or have the operator \
                 of this server allow the network in the setting metadata_allowed_networks",
            ),
            Self::UnknownHost => f.write_str(
                "there is no host of that name. Check the address, or upload the metadata instead",
            ),
            Self::RedirectToPlain => f.write_str(
                "it redirects to an address without https. Use the address at which the metadata itself is",
            ),
            Self::TooManyRedirects => write!(
                f,
                "it redirects more than {} times. Use the address at which the metadata itself is",
                crate::MAX_REDIRECTS
            ),
            Self::Status(status) => write!(
                f,
                "its server answers with status {status}. Open the address in a browser: it has to show \
                 the metadata to somebody who is not signed in",
            ),
            Self::TooLarge(limit) => write!(
                f,
                "the document there is longer than {limit} bytes. Metadata of one identity provider is a \
                 few kilobytes: check the address"
            ),
            Self::TooSlow(limit) => write!(
                f,
                "its server took longer than {} seconds. Try again, or upload the metadata instead",
                limit.as_secs_f32()
            ),
            Self::Certificate => f.write_str(
                "the certificate of its server can't be verified. If a private authority has made it, the \
                 operator of this server can add that in the setting metadata_ca_file",
            ),
            Self::Connection => f.write_str(
                "its server can't be reached. Try again, or upload the metadata instead",
            ),
            Self::Answer => f.write_str(
                "its server's answer can't be read. Open the address in a browser, or upload the metadata instead",
            ),
        }
    }
}

impl Error for Failure {}

pub(crate) fn explain(failure: &Failure) -> FetchError {
    FetchError(failure.to_string())
}
