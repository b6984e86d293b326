//! Broken requests, byte by byte. What is answered at all is no success, and the server lives on.

use std::net::SocketAddr;
use std::time::Duration;

use roster_tests::on_both_stores;
use roster_tests::raw::{Connection, exchange, get};
use roster_tests::tenant::Tenant;

fn still_answers(address: SocketAddr) {
    assert_eq!(
        get(address, "/livez", None).status,
        200,
        "the server is gone"
    );
}

on_both_stores! {
    async fn broken_requests_open_nothing(backend: Backend) {
        let tenant = Tenant::new(backend);
        tenant.user("ada", "Analyst");
        let address = tenant.server.address();
        let (path, token) = (format!("/t/{}/scim/v2/Users", tenant.slug), tenant.administrator_token().to_owned());
        let long = "x".repeat(1 << 20);
        let close = "Host: x\r\nConnection: close\r\n";
        let usual = format!("{close}Authorization: Bearer {token}\r\n");
        for request in [
            format!("GET {path} HTTP/1.1\r\nAuthorization : Bearer {token}\r\n\r\n"),
            format!("GET {path} HTTP/1.1\r\n{close}Authorization: Bearer\r\n {token}\r\n\r\n"),
            format!("GET {path} HTTP/1.1\r\n{usual}X: {long}\r\n\r\n"),
            format!("GET {path}?{long} HTTP/1.1\r\n{usual}\r\n"),
            format!("GET {path} HTTP/9.9\r\n{usual}\r\n"),
            format!("GET  {path}  HTTP/1.1\r\n{usual}\r\n"),
            format!("get{path}\r\n\r\n"),
            "\r\n\r\n\r\n".to_owned(),
            "\u{0}\u{1}\u{2}\u{3}".repeat(100) + "\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
            format!("PUT {path}/x HTTP/1.1\r\n{usual}Content-Length: -1\r\n\r\n"),
            format!("PUT {path}/x HTTP/1.1\r\n{usual}Content-Length: 2\r\nContent-Length: 7\r\n\r\n{{}}"),
            format!("PUT {path}/x HTTP/1.1\r\n{usual}Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
        ] {
            let mut connection = Connection::open(address).unwrap();
            connection.send(request.as_bytes());
            // Some are no whole request: the server waits for the rest of them longer than we do.
            connection.wait_at_most(Duration::from_secs(1));
            let answer = connection.finish();
            let start: String = request.chars().take(120).collect();
            assert!(answer.status == 0 || answer.status >= 400, "{start}: {answer:?}");
            assert!(!answer.body.contains("ada@example.com"), "{start}: {answer:?}");
        }
        still_answers(address);
    }

    async fn headers_that_contradict_each_other_open_nothing(backend: Backend) {
        let tenant = Tenant::new(backend);
        let address = tenant.server.address();
        let target = format!("/t/{}/scim/v2/Users", tenant.slug);
        let (good, other) = (tenant.administrator_token().to_owned(), tenant.token(&["UserRead"]));
        for headers in [
            format!("Authorization: Bearer {good}\r\nAuthorization: Bearer {other}"),
            format!("Authorization: Bearer {good}\r\nX-API-Key: {other}"),
            format!("X-API-Key: {good}\r\nX-API-Key: {other}"),
            format!("Authorization: Bearer {good}, Bearer {other}"),
            format!("Authorization: Bearer {good} {other}"),
        ] {
            let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n\r\n");
            let answer = exchange(address, request.as_bytes());
            assert_eq!(answer.status, 401, "{headers}: {answer:?}");
        }
        let mut request = format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ").into_bytes();
        request.extend_from_slice(b"Bearer \xff\xfe\r\n\r\n");
        let answer = exchange(address, &request);
        assert!(matches!(answer.status, 400 | 401), "{answer:?}");
        still_answers(address);
    }

    async fn the_address_in_a_forwarded_header_is_believed_from_nobody(backend: Backend) {
        let tenant = Tenant::new(backend);
        let inside = tenant.token_with(&["UserRead"], &["--cidr", "10.0.0.0/8"]);
        let target = format!("/t/{}/scim/v2/Users", tenant.slug);
        for header in ["X-Forwarded-For: 10.1.2.3", "Forwarded: for=10.1.2.3", "X-Real-IP: 10.1.2.3", "X-Client-IP: 10.1.2.3"] {
            let request = format!(
                "GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {inside}\r\n{header}\r\n\r\n"
            );
            let answer = exchange(tenant.server.address(), request.as_bytes());
            assert_eq!(answer.status, 403, "{header}: {answer:?}");
        }
    }
}
