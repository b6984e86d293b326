//! Whom is asked, and whether they are believed.

use roster_application::ports::metadata::MetadataSource;
use roster_domain::saml_settings::MetadataUrl;
use roster_metadata::{FetcherError, MetadataFetcher};

use crate::server::{Server, ok};
use crate::{LIMITS, fetch, fetch_from};

#[tokio::test]
async fn a_document_is_fetched_by_name_and_by_address() {
    let server = Server::new(ok("<metadata/>")).await;
    let by_name = server.url("/metadata?tenant=1");
    let by_address = by_name.replace("localhost", "127.0.0.1");
    for url in [by_name, by_address] {
        assert_eq!(fetch(&server, &url).await.unwrap(), b"<metadata/>");
    }
    let heads = server.heads();
    assert_eq!(heads.len(), 2);
    for head in heads {
        assert!(
            head.starts_with("get /metadata?tenant=1 http/1.1"),
            "{head}"
        );
        for unwanted in ["cookie", "authorization", "referer", "accept-encoding"] {
            assert!(!head.contains(unwanted), "{head}");
        }
    }
}

#[tokio::test]
async fn private_addresses_are_not_asked_and_all_look_alike() {
    let server = Server::new(ok("<secret/>")).await;
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = unused.local_addr().unwrap().port();
    drop(unused);
    let mut said = Vec::new();
    for host in [
        "localhost",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.0.0.1.",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "0.0.0.0",
        "169.254.169.254",
        "10.0.0.1",
    ] {
        for port in [server.port, closed] {
            let url = format!("https://{host}:{port}/");
            let refused = fetch_from(&server, &[], &url, LIMITS).await.unwrap_err();
            assert!(refused.contains("not a public address"), "{url}: {refused}");
            said.push(refused);
        }
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("metadata_allowed_networks"), "{said:?}");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn only_the_allowed_network_is_allowed() {
    let server = Server::at("127.0.0.2", ok("<metadata/>")).await;
    let url = format!("https://127.0.0.2:{}/", server.port);
    let neighbours = ["127.0.0.1/32", "127.0.0.3/32", "10.0.0.0/8", "::/0"];
    let refused = fetch_from(&server, &neighbours, &url, LIMITS).await;
    assert!(refused.unwrap_err().contains("not a public address"));
    assert_eq!(server.connections(), 0);
    let fetched = fetch_from(&server, &["127.0.0.2/32"], &url, LIMITS).await;
    assert_eq!(fetched.unwrap(), b"<metadata/>");
}

#[tokio::test]
async fn a_certificate_of_nobody_and_one_for_another_name_are_refused() {
    let unknown = Server::new(ok("<metadata/>")).await;
    let networks = vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
    let fetcher = MetadataFetcher::new(networks, None, LIMITS).unwrap();
    let url = MetadataUrl::new(&unknown.url("/")).unwrap();
    let said = fetcher.fetch(&url).await.unwrap_err().0;
    assert!(said.contains("certificate"), "{said}");

    // Its authority is trusted, its certificate is for 127.0.0.1 and 127.0.0.2.
    let elsewhere = Server::at("127.0.0.3", ok("<metadata/>")).await;
    let url = format!("https://127.0.0.3:{}/", elsewhere.port);
    let said = fetch(&elsewhere, &url).await.unwrap_err();
    assert!(said.contains("certificate"), "{said}");
    assert!(unknown.heads().is_empty() && elsewhere.heads().is_empty());
}

#[tokio::test]
async fn a_server_without_tls_is_not_spoken_to() {
    let server = Server::without_tls().await;
    let said = fetch(&server, &server.url("/")).await.unwrap_err();
    assert!(said.contains("TLS"), "{said}");
    assert!(server.heads().is_empty());
}

#[tokio::test]
async fn authorities_that_are_none_are_refused() {
    for nonsense in [
        "",
        "nonsense",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        let refused = MetadataFetcher::new(Vec::new(), Some(nonsense), LIMITS);
        assert!(
            matches!(refused, Err(FetcherError::Authorities)),
            "{nonsense}"
        );
    }
}
