//! Connections that carry several requests, as Okta's and every load balancer's do.

use std::thread::sleep;
use std::time::Duration;

use roster_tests::on_both_stores;
use roster_tests::raw::Connection;
use roster_tests::tenant::Tenant;

on_both_stores! {
    async fn a_refusal_that_needs_no_body_leaves_the_connection_for_the_next_request(backend: Backend) {
        let tenant = Tenant::new(backend);
        let good = tenant.administrator_token().to_owned();
        for (token, content_type, request, status) in [
            (good.as_str(), "application/json", "POST /scim/v2/Bulk", 501),
            (good.as_str(), "application/json", "POST /scim/v2/Schemas", 405),
            (good.as_str(), "application/json", "PUT /scim/v2/nowhere", 404),
            (good.as_str(), "text/plain", "PATCH /scim/v2/Users/1", 415),
            ("unknown", "application/json", "PATCH /scim/v2/Users/1", 401),
            ("unknown", "application/json", "POST /api/v1/roles", 401),
        ] {
            let (method, path) = request.split_once(' ').unwrap();
            let head = format!(
                "{method} /t/{}{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
                 Content-Type: {content_type}\r\nContent-Length: 2\r\n\r\n",
                tenant.slug,
            );
            let mut connection = Connection::open(tenant.server.address()).unwrap();
            connection.send(head.as_bytes());
            // The body comes when the refusal is long decided.
            sleep(Duration::from_millis(50));
            connection.send(b"{}");
            sleep(Duration::from_millis(50));
            connection.send(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            let answers = connection.finish();
            assert_eq!(answers.status, status, "{request}: {answers:?}");
            assert!(answers.body.contains("HTTP/1.1 200 OK"), "{request}: {answers:?}");
        }
    }
}
