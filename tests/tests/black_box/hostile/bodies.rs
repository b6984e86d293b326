//! Bodies and filters that are too large, too deep, or no text at all. Each is answered soon and
//! in shape, and the server lives on.

use std::time::{Duration, Instant};

use reqwest::Method;
use roster_tests::client::{Answer, Client, assert_scim_error};
use roster_tests::on_both_stores;
use roster_tests::raw::exchange;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::json;

/// What any of these may take; most of it is the machine being busy with other tests.
const SOON: Duration = Duration::from_secs(5);

async fn put_bytes(scim: &Client, path: &str, bytes: Vec<u8>) -> Answer {
    let begun = Instant::now();
    let request = scim
        .request(Method::PUT, path)
        .header("Content-Type", "application/scim+json");
    let answer = Answer::of(request.body(bytes)).await;
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    answer
}

on_both_stores! {
    async fn a_body_of_two_mebibytes_is_too_large(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let path = format!("/Users/{id}");
        let body = json!({ "externalId": "00uX", "padding": "x".repeat(2 << 20) }).to_string();
        let detail = put_bytes(&tenant.scim(), &path, body.clone().into_bytes()).await.scim_error(413, None);
        assert!(detail.contains('1'), "the limit is told: {detail}");
        let request = tenant.api().request(Method::PATCH, &format!("/users/{id}"));
        Answer::of(request.header("Content-Type", "application/json").body(body)).await.problem(413);
        assert_eq!(tenant.read(&id).await["meta"]["version"], "W/\"1\"");
    }

    async fn a_body_that_never_comes_is_given_up(backend: Backend) {
        let server = Server::start_with(backend, &[("ROSTER_REQUEST_TIMEOUT_SECONDS", "1")]);
        let tenant = Tenant::on(&server);
        let id = tenant.user("ada", "Analyst");
        let head = format!(
            "PUT /t/{}/scim/v2/Users/{id} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/scim+json\r\nContent-Length: 1000\r\n\r\n{{\"active\":",
            tenant.slug, tenant.administrator_token(),
        );
        let begun = Instant::now();
        let answer = exchange(server.address(), head.as_bytes());
        assert!(begun.elapsed() < SOON, "the time of a request is one second: {:?}", begun.elapsed());
        assert!(matches!(answer.status, 408 | 503), "{answer:?}");
        assert_scim_error(&serde_json::from_str(&answer.body).unwrap(), answer.status);
        assert_eq!(tenant.read(&id).await["meta"]["version"], "W/\"1\"");
    }

    async fn a_body_just_below_the_limit_is_read(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let body = json!({ "externalId": "00uX", "padding": "x".repeat((1 << 20) - 200) }).to_string();
        assert_eq!(put_bytes(&tenant.scim(), &path, body.into_bytes()).await.scim(200)["externalId"], "00uX");
    }

    async fn ten_thousand_nested_arrays_or_objects_are_refused(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let arrays = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let objects = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
        let inside = format!("{{\"userName\":{arrays}}}");
        for body in [arrays, objects, inside, "[".repeat(900_000)] {
            put_bytes(&tenant.scim(), &path, body.into_bytes()).await.scim_error(400, Some("invalidSyntax"));
        }
    }

    async fn ten_thousand_nested_parentheses_are_refused(backend: Backend) {
        let tenant = Tenant::new(backend);
        let nested = |depth: usize| format!("{}userName eq \"x\"{}", "(".repeat(depth), ")".repeat(depth));
        for (filter, refused) in [
            (nested(10_000), true),
            ("(".repeat(4_000), true),
            (format!("{}userName eq \"x\"", "not ".repeat(1_000)), true),
            (nested(33), true),
            (nested(20), false),
        ] {
            let begun = Instant::now();
            let answer = tenant.scim().query("/Users", &[("filter", &filter)]).await;
            assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
            if refused {
                let detail = answer.scim_error(400, Some("invalidFilter"));
                assert!(detail.len() < 1_000, "the detail repeats the filter");
            } else {
                answer.scim(200);
            }
        }
    }

    async fn a_filter_above_four_kibibytes_is_refused(backend: Backend) {
        let tenant = Tenant::new(backend);
        let of = |length: usize| format!("userName eq \"{}\"", "x".repeat(length - 14));
        let answer = tenant.scim().query("/Users", &[("filter", &of(4097))]).await;
        let detail = answer.scim_error(400, Some("invalidFilter"));
        assert!(detail.contains("4096"), "{detail}");
        tenant.scim().query("/Users", &[("filter", &of(4096))]).await.scim(200);
    }

    async fn bytes_that_are_no_text_are_refused(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        for bytes in [
            vec![0xff, 0xfe, 0x00],
            b"{\"userName\":\"\xff\"}".to_vec(),
            b"\xef\xbb\xbf{\"userName\":\"x\xc0\"}".to_vec(),
            b"{\"userName\":\"\\ud800\"}".to_vec(),
            vec![0; 1_000],
            b"\x1f\x8b\x08\x00".to_vec(),
        ] {
            put_bytes(&tenant.scim(), &path, bytes).await.scim_error(400, Some("invalidSyntax"));
        }
    }

    async fn odd_numbers_and_repeated_names_never_break_the_server(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let huge = format!("{{\"active\":{}}}", "9".repeat(100_000));
        for body in [
            "{\"active\":1e999}",
            "{\"active\":-0.0}",
            "{\"externalId\":1e400}",
            "{\"emails\":[[[[{}]]]]}",
            "{\"emails\":[{\"value\":{\"value\":1}}]}",
            "{\"name\":[{\"givenName\":[[\"x\"]]}]}",
            "{\"\":{\"\":{}}}",
            "{\"urn:ietf:params:scim:schemas:core:2.0:User:\":1}",
            "{\":\":1,\"..\":2,\"name.\":3,\".givenName\":4}",
            huge.as_str(),
        ] {
            let answer = put_bytes(&tenant.scim(), &path, body.as_bytes().to_vec()).await;
            assert!(matches!(answer.status, 200 | 400), "{}: {}", &body[..body.len().min(80)], answer.text());
        }
        for operations in [
            json!([{ "op": "add", "path": "emails[type eq \"work\"][type eq \"work\"]", "value": "x" }]),
            json!([{ "op": "add", "path": "emails[", "value": "x" }]),
            json!([{ "op": "add", "path": "]", "value": "x" }]),
            json!([{ "op": "add", "path": "(".repeat(10_000), "value": "x" }]),
            json!([{ "op": "add", "path": format!("emails[{}", "(".repeat(10_000)), "value": "x" }]),
            json!([{ "op": "add", "path": "é.ü", "value": "x" }]),
            json!([{ "op": "add", "path": "urn:", "value": "x" }]),
            json!([{ "op": "add", "value": { "emails[type eq": 1, "]": 2 } }]),
        ] {
            let answer = tenant.scim().operations(&path, operations.clone()).await;
            assert!(matches!(answer.status, 200 | 400), "{}", answer.text());
        }
        let user = tenant.scim().get(&path).await.scim(200);
        assert_eq!(user["userName"], "ada@example.com");
    }
}
