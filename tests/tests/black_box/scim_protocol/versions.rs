//! `ETag`, `If-Match`, `If-None-Match` (RFC 7644 section 3.14, RFC 9110 section 13).

use reqwest::Method;
use roster_tests::client::{Answer, Client};
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

async fn conditional(
    scim: &Client,
    method: Method,
    path: &str,
    header: (&str, &str),
    body: &Value,
) -> Answer {
    let request = scim
        .request(method.clone(), path)
        .header(header.0, header.1);
    Answer::of(if method == Method::GET {
        request
    } else {
        request
            .header("Content-Type", "application/scim+json")
            .body(body.to_string())
    })
    .await
}

on_both_stores! {
    async fn the_etag_is_weak_and_is_the_version_in_meta(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let scim = tenant.scim();
        let read = scim.get(&path).await;
        assert_eq!(read.header("etag"), Some("W/\"1\""));
        assert_eq!(read.scim(200)["meta"]["version"], "W/\"1\"");
        let put = scim.put(&path, &json!({ "externalId": "1" })).await;
        assert_eq!((put.header("etag"), put.scim(200)["meta"]["version"].as_str()), (Some("W/\"2\""), Some("W/\"2\"")));
        let patch = scim.operations(&path, json!([{ "op": "remove", "path": "externalId" }])).await;
        assert_eq!(patch.header("etag"), Some("W/\"3\""));
        assert_eq!(scim.get(&path).await.header("etag"), Some("W/\"3\""));
    }

    async fn a_write_with_if_match_needs_the_present_version(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let scim = tenant.scim();
        scim.put(&path, &json!({ "externalId": "1" })).await.scim(200);
        let before = scim.get(&path).await.scim(200);
        let put = json!({ "externalId": "2" });
        let patch = json!({ "Operations": [{ "op": "replace", "path": "externalId", "value": "2" }] });
        for stale in ["W/\"1\"", "W/\"3\"", "\"other\"", "W/\"1\", W/\"9\"", "W/\"\"", "W/\"-2\""] {
            for (method, body) in [(Method::PUT, &put), (Method::PATCH, &patch)] {
                let answer = conditional(&scim, method, &path, ("If-Match", stale), body).await;
                let detail = answer.scim_error(412, None);
                assert!(detail.contains("again"), "{stale}: {detail}");
            }
        }
        assert_eq!(scim.get(&path).await.scim(200), before);
        for (number, present) in ["W/\"2\"", "W/\"1\", W/\"3\"", "*", "\"5\""].iter().enumerate() {
            let body = json!({ "externalId": format!("x{number}") });
            conditional(&scim, Method::PUT, &path, ("If-Match", present), &body).await.scim(200);
        }
        assert_eq!(scim.get(&path).await.scim(200)["meta"]["version"], "W/\"6\"");
    }

    async fn a_read_of_the_known_version_is_not_modified(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let scim = tenant.scim();
        for known in ["W/\"1\"", "\"1\"", "*", "W/\"7\", W/\"1\""] {
            let answer = conditional(&scim, Method::GET, &path, ("If-None-Match", known), &Value::Null).await;
            assert_eq!((answer.status, answer.text().as_str()), (304, ""), "{known}");
            assert_eq!(answer.header("etag"), Some("W/\"1\""), "{known}");
        }
        scim.put(&path, &json!({ "externalId": "1" })).await.scim(200);
        let answer = conditional(&scim, Method::GET, &path, ("If-None-Match", "W/\"1\""), &Value::Null).await;
        assert_eq!(answer.scim(200)["meta"]["version"], "W/\"2\"");
    }

    async fn if_match_on_nobody_is_not_found(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = "/Users/01890a5d-ac96-774b-bcce-b302099a8057";
        let body = json!({ "active": false });
        conditional(&tenant.scim(), Method::PUT, path, ("If-Match", "*"), &body).await.scim_error(404, None);
    }

    async fn the_version_counts_changes_and_last_modified_follows(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let first = tenant.scim().get(&path).await.scim(200);
        assert_eq!(first["meta"]["created"], first["meta"]["lastModified"]);
        let changed = tenant.scim().put(&path, &json!({ "active": false })).await.scim(200);
        let time = |user: &Value, name: &str| {
            let text = user["meta"][name].as_str().unwrap().to_owned();
            time::OffsetDateTime::parse(&text, &time::format_description::well_known::Rfc3339).unwrap()
        };
        assert_eq!(time(&changed, "created"), time(&first, "created"));
        assert!(time(&changed, "lastModified") > time(&first, "lastModified"));
    }
}
