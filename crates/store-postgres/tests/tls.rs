//! TLS to a real server, whose certificate an authority of our own has signed: who is let in, and who is
//! told what.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::sync::OnceLock;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use roster_store_postgres::{OpenError, PoolOptions, PostgresStore, TlsError};
use roster_tests::postgres::{Cluster, ClusterOptions, shared_cluster};
use tempfile::TempDir;

/// Somebody who signs certificates.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    /// A certificate for that name, and its key.
    fn sign(&self, name: &str) -> [String; 2] {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        [certificate.pem(), key.serialize_pem()]
    }
}

/// Two servers with TLS, and the files to know them by.
struct Place {
    /// Its certificate is for localhost.
    server: Cluster,
    /// As the first, but lets in only who has a certificate for the name postgres.
    strict: Cluster,
    files: TempDir,
}

impl Place {
    fn shared() -> &'static Self {
        static SHARED: OnceLock<Place> = OnceLock::new();
        SHARED.get_or_init(Self::new)
    }

    fn new() -> Self {
        let (authority, stranger) = (Authority::new(), Authority::new());
        let files = tempfile::tempdir().unwrap();
        let keep = |name: &str, content: &str| fs::write(files.path().join(name), content).unwrap();
        keep("authority.pem", &authority.0.pem());
        keep("stranger.pem", &stranger.0.pem());
        let [certificate, key] = authority.sign("postgres");
        keep("client.pem", &certificate);
        keep("client.key", &key);
        keep("nonsense.pem", "nonsense");
        let start = |settings: &[(&str, &str)], further: &[(&str, &str)]| {
            let [certificate, key] = authority.sign("localhost");
            let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
            let mut files = vec![
                ("server.crt".to_owned(), certificate),
                ("server.key".to_owned(), key),
                ("root.crt".to_owned(), authority.0.pem()),
            ];
            files.extend(further.iter().map(owned));
            let settings = [("ssl", "on")].iter().chain(settings).map(owned).collect();
            let fsync = false;
            Cluster::start(ClusterOptions {
                fsync,
                settings,
                files,
            })
            .unwrap()
        };
        let server = start(&[], &[]);
        let rules = "hostssl all all 127.0.0.1/32 cert";
        let strict = start(&[("ssl_ca_file", "root.crt")], &[("pg_hba.conf", rules)]);
        Self {
            server,
            strict,
            files,
        }
    }

    fn parameters(&self, parameters: &str) -> String {
        parameters.replace('$', &format!("{}/", self.files.path().display()))
    }

    /// A URL of `cluster`, with the paths of these files for `$`.
    fn url(&self, cluster: &Cluster, host: &str, parameters: &str) -> String {
        let parameters = self.parameters(parameters);
        let port = cluster.port();
        format!("postgres://postgres@{host}:{port}/postgres?{parameters}")
    }
}

async fn open(url: &str) -> Result<PostgresStore, OpenError> {
    PostgresStore::connect(url, PoolOptions::default()).await
}

/// What is said of a URL that leads nowhere.
async fn refused(url: &str) -> TlsError {
    match open(url).await.err() {
        Some(OpenError::Tls(problem)) => problem,
        other => panic!("{url}: {other:?}"),
    }
}

/// How many connections there are with and without TLS.
fn encrypted(cluster: &Cluster, name: &str) -> String {
    let count = format!(
        "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
         WHERE application_name = '{name}' ORDER BY ssl"
    );
    cluster.sql(&cluster.url("postgres"), &count).unwrap()
}

#[tokio::test]
async fn an_address_beside_the_path_of_a_socket_is_not_spoken_to_in_clear() {
    let place = Place::shared();
    let port = place.server.port();
    for mode in [
        "require",
        "verify-ca&sslrootcert=$authority.pem",
        "verify-full",
    ] {
        let parameters = place.parameters(&format!("hostaddr=127.0.0.1&sslmode={mode}"));
        let url =
            format!("postgres://postgres@%2Fvar%2Frun%2Fpostgresql:{port}/postgres?{parameters}");
        assert!(open(&url).await.is_err(), "{url}");
    }
}

#[tokio::test]
async fn each_mode_lets_in_whom_it_should() {
    let place = Place::shared();
    for (host, parameters) in [
        (
            "localhost",
            "sslmode=verify-full&sslrootcert=$authority.pem",
        ),
        ("localhost", "sslmode=verify-ca&sslrootcert=$authority.pem"),
        // The authority alone is asked for, not the name.
        ("127.0.0.1", "sslmode=verify-ca&sslrootcert=$authority.pem"),
        ("127.0.0.1", "sslmode=require&sslrootcert=$authority.pem"),
        ("127.0.0.1", "sslmode=require"),
        ("127.0.0.1", "sslmode=prefer"),
        // As with libpq, TLS is taken where it is offered.
        ("127.0.0.1", "connect_timeout=5"),
    ] {
        let name = format!("mode {host} {parameters}").replace(['&', '=', '$'], " ");
        let name = &name[..name.len().min(60)];
        let url = place.url(&place.server, host, parameters);
        let encoded = name.replace(' ', "%20");
        let store = open(&format!("{url}&application_name={encoded}")).await;
        let store = store.unwrap_or_else(|error| panic!("{url}: {error}"));
        assert_eq!(encrypted(&place.server, name), "t", "{url}");
        drop(store);
    }
    let plain = place.url(
        &place.server,
        "127.0.0.1",
        "sslmode=disable&application_name=plain",
    );
    let store = open(&plain).await.unwrap();
    assert_eq!(encrypted(&place.server, "plain"), "f");
    drop(store);
}

#[tokio::test]
async fn a_wrong_name_and_an_unknown_authority_are_refused_with_what_to_do() {
    let place = Place::shared();
    let url = |host, parameters| place.url(&place.server, host, parameters);
    let other_name = url(
        "127.0.0.1",
        "sslmode=verify-full&sslrootcert=$authority.pem",
    );
    let problem = refused(&other_name).await;
    assert!(matches!(problem, TlsError::OtherName(_)), "{problem:?}");
    let said = problem.to_string();
    assert!(said.contains("not for the host of its URL"), "{said}");
    assert!(
        said.contains("127.0.0.1") && said.contains("localhost"),
        "{said}"
    );

    for parameters in [
        "sslmode=verify-full&sslrootcert=$stranger.pem",
        "sslmode=verify-ca&sslrootcert=$stranger.pem",
        "sslmode=require&sslrootcert=$stranger.pem",
        "sslmode=verify-full&sslrootcert=system",
        "sslmode=verify-full",
    ] {
        let problem = refused(&url("localhost", parameters)).await;
        let said = problem.to_string();
        assert!(
            matches!(problem, TlsError::UnknownAuthority),
            "{parameters}: {said}"
        );
        assert!(said.contains("into the file of sslrootcert"), "{said}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_refused_unless_that_is_allowed() {
    let port = shared_cluster().port();
    let url = |mode: &str| format!("postgres://postgres@127.0.0.1:{port}/postgres?sslmode={mode}");
    for mode in ["require", "verify-full"] {
        let problem = refused(&url(mode)).await;
        assert!(matches!(problem, TlsError::NotOffered), "{mode}: {problem}");
        assert!(problem.to_string().contains("ssl = on"), "{problem}");
    }
    for mode in ["prefer", "disable"] {
        assert!(open(&url(mode)).await.is_ok(), "{mode}");
    }
}

#[tokio::test]
async fn files_that_can_not_be_used_are_named() {
    let place = Place::shared();
    for (parameters, file) in [
        (
            "sslmode=verify-full&sslrootcert=$missing.pem",
            "missing.pem",
        ),
        (
            "sslmode=verify-ca&sslrootcert=$nonsense.pem",
            "nonsense.pem",
        ),
        ("sslmode=verify-ca&sslrootcert=$client.key", "client.key"),
        (
            "sslmode=require&sslcert=$missing.pem&sslkey=$client.key",
            "missing.pem",
        ),
        (
            "sslmode=require&sslcert=$client.pem&sslkey=$client.pem",
            "client.pem",
        ),
    ] {
        let problem = refused(&place.url(&place.server, "localhost", parameters)).await;
        assert!(
            matches!(problem, TlsError::File { .. }),
            "{parameters}: {problem}"
        );
        assert!(problem.to_string().contains(file), "{problem}");
    }
}

#[tokio::test]
async fn a_certificate_of_our_own_opens_where_one_is_asked_for() {
    let place = Place::shared();
    let trusted = "sslmode=verify-full&sslrootcert=$authority.pem";
    let ours = format!("{trusted}&sslcert=$client.pem&sslkey=$client.key");
    assert!(
        open(&place.url(&place.strict, "localhost", &ours))
            .await
            .is_ok()
    );
    let without = open(&place.url(&place.strict, "localhost", trusted)).await;
    assert!(matches!(without, Err(OpenError::Unreachable(_))));
}

#[tokio::test]
async fn where_tls_is_merely_preferred_a_server_that_wants_none_is_taken() {
    let rules = "hostnossl all all 127.0.0.1/32 trust";
    let [certificate, key] = Authority::new().sign("localhost");
    let files = [("server.crt", certificate), ("server.key", key)];
    let files = files.map(|(name, content)| (name.to_owned(), content));
    let cluster = Cluster::start(ClusterOptions {
        fsync: false,
        settings: vec![("ssl".to_owned(), "on".to_owned())],
        files: files
            .into_iter()
            .chain([("pg_hba.conf".to_owned(), rules.to_owned())])
            .collect(),
    })
    .unwrap();
    assert!(open(&cluster.url("postgres")).await.is_ok());
    let strict = open(&format!("{}?sslmode=require", cluster.url("postgres"))).await;
    assert!(matches!(strict, Err(OpenError::Unreachable(_))));
}
