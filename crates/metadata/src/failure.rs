//! Why nothing was fetched, in the words of an administrator. Of an address that may not be asked
//! nothing is told: neither whether its name exists, nor whether anybody listens there, nor what they
//! say.

use std::error::Error;
use std::fmt;
use std::time::Duration;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    NotPublic,
    RedirectTarget,
    TooManyRedirects,
    Status(u16),
    TooLarge(usize),
    TooSlow(Duration),
    Certificate,
    Tls,
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
        match error.downcast_ref() {
            Some(rustls::Error::InvalidCertificate(_)) => return Some(Self::Certificate),
            Some(_) => return Some(Self::Tls),
            None => (),
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
                "its host is unknown, or not a public address. Upload the metadata instead, or have the \
                 operator of this server allow the network in the setting metadata_allowed_networks",
            ),
            Self::RedirectTarget => f.write_str(
                "it redirects to something else than an https address without user name. Use the address at \
                 which the metadata itself is",
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
            Self::Tls => f.write_str(
                "its server doesn't speak TLS 1.2 or 1.3 at this address. Check the port, or upload the \
                 metadata instead",
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
