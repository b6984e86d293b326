//! Media types, bodies, slashes, methods: the part of the contract that is HTTP.

use reqwest::Method;
use roster_tests::client::Answer;
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::json;

on_both_stores! {
    async fn json_of_either_name_any_charset_and_no_name_is_read(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        for (number, media_type) in [
            "application/scim+json",
            "application/scim+json; charset=utf-8",
            "application/scim+json;charset=UTF-8",
            "application/json",
            "application/json; charset=\"utf-8\"",
            "APPLICATION/SCIM+JSON",
        ]
        .iter()
        .enumerate()
        {
            let body = json!({ "externalId": number.to_string() }).to_string();
            let request = tenant.scim().request(Method::PUT, &path).header("Content-Type", *media_type);
            assert_eq!(Answer::of(request.body(body)).await.scim(200)["externalId"], number.to_string(), "{media_type}");
        }
        let body = json!({ "externalId": "untyped" }).to_string();
        let answer = Answer::of(tenant.scim().request(Method::PUT, &path).body(body)).await;
        assert_eq!(answer.scim(200)["externalId"], "untyped");
    }

    async fn other_media_types_are_refused_with_those_that_are_read(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        for media_type in ["text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense", "application/jsonx"] {
            let request = tenant.scim().request(Method::PUT, &path).header("Content-Type", media_type);
            let detail = Answer::of(request.body("{\"active\":false}")).await.scim_error(415, None);
            assert!(detail.contains("application/scim+json"), "{media_type}: {detail}");
        }
        assert_eq!(tenant.scim().get(&path).await.scim(200)["active"], true);
    }

    async fn what_is_no_json_is_refused_without_being_repeated(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        for body in [
            "", " ", "{", "{\"active\":", "{\"password\":\"1mz050nq\"", "{'active':false}", "{\"a\":1}{\"b\":2}",
            "nonsense", "{\"a\":\"\\x\"}",
        ] {
            for method in [Method::PUT, Method::PATCH] {
                let request = tenant.scim().request(method, &path).header("Content-Type", "application/scim+json");
                let answer = Answer::of(request.body(body)).await;
                answer.scim_error(400, Some("invalidSyntax"));
                assert!(!answer.text().contains("1mz050nq"), "{}", answer.text());
            }
        }
        assert_eq!(tenant.scim().get(&path).await.scim(200)["active"], true);
    }

    async fn a_slash_at_the_end_is_tolerated(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let scim = tenant.scim();
        assert_eq!(scim.get("/Users/?count=1").await.scim(200)["totalResults"], 1);
        assert_eq!(scim.get(&format!("/Users/{id}/")).await.scim(200)["id"], id.as_str());
        // A Tenant URL that was pasted with a slash at its end, and what a client adds to it.
        assert_eq!(scim.get("//Users?count=1").await.scim(200)["totalResults"], 1);
        assert_eq!(scim.get(&format!("//Users/{id}")).await.scim(200)["id"], id.as_str());
        for path in ["///Users", "/Users//", &format!("/Users//{id}")] {
            scim.get(path).await.scim_error(404, None);
        }
        for base in ["", "/"] {
            scim.get(base).await.scim_error(404, None);
        }
    }

    async fn head_is_get_without_a_body(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let answer = tenant.scim().send(Method::HEAD, &path, None).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, ""));
        assert_eq!(answer.header("etag"), Some("W/\"1\""));
        assert_eq!(tenant.scim().send(Method::HEAD, "/Users/x", None).await.status, 404);
    }

    async fn an_unknown_tenant_is_told_to_check_the_tenant_url(backend: Backend) {
        let tenant = Tenant::new(backend);
        let token = tenant.administrator_token();
        for slug in ["nobody-has-this", "Default", "a_b", "", "-"] {
            let base = format!("{}/t/{slug}/scim/v2", tenant.server.url());
            let client = roster_tests::client::Client::new(base).with_token(token);
            let detail = client.get("/Users").await.scim_error(404, None);
            assert!(detail.contains("Tenant URL"), "{slug}: {detail}");
        }
    }

    async fn every_answer_has_a_request_id_and_is_not_to_be_kept(backend: Backend) {
        let tenant = Tenant::new(backend);
        for path in ["/Users", "/Nonsense"] {
            let answer = tenant.scim().get(path).await;
            assert!(answer.header("x-request-id").is_some_and(|id| id.len() >= 8), "{path}");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        }
        let request = tenant.scim().request(Method::GET, "/Users").header("x-request-id", "story-4711");
        assert_eq!(Answer::of(request).await.header("x-request-id"), Some("story-4711"));
        let request = tenant.scim().request(Method::GET, "/Users").header("x-request-id", "a b;c\"");
        assert_ne!(Answer::of(request).await.header("x-request-id"), Some("a b;c\""), "it would break a log line");
    }
}
