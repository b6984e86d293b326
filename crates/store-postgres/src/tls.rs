//! TLS to PostgreSQL: what the URL says about it, by libpq's words, and how much of it is checked.
//!
//! | `sslmode` | encrypted | the server's certificate |
//! |---|---|---|
//! | `disable` | no | |
//! | `prefer`, the default | if the server offers it | unchecked |
//! | `require` | yes | unchecked; with `sslrootcert` as `verify-ca` |
//! | `verify-ca` | yes | signed by an authority of `sslrootcert` |
//! | `verify-full` | yes | and made for that host; without `sslrootcert` by the system's authorities |
//!
//! The default is libpq's: a URL without `sslmode` goes on to work with a server that has no TLS, and
//! is safe from whoever merely listens where the server has it. Files are read anew for each
//! connection, so that what is rotated works without a restart.

mod checks;
mod error;
mod url;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use checks::AnyName;
pub use error::TlsError;
pub(crate) use error::explain;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// What the URL says about TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tls {
    check: Check,
    client: Option<ClientFiles>,
}

/// How much is checked of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Check {
    /// There is no TLS.
    Disabled,
    /// Nothing, and there need be no TLS.
    Preferred,
    /// Nothing.
    Nothing,
    /// Who signed its certificate.
    Authority(PathBuf),
    /// That, and whom it was made for.
    Everything(Authorities),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Authorities {
    System,
    File(PathBuf),
}

/// Our own certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ClientFiles {
    certificate: PathBuf,
    key: PathBuf,
}

impl Tls {
    /// Takes what is said about TLS out of a URL, whose parser knows too few of these words.
    pub(crate) fn taken_from(url: &str) -> Result<(String, Self), TlsError> {
        let (rest, given) = url::take(url);
        let authorities = match given.root_certificate.as_deref() {
            None => None,
            Some("system") => Some(Authorities::System),
            Some(file) => Some(Authorities::File(file.into())),
        };
        let mode = given.mode.as_deref().unwrap_or(match &authorities {
            // As with libpq: whoever trusts every public authority has to check the name.
            Some(Authorities::System) => "verify-full",
            _ => "prefer",
        });
        let check = match (mode, authorities) {
            ("disable", _) => Check::Disabled,
            ("verify-full", authorities) => {
                Check::Everything(authorities.unwrap_or(Authorities::System))
            }
            ("prefer" | "require" | "verify-ca", Some(Authorities::System)) => {
                return Err(TlsError::NameUnchecked);
            }
            ("prefer", _) => Check::Preferred,
            ("require" | "verify-ca", Some(Authorities::File(file))) => Check::Authority(file),
            ("require", None) => Check::Nothing,
            ("verify-ca", None) => return Err(TlsError::NoAuthority),
            _ => return Err(TlsError::UnknownMode),
        };
        let client = match (given.certificate, given.key) {
            (Some(certificate), Some(key)) => Some(ClientFiles {
                certificate: certificate.into(),
                key: key.into(),
            }),
            (None, None) => None,
            _ => return Err(TlsError::HalfAnIdentity),
        };
        Ok((rest, Self { check, client }))
    }

    /// The mode, as far as the client library knows it.
    pub(crate) const fn mode(&self) -> SslMode {
        match self.check {
            Check::Disabled => SslMode::Disable,
            Check::Preferred => SslMode::Prefer,
            Check::Nothing | Check::Authority(_) | Check::Everything(_) => SslMode::Require,
        }
    }

    /// What makes the connections, by what is in the files now.
    pub(crate) fn connector(&self) -> Result<MakeRustlsConnect, TlsError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Setup)?;
        let any_name = |roots| Arc::new(AnyName::new(roots, provider.clone()));
        let config = match &self.check {
            Check::Disabled | Check::Preferred | Check::Nothing => config
                .dangerous()
                .with_custom_certificate_verifier(any_name(None)),
            Check::Authority(file) => config
                .dangerous()
                .with_custom_certificate_verifier(any_name(Some(authorities_in(file)?))),
            Check::Everything(Authorities::File(file)) => {
                config.with_root_certificates(authorities_in(file)?)
            }
            Check::Everything(Authorities::System) => {
                config.with_root_certificates(authorities_of_system()?)
            }
        };
        let mut config = match &self.client {
            None => config.with_no_client_auth(),
            Some(files) => {
                let (chain, key) = (certificates_in(&files.certificate)?, key_in(&files.key)?);
                config
                    .with_client_auth_cert(chain, key)
                    .map_err(TlsError::Setup)?
            }
        };
        // Asked for by servers to which TLS is spoken without the usual question before.
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(MakeRustlsConnect::new(config))
    }
}

fn authorities_in(file: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates_in(file)? {
        roots
            .add(certificate)
            .map_err(|problem| unusable(file, &problem))?;
    }
    Ok(roots)
}

fn authorities_of_system() -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(TlsError::NoSystemAuthorities);
    }
    Ok(roots)
}

fn certificates_in(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect);
    let certificates: Vec<_> = read.map_err(|problem| unusable(file, &problem))?;
    if certificates.is_empty() {
        return Err(unusable(file, &"there is no certificate in PEM in it"));
    }
    Ok(certificates)
}

fn key_in(file: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_file(file).map_err(|problem| unusable(file, &problem))
}

fn unusable(file: &Path, problem: &dyn std::fmt::Display) -> TlsError {
    TlsError::File {
        file: file.to_owned(),
        problem: problem.to_string(),
    }
}

/// The cryptography of every connection.
type Provider = Arc<CryptoProvider>;

#[cfg(test)]
mod tests;
