//! A hunt for secrets in everything that is left behind: logs, the database, answers.

use std::time::Duration;

use roster_tests::okta::App;
use roster_tests::on_both_stores;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::json;

const PASSWORD: &str = "1mz050nq";

on_both_stores! {
    async fn no_password_and_no_token_is_left_anywhere(backend: Backend) {
        let server = Server::start_with(backend, &[("ROSTER_LOG", "debug"), ("ROSTER_LOG_FORMAT", "json")]);
        let tenant = Tenant::on(&server);
        // Not Ada, who stands in the example that the server prints at its start.
        let id = tenant.user("mary", "Analyst");
        let secret = tenant.token(&["UserModify"]);
        for authorization in [secret.clone(), format!("Bearer {secret}"), format!("Bearer {}x", &secret[..secret.len() - 1])] {
            let client = roster_tests::client::Client::new(tenant.scim_url()).with_authorization(&authorization);
            let user = json!({ "id": id });
            let okta = roster_tests::okta::Okta::new(tenant.scim_url(), App::Catalogue, &authorization);
            okta.send_about("patch-password", &user).await;
            okta.send_about("create", &user).await;
            okta.replay("put-link", &user, |body| body["password"] = json!(PASSWORD)).await;
            let path = format!("/Users/{id}");
            client.operations(&path, json!([{ "op": "replace", "path": "password", "value": PASSWORD }])).await;
            client.put(&path, &json!({ "password": { "value": PASSWORD } })).await;
            client.patch(&path, &json!({ "password": PASSWORD })).await;
            client.query("/Users", &[("filter", &format!("password eq \"{PASSWORD}\""))]).await;
            client.query("/Users", &[("filter", "userName eq \"mary@example.com\"")]).await;
            client.get(&format!("/Users?access_token={secret}")).await;
        }
        let api = tenant.api();
        let issued = api.post("/api-tokens", &json!({ "name": "issued", "permissions": ["UserRead"] })).await.api(201);
        let rotate = format!("/api-tokens/{}/rotate", issued["token"]["id"].as_str().unwrap());
        let rotated = api.post(&rotate, &json!({ "overlapSeconds": 60 })).await.api(200);
        let values = [issued["value"].as_str().unwrap().to_owned(), rotated["value"].as_str().unwrap().to_owned()];
        for path in ["/api-tokens", "/audit-log", "/users"] {
            let shown = api.get(path).await.text();
            assert!(values.iter().all(|value| !shown.contains(value)), "{path}: {shown}");
        }

        // While it runs (its write-ahead log too), and after its end.
        for ended in [false, true] {
            if ended {
                server.terminate();
                assert!(server.wait(Duration::from_secs(30)).success());
            }
            let secrets = [PASSWORD, &secret, tenant.administrator_token(), &values[0], &values[1]];
            let (logs, content) = (server.logs(), server.database_content());
            assert!(logs.contains(&tenant.slug), "the requests are in the logs: {logs}");
            assert!(content.contains("mary@example.com"), "the database was read");
            for secret in secrets {
                assert!(!logs.contains(secret), "a secret is in the logs");
                assert!(!content.contains(secret), "a secret is in the database");
            }
            // Neither as text nor as the numbers in which a driver may show a statement's parameters.
            let numbers = format!("{:?}", b"mary@example.com");
            for shown in ["mary@example.com", numbers.trim_matches(['[', ']'])] {
                assert!(!logs.contains(shown), "a filter's value, or a body, is in the logs");
            }
        }
    }

    async fn each_request_is_one_line_of_the_log(backend: Backend) {
        let server = Server::start_with(backend, &[("ROSTER_LOG_FORMAT", "json")]);
        let tenant = Tenant::on(&server);
        let scim = tenant.scim();
        let request = scim.request(reqwest::Method::GET, "/Users?filter=userName%20eq%20%22ada%22");
        roster_tests::client::Answer::of(request.header("x-request-id", "story-4711")).await.scim(200);
        let logs = server.logs();
        let lines: Vec<_> = logs.lines().filter(|line| line.contains("story-4711")).collect();
        let [line] = lines.as_slice() else { panic!("one line for one request: {lines:?}") };
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["request_id"], "story-4711", "{line}");
        assert_eq!(line["tenant"], tenant.slug.as_str(), "{line}");
        assert_eq!(line["actor"], "a test's token", "{line}");
        assert_eq!(line["method"], "GET", "{line}");
        assert_eq!(line["status"], 200, "{line}");
        assert_eq!(line["source_ip"], "127.0.0.1", "{line}");
        assert!(line["duration_ms"].as_f64().is_some_and(|millis| millis > 0.0), "{line}");
        assert!(line["path"].as_str().is_some_and(|path| path.ends_with("/scim/v2/Users")), "{line}");
        assert!(!line.to_string().contains("filter"), "{line}");
    }
}
