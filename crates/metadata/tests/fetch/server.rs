//! A server with TLS, whose authority nobody knows but who asks it, and that answers as it is told.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// What the server does with a request.
#[derive(Clone)]
pub(crate) enum Answer {
    /// Sends this, and closes.
    Text(String),
    /// Sends a byte now and then, for ever.
    Drip,
    /// Sends bytes without an end, and without saying how many.
    Flood,
}

/// How the server meets whoever connects.
#[derive(Clone, Copy)]
enum Greeting {
    Tls,
    /// Never says a word.
    Silence,
    /// Complains in clear.
    Plain,
}

/// A running server; it ends with the test.
pub(crate) struct Server {
    pub(crate) port: u16,
    /// The certificate of its authority, in PEM.
    pub(crate) authority: String,
    connections: Arc<AtomicUsize>,
    heads: Arc<Mutex<Vec<String>>>,
}

type Routes = Arc<dyn Fn(&str) -> Answer + Send + Sync>;

impl Server {
    /// A server that gives this answer to everything.
    pub(crate) async fn new(answer: Answer) -> Self {
        Self::with(move |_| answer.clone()).await
    }

    /// A server whose answer depends on the path.
    pub(crate) async fn with(routes: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        Self::start("127.0.0.1", Greeting::Tls, Arc::new(routes)).await
    }

    /// As [`Server::new`], at another address than 127.0.0.1.
    pub(crate) async fn at(host: &str, answer: Answer) -> Self {
        let routes = Arc::new(move |_: &str| answer.clone());
        Self::start(host, Greeting::Tls, routes).await
    }

    /// A server that takes connections and then says nothing.
    pub(crate) async fn silent() -> Self {
        Self::start("127.0.0.1", Greeting::Silence, Arc::new(|_| Answer::Drip)).await
    }

    /// A server that knows no TLS, and says so in clear.
    pub(crate) async fn without_tls() -> Self {
        Self::start("127.0.0.1", Greeting::Plain, Arc::new(|_| Answer::Drip)).await
    }

    async fn start(host: &str, greeting: Greeting, routes: Routes) -> Self {
        let (acceptor, authority) = acceptor();
        let listener = TcpListener::bind(SocketAddr::new(host.parse().unwrap(), 0))
            .await
            .unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            authority,
            connections: Arc::default(),
            heads: Arc::default(),
        };
        let (connections, heads) = (server.connections.clone(), server.heads.clone());
        tokio::spawn(async move {
            let mut silent = Vec::new();
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                connections.fetch_add(1, Ordering::SeqCst);
                match greeting {
                    Greeting::Silence => silent.push(socket),
                    Greeting::Plain => {
                        let complaint = b"HTTP/1.1 400 Bad Request\r\n\r\n";
                        let _ = socket.write_all(complaint).await;
                        silent.push(socket);
                    }
                    Greeting::Tls => {
                        tokio::spawn(tls(acceptor.clone(), socket, routes.clone(), heads.clone()));
                    }
                }
            }
        });
        server
    }

    /// The address of a path here.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    /// How many have connected.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The heads of the requests that came, in lower case.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

/// What serves TLS for `localhost`, 127.0.0.1 and 127.0.0.2, and the authority that vouches for it.
fn acceptor() -> (TlsAcceptor, String) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = ["localhost", "127.0.0.1", "127.0.0.2"].map(str::to_owned);
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
    (TlsAcceptor::from(Arc::new(config)), authority.pem())
}

async fn tls(
    acceptor: TlsAcceptor,
    socket: TcpStream,
    routes: Routes,
    heads: Arc<Mutex<Vec<String>>>,
) {
    // A client that trusts nobody here goes away.
    if let Ok(stream) = acceptor.accept(socket).await {
        answer(stream, routes, heads).await;
    }
}

/// Answers one request; a client that has had enough ends it.
async fn answer(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    routes: Routes,
    heads: Arc<Mutex<Vec<String>>>,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    heads.lock().unwrap().push(head.to_lowercase());
    match routes(&path) {
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
}

/// A document.
pub(crate) fn ok(body: &str) -> Answer {
    with_headers("", body)
}

/// A document with more headers, each with its line break.
pub(crate) fn with_headers(headers: &str, body: &str) -> Answer {
    let length = body.len();
    Answer::Text(format!(
        "HTTP/1.1 200 OK\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    ))
}

/// A redirect.
pub(crate) fn redirect(to: &str) -> Answer {
    Answer::Text(format!(
        "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
    ))
}
