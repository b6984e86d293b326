//! Redirects: three at most, and each to where one may go anyway.

use crate::server::{Answer, Server, ok, redirect};
use crate::{LIMITS, fetch, fetch_from, refusal};

/// `/3` leads to `/2`, that to `/1`, and so on; the document is at `/0`.
fn countdown(path: &str) -> Answer {
    match path.trim_start_matches('/').parse::<u32>().unwrap() {
        0 => ok("<metadata/>"),
        n => redirect(&format!("/{}", n - 1)),
    }
}

#[tokio::test]
async fn three_redirects_are_followed_and_a_fourth_is_not() {
    let server = Server::with(countdown).await;
    let followed = fetch(&server, &server.url("/3")).await;
    assert_eq!(followed.unwrap(), b"<metadata/>");
    assert!(server.heads().iter().all(|head| !head.contains("referer")));
    let said = fetch(&server, &server.url("/4")).await.unwrap_err();
    assert!(said.contains("redirects more than 3 times"), "{said}");
    refusal(redirect("/again"), "redirects more than 3 times").await;
}

#[tokio::test]
async fn a_redirect_to_another_host_is_checked_like_the_first() {
    // Nobody vouches for the second server.
    let target = Server::new(ok("<metadata/>")).await;
    refusal(redirect(&target.url("/")), "certificate").await;
    assert!(target.heads().is_empty());

    // The second host is a name, and looked up: what it leads to is not allowed.
    let first = Server::at("127.0.0.2", redirect(&target.url("/"))).await;
    let before = target.connections();
    let url = format!("https://127.0.0.2:{}/", first.port);
    let said = fetch_from(&first, &["127.0.0.2/32"], &url, LIMITS).await;
    assert!(said.unwrap_err().contains("not a public address"));
    assert_eq!(first.heads().len(), 1);
    assert_eq!(target.connections(), before);
}

#[tokio::test]
async fn redirects_to_plain_http_and_to_private_addresses_are_refused() {
    for target in [
        "http://localhost/metadata",
        "ftp://localhost/",
        "file:///etc/passwd",
        "//",
        "https://user:password@localhost/",
        "https://[/",
    ] {
        refusal(redirect(target), "something else than an https address").await;
    }
    let nowhere = "HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\n\r\n";
    refusal(
        Answer::Text(nowhere.to_owned()),
        "something else than an https address",
    )
    .await;
    for target in [
        "https://10.0.0.1/",
        "https://[fd00::1]/",
        "https://169.254.169.254/",
        "https://[::ffff:10.0.0.1]/",
        "https://0xa.1/",
    ] {
        refusal(redirect(target), "not a public address").await;
    }
}
