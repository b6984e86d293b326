//! A provider's site with TLS, on this machine.

use std::io::Write;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// A provider's site: its metadata at an https address, and the authority of its certificate.
pub(super) struct Site {
    /// The address.
    pub(super) url: String,
    document: Arc<Mutex<String>>,
    authority: NamedTempFile,
}

impl Site {
    /// Serves `document` until the end of the test.
    pub(super) async fn serve(document: String) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let authority = CertifiedIssuer::self_signed(params, key).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("https://{}/metadata", listener.local_addr().unwrap());
        let document = Arc::new(Mutex::new(document));
        let served = document.clone();
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                // One who does not trust the certificate goes away.
                let Ok(mut stream) = acceptor.accept(socket).await else {
                    continue;
                };
                let _ = stream.read(&mut [0; 4096]).await;
                let answer = answer(&served.lock().unwrap());
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(authority.pem().as_bytes()).unwrap();
        Self {
            url,
            document,
            authority: file,
        }
    }

    /// Serves this from now on.
    pub(super) fn change(&self, document: String) {
        *self.document.lock().unwrap() = document;
    }

    /// The settings of a server that may and can ask here.
    pub(super) fn settings(&self) -> [(&'static str, &str); 2] {
        let authority = self.authority.path().to_str().unwrap();
        [
            ("ROSTER_METADATA_ALLOWED_NETWORKS", "127.0.0.0/8"),
            ("ROSTER_METADATA_CA_FILE", authority),
        ]
    }
}

fn answer(document: &str) -> String {
    let length = document.len();
    format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{document}")
}
