//! What a fetch may cost, and which answers are documents.

use std::time::Duration;

use roster_metadata::Limits;

use crate::server::{Answer, Server, ok, with_headers};
use crate::{LIMITS, fetch, fetch_from, refusal};

#[tokio::test]
async fn what_is_too_long_is_refused_whatever_the_server_says_about_it() {
    let server = Server::new(ok(&"x".repeat(1000))).await;
    assert_eq!(fetch(&server, &server.url("/")).await.unwrap().len(), 1000);
    refusal(ok(&"x".repeat(1001)), "longer than 1000 bytes").await;
    refusal(Answer::Flood, "longer than 1000 bytes").await;
    let chunked = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n{}\r\n0\r\n\r\n",
        "x".repeat(2000)
    );
    refusal(Answer::Text(chunked), "longer than 1000 bytes").await;
    let announced = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx";
    refusal(Answer::Text(announced.to_owned()), "can't be read").await;
}

#[tokio::test]
async fn a_document_that_breaks_off_is_none() {
    let short = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<metadata/>";
    refusal(Answer::Text(short.to_owned()), "can't be read").await;
}

#[tokio::test]
async fn nothing_is_unpacked() {
    let body = "not really gzip";
    for encoding in ["gzip", "br", "deflate", "zstd"] {
        let header = format!("Content-Encoding: {encoding}\r\n");
        let server = Server::new(with_headers(&header, body)).await;
        let fetched = fetch(&server, &server.url("/")).await;
        assert_eq!(fetched.unwrap(), body.as_bytes(), "{encoding}");
    }
}

#[tokio::test]
async fn a_slow_server_is_not_waited_for() {
    let server = Server::new(Answer::Drip).await;
    let limits = Limits {
        time: Duration::from_secs(2),
        ..LIMITS
    };
    let networks = ["127.0.0.0/8", "::1/128"];
    let said = fetch_from(&server, &networks, &server.url("/"), limits).await;
    let said = said.unwrap_err();
    assert!(said.contains("longer than 2 seconds"), "{said}");
}

#[tokio::test]
async fn a_silent_server_is_waited_for_as_long_as_a_connection_may_take() {
    let server = Server::silent().await;
    let limits = Limits {
        connect: Duration::from_secs(1),
        ..LIMITS
    };
    let networks = ["127.0.0.0/8", "::1/128"];
    let said = fetch_from(&server, &networks, &server.url("/"), limits).await;
    let said = said.unwrap_err();
    assert!(said.contains("can't be reached"), "{said}");
    assert!(server.connections() > 0);
}

#[tokio::test]
async fn other_answers_than_200_are_no_metadata() {
    for status in [
        "404 Not Found",
        "204 No Content",
        "206 Partial Content",
        "304 Not Modified",
        "401 Unauthorized",
        "500 Oops",
    ] {
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        refusal(Answer::Text(answer), &format!("status {}", &status[..3])).await;
    }
    refusal(Answer::Text("nonsense\r\n\r\n".to_owned()), "can't be read").await;
}
