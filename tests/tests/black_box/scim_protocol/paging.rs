//! Pages (RFC 7644 section 3.4.2.4).

use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

fn numbers(list: &Value) -> (u64, u64, u64) {
    let of = |name: &str| {
        list[name]
            .as_u64()
            .unwrap_or_else(|| panic!("{name} must be an integer: {list}"))
    };
    let (total, start, items) = (of("totalResults"), of("startIndex"), of("itemsPerPage"));
    assert_eq!(
        list["Resources"].as_array().map(Vec::len),
        usize::try_from(items).ok(),
        "{list}"
    );
    (total, start, items)
}

on_both_stores! {
    async fn start_index_and_count_are_brought_within_their_limits(backend: Backend) {
        let tenant = Tenant::new(backend);
        for name in ["ada", "grace", "hedy"] {
            tenant.user(name, "Analyst");
        }
        for (query, expected) in [
            ("", (3, 1, 3)),
            ("?startIndex=1", (3, 1, 3)),
            ("?startIndex=0&count=2", (3, 1, 2)),
            ("?startIndex=-1&count=2", (3, 1, 2)),
            ("?startIndex=-9223372036854775808&count=2", (3, 1, 2)),
            ("?startIndex=2&count=1", (3, 2, 1)),
            ("?startIndex=3&count=100", (3, 3, 1)),
            ("?startIndex=4&count=100", (3, 4, 0)),
            ("?startIndex=9223372036854775807&count=100", (3, 9_223_372_036_854_775_807, 0)),
            ("?count=0", (3, 1, 0)),
            ("?count=-1", (3, 1, 0)),
            ("?count=500", (3, 1, 3)),
            ("?count=9223372036854775807", (3, 1, 3)),
            // Parameters are not attributes: only the exact spelling counts.
            ("?STARTINDEX=2", (3, 1, 3)),
        ] {
            let list = tenant.scim().get(&format!("/Users{query}")).await.scim(200);
            assert_eq!(numbers(&list), expected, "{query}");
        }
    }

    async fn what_is_no_integer_is_refused_by_its_name(backend: Backend) {
        let tenant = Tenant::new(backend);
        for (query, name) in [
            ("startIndex=x", "startIndex"),
            ("startIndex=1.5", "startIndex"),
            ("count=", "count"),
            ("count=ten", "count"),
            ("count=99999999999999999999", "count"),
        ] {
            let answer = tenant.scim().get(&format!("/Users?{query}")).await;
            let detail = answer.scim_error(400, Some("invalidValue"));
            assert!(detail.contains(name), "{query}: {detail}");
        }
    }

    async fn pages_together_are_the_whole_list_in_the_order_of_creation(backend: Backend) {
        let tenant = Tenant::new(backend);
        let mut expected = Vec::new();
        for name in ["zoe", "ada", "mary", "grace", "hedy", "barbara", "radia"] {
            expected.push(json!(tenant.user(name, "Analyst")));
        }
        // A change moves nobody.
        let path = format!("/Users/{}", expected[2].as_str().unwrap());
        tenant.scim().put(&path, &json!({ "name": { "givenName": "Mary Ann" }, "active": false })).await.scim(200);
        let mut ids = Vec::new();
        for start in [1, 4, 7] {
            let list = tenant.scim().get(&format!("/Users?startIndex={start}&count=3")).await.scim(200);
            ids.extend(list["Resources"].as_array().unwrap().iter().map(|user| user["id"].clone()));
        }
        assert_eq!(ids, expected);
    }

    async fn a_page_holds_two_hundred_at_most(backend: Backend) {
        let tenant = Tenant::new(backend);
        let (server, slug) = (tenant.server.clone(), tenant.slug.clone());
        let mut commands = tokio::task::JoinSet::new();
        for worker in 0..3 {
            let (server, slug) = (server.clone(), slug.clone());
            commands.spawn_blocking(move || {
                for number in 0..67 {
                    let name = format!("user-{worker}-{number}@example.com");
                    let _ = server.run(&["user", "add", "--tenant", &slug, "--user-name", &name, "--email", &name]);
                }
            });
        }
        commands.join_all().await;
        for (query, expected) in [
            ("", (201, 1, 200)),
            ("?count=200", (201, 1, 200)),
            ("?count=201", (201, 1, 200)),
            ("?count=500", (201, 1, 200)),
            ("?startIndex=101&count=100", (201, 101, 100)),
            ("?startIndex=201&count=100", (201, 201, 1)),
            ("?startIndex=301&count=100", (201, 301, 0)),
        ] {
            let list = tenant.scim().get(&format!("/Users{query}")).await.scim(200);
            assert_eq!(numbers(&list), expected, "{query}");
        }
    }

    async fn the_total_counts_every_user_of_the_tenant_alone(backend: Backend) {
        let (tenant, other) = (Tenant::new(backend), Tenant::new(backend));
        other.user("ada", "Analyst");
        for (count, name) in (1..).zip(["ada", "grace"]) {
            let id = tenant.user(name, "Analyst");
            tenant.scim().put(&format!("/Users/{id}"), &json!({ "active": false })).await.scim(200);
            let list = tenant.scim().get("/Users?count=0").await.scim(200);
            assert_eq!(list["totalResults"], count, "deactivated users are users");
        }
    }
}
