//! The audit log: every change and every refused change, newest first, for ever.

use reqwest::Method;
use roster_tests::client::Answer;
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

fn actions(records: &Value) -> Vec<&str> {
    records["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["actionName"].as_str().unwrap())
        .collect()
}

on_both_stores! {
    async fn every_change_is_there_newest_first(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let id = tenant.user("ada", "Analyst");
        let role = api.post("/roles", &json!({ "name": "Responder", "permissions": ["AlertRead"] })).await.api(201);
        let role = format!("/roles/{}", role["id"].as_str().unwrap());
        api.patch(&role, &json!({ "permissions": [] })).await.api(200);
        api.delete(&role).await.api(204);
        let token = api.post("/api-tokens", &json!({ "name": "t", "permissions": ["UserRead"] })).await.api(201);
        let token = format!("/api-tokens/{}", token["token"]["id"].as_str().unwrap());
        api.patch(&token, &json!({ "name": "u" })).await.api(200);
        api.post(&format!("{token}/rotate"), &json!({})).await.api(200);
        api.delete(&token).await.api(204);
        api.patch("/settings", &json!({ "defaultRole": "Analyst" })).await.api(200);
        api.post(&format!("/users/{id}/deactivate"), &json!({})).await.api(200);
        let log = api.get("/audit-log").await.api(200);
        let expected = [
            "UPDATE_USER", "UPDATE_GENERAL_SETTINGS", "DELETE_API_TOKEN", "ROTATE_API_TOKEN", "UPDATE_API_TOKEN",
            "CREATE_API_TOKEN", "DELETE_USER_ROLE", "UPDATE_USER_ROLE", "CREATE_USER_ROLE", "CREATE_USER",
            "CREATE_API_TOKEN", "CREATE_TENANT",
        ];
        // The administrator's own token is made when it is first needed: before or after the user.
        let mut found = actions(&log);
        found[9..11].sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(found, expected);
        assert!(log["items"].as_array().unwrap().iter().all(|record| record["actionResult"] == "SUCCEEDED"), "{log}");
    }

    async fn a_record_tells_who_what_whom_and_from_where(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let id = tenant.user("ada", "Analyst");
        let own = api.get("/api-tokens/self").await.api(200);
        let request = api.request(Method::PATCH, &format!("/users/{id}"));
        let request = request.header("User-Agent", "story/1").header("x-request-id", "story-4711");
        let body = json!({ "givenName": "Augusta", "role": "Admin", "externalId": "00uX", "active": false });
        let request = request.header("Content-Type", "application/json").body(body.to_string());
        let user = Answer::of(request).await.api(200);
        let record = tenant.audit("UPDATE_USER", "SUCCEEDED").await[0].clone();
        let expected = json!({
            "id": record["id"],
            "time": user["updatedAt"],
            "actionName": "UPDATE_USER",
            "actionResult": "SUCCEEDED",
            "description": "User deactivated.",
            "actor": { "id": own["id"], "type": "TOKEN", "name": "a test's token" },
            "target": { "id": id, "type": "USER", "name": "ada@example.com" },
            "changes": [
                { "attribute": "givenName", "before": "Ada", "after": "Augusta" },
                { "attribute": "externalId", "after": "00uX" },
                { "attribute": "active", "before": true, "after": false },
                { "attribute": "role", "before": "Analyst", "after": "Admin" },
            ],
            "sourceIp": "127.0.0.1",
            "userAgent": "story/1",
            "requestId": "story-4711",
        });
        assert_eq!(record, expected);
        let made = tenant.audit("CREATE_USER", "SUCCEEDED").await[0].clone();
        assert_eq!(made["actor"]["type"], "OPERATOR");
        assert!(made["actor"]["name"].as_str().unwrap().contains("operator"), "{made}");
    }

    async fn it_is_narrowed_by_action_result_actor_target_and_time(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let (ada, grace) = (tenant.user("ada", "Analyst"), tenant.user("grace", "Analyst"));
        let change = async |id: &str, name: &str| {
            api.patch(&format!("/users/{id}"), &json!({ "familyName": name })).await.api(200)["updatedAt"].as_str().unwrap().to_owned()
        };
        let first = change(&ada, "One").await;
        let second = change(&grace, "Two").await;
        change(&ada, "Three").await;
        api.patch(&format!("/users/{ada}"), &json!({ "role": "Nobody's" })).await.problem(400);
        let own = api.get("/api-tokens/self").await.api(200)["id"].as_str().unwrap().to_owned();
        for (parameters, expected) in [
            (vec![("action", "UPDATE_USER")], 4),
            (vec![("action", "UPDATE_USER"), ("result", "FAILED")], 1),
            (vec![("action", "UPDATE_USER"), ("result", "SUCCEEDED")], 3),
            (vec![("target", ada.as_str())], 4),
            (vec![("target", ada.as_str()), ("result", "FAILED")], 1),
            (vec![("target", grace.as_str()), ("action", "CREATE_USER")], 1),
            (vec![("actor", own.as_str())], 4),
            (vec![("action", "UPDATE_USER"), ("from", second.as_str())], 3),
            (vec![("action", "UPDATE_USER"), ("until", first.as_str())], 0),
            (vec![("action", "UPDATE_USER"), ("until", second.as_str())], 1),
            (vec![("action", "DELETE_USER")], 0),
            (vec![("actorType", "TOKEN")], 4),
            (vec![("actorType", "OPERATOR"), ("action", "CREATE_USER")], 2),
            (vec![("actorType", "USER")], 0),
        ] {
            let log = api.query("/audit-log", &parameters).await.api(200);
            assert_eq!(log["items"].as_array().unwrap().len(), expected, "{parameters:?}: {log}");
        }
        for (name, bad) in [
            ("action", "NONSENSE"), ("result", "MAYBE"), ("from", "yesterday"), ("cursor", "x"), ("limit", "0"),
            ("target", "x"), ("actorType", "ROBOT"),
        ] {
            let problem = api.query("/audit-log", &[(name, bad)]).await.problem(400);
            assert!(problem.to_string().contains(name), "{name}: {problem}");
        }
    }

    async fn a_cursor_leads_through_the_whole_log(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let id = tenant.user("ada", "Analyst");
        for number in 0..7 {
            api.patch(&format!("/users/{id}"), &json!({ "familyName": number.to_string() })).await.api(200);
        }
        let (mut seen, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let mut parameters = vec![("action", "UPDATE_USER"), ("limit", "3")];
            parameters.extend(cursor.iter().map(|cursor| ("cursor", cursor.as_str())));
            let page = api.query("/audit-log", &parameters).await.api(200);
            for record in page["items"].as_array().unwrap() {
                seen.push(record["changes"][0]["after"].as_str().unwrap().to_owned());
            }
            match page["nextCursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        assert_eq!(seen, ["6", "5", "4", "3", "2", "1", "0"]);
    }

    async fn an_export_is_a_file_with_the_very_records_of_the_list(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let id = tenant.user("ada", "Analyst");
        // More than the server reads at a time.
        for number in 0..210 {
            api.patch(&format!("/users/{id}"), &json!({ "familyName": number.to_string() })).await.api(200);
        }
        let filters = [("target", id.as_str()), ("action", "UPDATE_USER"), ("actorType", "TOKEN")];
        let answer = api.query("/audit-log/export", &filters).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-ndjson")));
        let name = &tenant.slug;
        let file = format!("attachment; filename=\"audit-log-{name}.jsonl\"");
        assert_eq!(answer.header("content-disposition"), Some(file.as_str()));
        let text = answer.text();
        let exported: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(exported.len(), 210);

        let page = api.query("/audit-log", &[&filters[..], &[("limit", "200")]].concat()).await.api(200);
        assert_eq!(exported[..200], page["items"].as_array().unwrap()[..]);
        let whole = api.get("/audit-log/export").await.text();
        assert!(whole.contains("CREATE_TENANT") && whole.lines().count() > exported.len(), "{whole}");
        api.get("/audit-log/export?limit=5").await.problem(400);
    }

    async fn nobody_can_change_it_and_nobody_sees_another_tenants(backend: Backend) {
        let (tenant, other) = (Tenant::new(backend), Tenant::new(backend));
        other.user("ada", "Analyst");
        let api = tenant.api();
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            api.send(method, "/audit-log", Some(&json!({}))).await.problem(405);
        }
        assert_eq!(actions(&api.get("/audit-log").await.api(200)), ["CREATE_API_TOKEN", "CREATE_TENANT"]);
    }
}
