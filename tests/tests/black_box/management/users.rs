//! Users: list, read, change, deactivate, reactivate.

use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

fn names(list: &Value) -> Vec<&str> {
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["userName"].as_str().unwrap())
        .collect()
}

on_both_stores! {
    async fn a_user_is_shown_with_everything_that_is_known(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let user = tenant.record(&id).await;
        let expected = json!({
            "id": id,
            "userName": "ada@example.com",
            "email": "ada@example.com",
            "givenName": "Ada",
            "familyName": "Byron",
            "displayName": "Ada Byron",
            "active": true,
            "role": { "id": user["role"]["id"], "name": "Analyst" },
            "version": 1,
            "createdAt": user["createdAt"],
            "updatedAt": user["createdAt"],
        });
        assert_eq!(user, expected);
    }

    async fn a_cursor_leads_through_the_whole_list_while_it_grows(backend: Backend) {
        let tenant = Tenant::new(backend);
        let all = ["zoe", "ada", "mary", "grace", "hedy"];
        for name in all {
            tenant.user(name, "Analyst");
        }
        let api = tenant.api();
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = match cursor.as_str() {
                "" => api.get("/users?limit=2").await.api(200),
                cursor => api.query("/users", &[("limit", "2"), ("cursor", cursor)]).await.api(200),
            };
            assert!(names(&page).len() <= 2, "{page}");
            seen.extend(names(&page).into_iter().map(str::to_owned));
            if seen.len() == 2 {
                tenant.user("radia", "Analyst");
            }
            match page["nextCursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        let expected: Vec<_> = all.iter().chain(&["radia"]).map(|name| format!("{name}@example.com")).collect();
        assert_eq!(seen, expected);
    }

    async fn lists_are_narrowed_by_email_text_and_status(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let ada = tenant.user_of("countess", "Ada@Example.com", "Analyst");
        tenant.user("grace", "Analyst");
        tenant.user("100%_sure", "Analyst");
        api.patch(&format!("/users/{ada}"), &json!({ "givenName": "Augusta Ådä" })).await.api(200);
        api.post(&format!("/users/{ada}/deactivate"), &json!({})).await.api(200);
        for (parameters, expected) in [
            (vec![("email", "ADA@example.COM")], vec!["countess"]),
            (vec![("email", "ada@example")], vec![]),
            (vec![("contains", "COUNT")], vec!["countess"]),
            (vec![("contains", "augusta")], vec!["countess"]),
            (vec![("contains", "ÅDÄ")], vec!["countess"]),
            (vec![("contains", "ada@")], vec!["countess"]),
            (vec![("contains", "%")], vec!["100%_sure@example.com"]),
            (vec![("contains", "_")], vec!["100%_sure@example.com"]),
            (vec![("contains", "\\")], vec![]),
            (vec![("contains", "'")], vec![]),
            (vec![("active", "false")], vec!["countess"]),
            (vec![("active", "true")], vec!["grace@example.com", "100%_sure@example.com"]),
            (vec![("active", "true"), ("contains", "race")], vec!["grace@example.com"]),
            (vec![("active", "true"), ("email", "ada@example.com")], vec![]),
        ] {
            let list = api.query("/users", &parameters).await.api(200);
            assert_eq!(names(&list), expected, "{parameters:?}");
        }
    }

    async fn a_change_holds_at_once_and_what_is_left_out_stays(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let (api, path) = (tenant.api(), format!("/users/{id}"));
        let body = json!({ "userName": "countess", "email": "countess@example.com", "familyName": "King", "externalId": "00uX" });
        let changed = api.patch(&path, &body).await.api(200);
        for (name, value) in body.as_object().unwrap() {
            assert_eq!(changed[name], *value);
        }
        assert_eq!((&changed["givenName"], &changed["version"]), (&json!("Ada"), &json!(2)));
        assert_eq!(api.get(&path).await.api(200), changed);
        assert_eq!(tenant.read(&id).await["name"]["familyName"], "King", "SCIM shows the same");
        let cleared = api.patch(&path, &json!({ "externalId": null, "givenName": "" })).await.api(200);
        assert_eq!((cleared.get("externalId"), &cleared["givenName"]), (None, &json!("")));
        assert_eq!(api.patch(&path, &json!({})).await.api(200), cleared, "nothing to change, no new version");
    }

    async fn a_role_holds_at_once_and_replaces_a_pending_one(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        tenant.scim().put(&format!("/Users/{id}"), &json!({ "pantherRole": "Admin" })).await.scim(200);
        let changed = tenant.api().patch(&format!("/users/{id}"), &json!({ "role": "analystREADonly" })).await.api(200);
        assert_eq!(changed["role"]["name"], "AnalystReadOnly");
        assert_eq!((changed.get("pendingRole"), changed.get("roleNote")), (None, None));
        assert_eq!(tenant.read(&id).await["pantherRole"], "AnalystReadOnly");
        let problem = tenant.api().patch(&format!("/users/{id}"), &json!({ "role": "Nobody's" })).await.problem(400);
        assert_eq!(problem["type"], "urn:roster:problem:unknown-role");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("Nobody's") && detail.contains("Admin, Analyst, AnalystReadOnly"), "{detail}");
    }

    async fn deactivation_and_reactivation_keep_the_account(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let (api, path) = (tenant.api(), format!("/users/{id}"));
        let before = api.get(&path).await.api(200);
        let left = api.post(&format!("{path}/deactivate"), &json!({})).await.api(200);
        assert_eq!(left["active"], false);
        assert_eq!(api.post(&format!("{path}/deactivate"), &json!({})).await.api(200), left, "once is enough");
        assert_eq!(tenant.read(&id).await["active"], false);
        let back = api.send(reqwest::Method::POST, &format!("{path}/reactivate"), None).await.api(200);
        assert_eq!(back["active"], true);
        for same in ["id", "userName", "role", "createdAt"] {
            assert_eq!(back[same], before[same], "{same}");
        }
        assert_eq!(api.patch(&path, &json!({ "active": false })).await.api(200)["active"], false);
    }

    async fn the_last_active_admin_stays(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Admin");
        let (api, path) = (tenant.api(), format!("/users/{id}"));
        for problem in [
            api.post(&format!("{path}/deactivate"), &json!({})).await.problem(409),
            api.patch(&path, &json!({ "active": false })).await.problem(409),
            api.patch(&path, &json!({ "role": "Analyst" })).await.problem(409),
        ] {
            assert_eq!(problem["type"], "urn:roster:problem:last-admin");
        }
        assert_eq!(api.get(&path).await.api(200)["version"], 1);
        assert_eq!(tenant.audit("UPDATE_USER", "FAILED").await.len(), 3);
        tenant.user("grace", "Admin");
        api.patch(&path, &json!({ "role": "Analyst" })).await.api(200);
    }

    async fn names_that_others_have_are_conflicts(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/users/{}", tenant.user("ada", "Analyst"));
        tenant.user("grace", "Analyst");
        for body in [json!({ "userName": "GRACE@example.com" }), json!({ "email": "Grace@example.com" })] {
            let problem = tenant.api().patch(&path, &body).await.problem(409);
            assert_eq!(problem["type"], "urn:roster:problem:name-taken", "{body}");
        }
    }

    async fn everything_wrong_with_a_body_is_told_at_once(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/users/{}", tenant.user("ada", "Analyst"));
        let body = json!({ "userName": "", "email": "none", "givenName": 7, "active": "yes", "nickName": "x", "id": "x" });
        let problem = tenant.api().patch(&path, &body).await.problem(400);
        let mut fields: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["active", "email", "givenName", "id", "nickName", "userName"], "{problem}");
        for error in problem["errors"].as_array().unwrap() {
            assert!(!error["problem"].as_str().unwrap().is_empty(), "{problem}");
        }
        for body in [json!({ "userName": null }), json!({ "email": null }), json!({ "role": "" }), json!([]), json!("x")] {
            tenant.api().patch(&path, &body).await.problem(400);
        }
        assert_eq!(tenant.api().get(&path).await.api(200)["version"], 1);
    }

    async fn nobody_of_that_id_is_not_found(backend: Backend) {
        let (tenant, other) = (Tenant::new(backend), Tenant::new(backend));
        let theirs = other.user("ada", "Analyst");
        let api = tenant.api();
        for id in ["01890a5d-ac96-774b-bcce-b302099a8057", "x", "%00", "..%2froles", theirs.as_str()] {
            let path = format!("/users/{id}");
            api.get(&path).await.problem(404);
            api.patch(&path, &json!({ "active": false })).await.problem(404);
            api.post(&format!("{path}/deactivate"), &json!({})).await.problem(404);
        }
        assert_eq!(other.record(&theirs).await["active"], true);
    }

    async fn parameters_are_checked_by_name(backend: Backend) {
        let tenant = Tenant::new(backend);
        for (query, name) in [
            ("cursor=nonsense", "cursor"),
            ("cursor=%00", "cursor"),
            ("cursor=AAAA", "cursor"),
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=x", "limit"),
            ("limit=-1", "limit"),
            ("active=maybe", "active"),
        ] {
            let problem = tenant.api().get(&format!("/users?{query}")).await.problem(400);
            assert!(problem.to_string().contains(name), "{query}: {problem}");
        }
        tenant.api().get("/users?limit=200").await.api(200);
    }
}
