//! Fetching from a real server with TLS, honest or not.
#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use roster_application::ports::metadata::MetadataSource;
use roster_domain::saml_settings::MetadataUrl;
use roster_metadata::{Limits, MetadataFetcher};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// What the server does with every connection.
#[derive(Clone)]
enum Answer {
    /// Sends this, and closes.
    Text(String),
    /// Sends a byte now and then, for ever.
    Drip,
    /// Sends bytes without an end, and without saying how many.
    Flood,
}

struct Server {
    address: SocketAddr,
    authority: String,
}

/// A server for `localhost` and 127.0.0.1, with a certificate of an authority of its own.
async fn server(answer: Answer) -> Server {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certificate = CertificateParams::new(names)
        .unwrap()
        .signed_by(&key, &authority)
        .unwrap();
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
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let (acceptor, answer) = (acceptor.clone(), answer.clone());
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(socket).await else {
                    return;
                };
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                match answer {
                    Answer::Text(text) => {
                        let _ = stream.write_all(text.as_bytes()).await;
                        let _ = stream.shutdown().await;
                    }
                    Answer::Drip => {
                        let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
                        let _ = stream.write_all(head.as_bytes()).await;
                        while stream.write_all(b"x").await.is_ok() && stream.flush().await.is_ok() {
                            tokio::time::sleep(Duration::from_millis(50)).await;
                        }
                    }
                    Answer::Flood => {
                        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
                        while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
                    }
                }
            });
        }
    });
    Server {
        address,
        authority: authority.pem(),
    }
}

fn ok(body: &str) -> Answer {
    let length = body.len();
    Answer::Text(format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}"
    ))
}

fn redirect(to: &str) -> Answer {
    Answer::Text(format!(
        "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
    ))
}

const LIMITS: Limits = Limits {
    size: 1000,
    time: Duration::from_secs(20),
    connect: Duration::from_secs(10),
};

impl Server {
    fn url(&self) -> String {
        format!("https://localhost:{}/metadata", self.address.port())
    }

    /// Fetches `url` with this server's authority trusted and loopback addresses allowed.
    async fn fetch(&self, url: &str) -> Result<Vec<u8>, String> {
        self.fetch_within(url, LIMITS).await
    }

    async fn fetch_within(&self, url: &str, limits: Limits) -> Result<Vec<u8>, String> {
        let networks = vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let fetcher = MetadataFetcher::new(networks, Some(&self.authority), limits).unwrap();
        let url = MetadataUrl::new(url).unwrap();
        fetcher.fetch(&url).await.map_err(|error| error.0)
    }
}

async fn refusal(answer: Answer, part: &str) {
    let server = server(answer).await;
    let said = server.fetch(&server.url()).await.unwrap_err();
    assert!(said.contains(part), "{said}");
}

#[tokio::test]
async fn a_document_is_fetched_by_name_and_by_address() {
    let server = server(ok("<metadata/>")).await;
    assert_eq!(server.fetch(&server.url()).await.unwrap(), b"<metadata/>");
    let by_address = server.url().replace("localhost", "127.0.0.1");
    assert_eq!(server.fetch(&by_address).await.unwrap(), b"<metadata/>");
}

#[tokio::test]
async fn a_redirect_is_followed_three_times_at_most() {
    let target = server(ok("<metadata/>")).await;
    let first = server(redirect(&target.url())).await;
    let said = first.fetch(&first.url()).await.unwrap_err();
    // The second server has an authority of its own, so getting there is a failure of its certificate.
    assert!(said.contains("certificate"), "{said}");
    refusal(redirect("/metadata"), "redirects more than 3 times").await;
}

#[tokio::test]
async fn redirects_to_plain_http_and_to_private_addresses_are_refused() {
    refusal(redirect("http://localhost/metadata"), "without https").await;
    for target in [
        "https://10.0.0.1/",
        "https://[fd00::1]/",
        "https://169.254.169.254/",
    ] {
        refusal(redirect(target), "not a public address").await;
    }
}

#[tokio::test]
async fn what_is_too_long_is_refused_whatever_the_server_says_about_it() {
    refusal(ok(&"x".repeat(1001)), "longer than 1000 bytes").await;
    refusal(Answer::Flood, "longer than 1000 bytes").await;
    let chunked = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n{}\r\n0\r\n\r\n",
        "x".repeat(2000)
    );
    refusal(Answer::Text(chunked), "longer than 1000 bytes").await;
}

#[tokio::test]
async fn a_slow_server_is_not_waited_for() {
    let server = server(Answer::Drip).await;
    let limits = Limits {
        time: Duration::from_secs(1),
        ..LIMITS
    };
    let begun = Instant::now();
    let said = server
        .fetch_within(&server.url(), limits)
        .await
        .unwrap_err();
    assert!(said.contains("longer than 1 seconds"), "{said}");
    // The drip would have taken 50 seconds.
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[tokio::test]
async fn other_answers_than_200_are_no_metadata() {
    for status in [
        "404 Not Found",
        "204 No Content",
        "500 Oops",
        "206 Partial Content",
    ] {
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        refusal(Answer::Text(answer), &format!("status {}", &status[..3])).await;
    }
    refusal(Answer::Text("nonsense\r\n\r\n".to_owned()), "can't be read").await;
}

#[tokio::test]
async fn a_certificate_of_nobody_is_refused() {
    let server = server(ok("<metadata/>")).await;
    let networks = vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
    let fetcher = MetadataFetcher::new(networks, None, LIMITS).unwrap();
    let url = MetadataUrl::new(&server.url()).unwrap();
    let said = fetcher.fetch(&url).await.unwrap_err().0;
    assert!(said.contains("certificate"), "{said}");
}

#[tokio::test]
async fn private_addresses_are_not_asked_and_all_look_alike() {
    let server = server(ok("<secret/>")).await;
    let port = server.address.port();
    let fetcher = MetadataFetcher::new(Vec::new(), Some(&server.authority), LIMITS).unwrap();
    let mut said = Vec::new();
    for host in [
        "localhost",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "10.0.0.1",
    ] {
        let url = MetadataUrl::new(&format!("https://{host}:{port}/")).unwrap();
        said.push(fetcher.fetch(&url).await.unwrap_err().0);
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("metadata_allowed_networks"), "{said:?}");
}

#[tokio::test]
async fn authorities_that_are_none_are_refused() {
    assert!(MetadataFetcher::new(Vec::new(), Some("nonsense"), LIMITS).is_err());
}
