//! Connector test, assignment before and after the first sign-in, import, and what is refused.

use roster_tests::okta::{App, recorded_names};
use roster_tests::on_both_stores;
use roster_tests::server::PUBLIC_URL;
use roster_tests::tenant::Tenant;
use serde_json::json;

on_both_stores! {
    async fn the_connector_test_succeeds_in_an_empty_tenant(backend: Backend) {
        let tenant = Tenant::new(backend);
        for app in [App::Custom, App::Catalogue] {
            let answer = tenant.okta(app).send("connector-test").await;
            let expected = json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
                "totalResults": 0,
                "startIndex": 1,
                "itemsPerPage": 0,
                "Resources": [],
            });
            assert_eq!(answer.scim(200), expected, "{app:?}");
        }
    }

    async fn the_connector_test_shows_the_first_two_users(backend: Backend) {
        let tenant = Tenant::new(backend);
        for name in ["ada", "grace", "hedy"] {
            tenant.user(name, "Analyst");
        }
        let list = tenant.okta(App::Custom).send("connector-test").await.scim(200);
        assert_eq!((&list["totalResults"], &list["itemsPerPage"]), (&json!(3), &json!(2)));
        assert_eq!(list["Resources"][0]["userName"], "ada@example.com");
        assert_eq!(list["Resources"][1]["userName"], "grace@example.com");
    }

    async fn somebody_who_never_signed_in_is_not_found_and_that_is_no_error(backend: Backend) {
        let tenant = Tenant::new(backend);
        tenant.user("grace", "Analyst");
        for app in [App::Custom, App::Catalogue] {
            let list = tenant.okta(app).send("lookup").await.scim(200);
            assert_eq!((&list["totalResults"], &list["Resources"]), (&json!(0), &json!([])), "{app:?}");
        }
    }

    async fn an_assigned_user_is_found_read_and_linked(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let okta = tenant.okta(App::Custom);

        let list = okta.send("lookup").await.scim(200);
        assert_eq!(list["totalResults"], 1);
        assert_eq!(list["Resources"][0]["id"], id.as_str());
        let before = okta.read(&id).await;
        assert_eq!(before, list["Resources"][0], "a look-up and a read show the same resource");

        let linked = okta.send_about("put-link", &before).await.scim(200);
        assert_eq!(linked["externalId"], "00u6a15d23T9AeHhF5d7");
        assert_eq!(linked["active"], true);
        assert_eq!(linked["id"], id.as_str());
        assert_eq!(okta.read(&id).await, linked, "the next read shows what the PUT answered");
    }

    async fn the_resource_is_what_okta_knows_how_to_read(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let okta = tenant.okta(App::Custom);
        let user = okta.send_about("put-link", &okta.read(&id).await).await.scim(200);
        let meta = &user["meta"];
        let expected = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "id": id,
            "externalId": "00u6a15d23T9AeHhF5d7",
            "userName": "ada@example.com",
            "name": { "givenName": "Ada", "familyName": "Byron", "formatted": "Ada Byron" },
            "displayName": "Ada Byron",
            "emails": [{ "value": "ada@example.com", "type": "work", "primary": true }],
            "active": true,
            "pantherRole": "Analyst",
            "meta": {
                "resourceType": "User",
                "created": meta["created"],
                "lastModified": meta["lastModified"],
                "location": format!("{PUBLIC_URL}/t/{}/scim/v2/Users/{id}", tenant.slug),
                "version": "W/\"2\"",
            },
        });
        assert_eq!(user, expected);
        for time in ["created", "lastModified"] {
            let text = meta[time].as_str().unwrap();
            let parsed = time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339);
            assert!(parsed.is_ok_and(|time| time.offset().is_utc()), "{text}");
        }
    }

    async fn an_import_reads_every_user_once(backend: Backend) {
        let tenant = Tenant::new(backend);
        let mut expected = Vec::new();
        for name in ["ada", "grace", "hedy", "mary", "radia"] {
            expected.push(tenant.user(name, "Analyst"));
        }
        let list = tenant.okta(App::Custom).send("import-page").await.scim(200);
        let ids: Vec<_> = list["Resources"].as_array().unwrap().iter().map(|user| user["id"].clone()).collect();
        assert_eq!(ids, expected, "in the order of creation");
    }

    async fn creating_users_is_refused_with_a_reason_that_tells_what_to_do(backend: Backend) {
        let tenant = Tenant::new(backend);
        let okta = tenant.okta(App::Custom);
        let detail = okta.send("create").await.scim_error(501, None);
        assert!(detail.contains("sign-in") && detail.contains("Create Users"), "{detail}");
        assert_eq!(okta.send("lookup").await.scim(200)["totalResults"], 0);

        tenant.user_of("ADA@example.com", "elsewhere@example.com", "Analyst");
        let detail = okta.send("create").await.scim_error(409, Some("uniqueness"));
        assert!(detail.contains("userName") && detail.contains("ADA@example.com"), "{detail}");
    }

    async fn everything_about_groups_is_refused_with_a_reason(backend: Backend) {
        let tenant = Tenant::new(backend);
        let groups: Vec<_> = recorded_names().into_iter().filter(|name| name.starts_with("group")).collect();
        assert!(groups.len() >= 5, "{groups:?}");
        for app in [App::Custom, App::Catalogue] {
            let okta = tenant.okta(app);
            for name in &groups {
                let detail = okta.send(name).await.scim_error(501, None);
                assert!(detail.to_lowercase().contains("group"), "{name}: {detail}");
            }
        }
    }

    async fn every_recorded_request_is_answered_as_agreed(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        for app in [App::Custom, App::Catalogue] {
            let okta = tenant.okta(app);
            for name in recorded_names() {
                let user = okta.read(&id).await;
                let answer = okta.send_about(name, &user).await;
                match name {
                    "create" => drop(answer.scim_error(409, Some("uniqueness"))),
                    "put-unknown-role" => drop(answer.scim_error(400, Some("invalidValue"))),
                    name if name.starts_with("group") => drop(answer.scim_error(501, None)),
                    _ => drop(answer.scim(200)),
                }
            }
        }
    }
}
