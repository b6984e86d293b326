//! `attributes` and `excludedAttributes` (RFC 7644 section 3.9).

use std::collections::BTreeSet;

use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

fn members(value: &Value) -> BTreeSet<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

on_both_stores! {
    async fn attributes_choose_what_is_answered_besides_what_always_is(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        for (attributes, expected) in [
            ("userName", vec!["id", "schemas", "userName"]),
            ("USERNAME,Active", vec!["active", "id", "schemas", "userName"]),
            (" userName , active ", vec!["active", "id", "schemas", "userName"]),
            ("urn:ietf:params:scim:schemas:core:2.0:User:userName", vec!["id", "schemas", "userName"]),
            ("pantherrole", vec!["id", "pantherRole", "schemas"]),
            ("meta", vec!["id", "meta", "schemas"]),
            ("nonsense", vec!["id", "schemas"]),
        ] {
            let user = tenant.scim().query(&path, &[("attributes", attributes)]).await.scim(200);
            assert_eq!(members(&user), expected.iter().copied().collect(), "{attributes}");
        }
        let user = tenant.scim().query(&path, &[("attributes", "name.givenName,emails.value")]).await.scim(200);
        assert_eq!(user["name"], json!({ "givenName": "Ada" }));
        assert_eq!(user["emails"], json!([{ "value": "ada@example.com" }]));
    }

    async fn excluded_attributes_are_left_out_but_for_what_always_is_answered(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let whole = tenant.scim().get(&path).await.scim(200);
        for (excluded, gone) in [
            ("emails", vec!["emails"]),
            ("EMAILS,name", vec!["emails", "name"]),
            ("id,schemas,active", vec!["active"]),
            ("nonsense", vec![]),
        ] {
            let user = tenant.scim().query(&path, &[("excludedAttributes", excluded)]).await.scim(200);
            let mut expected = members(&whole);
            expected.retain(|member| !gone.contains(member));
            assert_eq!(members(&user), expected, "{excluded}");
        }
        let user = tenant.scim().query(&path, &[("excludedAttributes", "name.formatted")]).await.scim(200);
        assert_eq!(user["name"], json!({ "givenName": "Ada", "familyName": "Byron" }));
    }

    async fn lists_and_writes_honour_them_too(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let scim = tenant.scim();
        let list = scim.get("/Users?attributes=userName").await.scim(200);
        assert_eq!(members(&list["Resources"][0]), BTreeSet::from(["id", "schemas", "userName"]));
        let put = scim.put(&format!("{path}?attributes=active"), &json!({ "active": false })).await.scim(200);
        assert_eq!(members(&put), BTreeSet::from(["active", "id", "schemas"]));
        let operations = json!([{ "op": "replace", "path": "active", "value": true }]);
        let patch = scim.operations(&format!("{path}?excludedAttributes=emails"), operations).await.scim(200);
        assert!(!members(&patch).contains("emails") && members(&patch).contains("userName"), "{patch}");
    }

    async fn both_at_once_are_refused_and_nothing_changes(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let both = format!("{path}?attributes=active&excludedAttributes=emails");
        tenant.scim().get(&both).await.scim_error(400, Some("invalidValue"));
        tenant.scim().put(&both, &json!({ "active": false })).await.scim_error(400, Some("invalidValue"));
        assert_eq!(tenant.scim().get(&path).await.scim(200)["active"], true);
    }
}
