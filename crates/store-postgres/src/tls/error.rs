//! What can be wrong with TLS, and what to do then.

use std::io;
use std::path::PathBuf;

use rustls::{CertificateError, Error};

/// Why TLS to the database is not possible as it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A mode that there is not.
    #[error(
        "sslmode in the database URL must be disable, prefer, require, verify-ca or verify-full"
    )]
    UnknownMode,
    /// Nobody is named who could have signed a certificate.
    #[error(
        "sslmode=verify-ca in the database URL needs sslrootcert=FILE, with the certificate of the authority that signs the database's; or take sslmode=verify-full, which trusts the system's authorities unless a file is named"
    )]
    NoAuthority,
    /// Everybody with a certificate of their own would do.
    #[error(
        "sslrootcert=system in the database URL trusts every public authority, so that the name must be checked too: take sslmode=verify-full"
    )]
    NameUnchecked,
    /// Only one of two files.
    #[error(
        "sslcert and sslkey in the database URL go together: name the file of the certificate and that of its key, or neither"
    )]
    HalfAnIdentity,
    /// A file that can't be used.
    #[error("{} of the database URL can't be used: {problem}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The system trusts nobody.
    #[error(
        "this system has no certificates of authorities: install them (Debian: ca-certificates), or name a file by sslrootcert in the database URL"
    )]
    NoSystemAuthorities,
    /// The settings don't go together.
    #[error("TLS to the database can't be set up: {0}")]
    Setup(#[source] Error),
    /// The server speaks no TLS.
    #[error(
        "the database offers no TLS, for which sslmode in its URL asks: switch it on there (ssl = on); or, where nobody else is on the way, take sslmode=disable"
    )]
    NotOffered,
    /// The certificate is signed by somebody else.
    #[error(
        "the database's certificate is signed by nobody who is trusted: put the certificate of the authority that signed it into the file of sslrootcert"
    )]
    UnknownAuthority,
    /// The certificate is another's.
    #[error(
        "the database's certificate is not for the host of its URL ({0}): name the host as the certificate does, or have one made for that host"
    )]
    OtherName(#[source] Error),
    /// The certificate is one of an authority.
    #[error(
        "the database's certificate is one that signs others, not one of a server: have it sign one for the server, with the host as a subjectAltName"
    )]
    Authority,
    /// Something else went wrong between the two.
    #[error("TLS with the database failed: {0}")]
    Handshake(String),
}

/// What went wrong with TLS, if that is what went wrong.
pub(crate) fn explain(error: &tokio_postgres::Error) -> Option<TlsError> {
    // The library tells these apart by their text alone.
    if error.to_string() != "error performing TLS handshake" {
        return None;
    }
    let source = std::error::Error::source(error)?;
    let cause = source
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
        .and_then(|inner| inner.downcast_ref::<Error>());
    Some(match cause {
        Some(Error::InvalidCertificate(problem)) => match problem {
            // Authorities that were made anew keep their name, but not their key.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                TlsError::UnknownAuthority
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                TlsError::OtherName(Error::InvalidCertificate(problem.clone()))
            }
            CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
                TlsError::Authority
            }
            _ => TlsError::Handshake(Error::InvalidCertificate(problem.clone()).to_string()),
        },
        None if source.to_string() == "server does not support TLS" => TlsError::NotOffered,
        _ => TlsError::Handshake(source.to_string()),
    })
}
