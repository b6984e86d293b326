//! Filters: what finds whom.

use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

async fn found(tenant: &Tenant, filter: &str) -> Vec<Value> {
    let parameters = [("filter", filter), ("startIndex", "1"), ("count", "100")];
    let list = tenant.scim().query("/Users", &parameters).await.scim(200);
    let users = list["Resources"].as_array().unwrap();
    assert_eq!(list["totalResults"], users.len(), "{filter}");
    users.iter().map(|user| user["id"].clone()).collect()
}

on_both_stores! {
    async fn every_attribute_of_the_profile_finds_its_user(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user_of("Ada", "Ada@Example.com", "Analyst");
        tenant.user("grace", "Analyst");
        tenant.scim().put(&format!("/Users/{id}"), &json!({ "externalId": "00uX" })).await.scim(200);
        let of_id = format!("id eq \"{id}\"");
        for filter in [
            "userName eq \"Ada\"",
            "userName eq \"ADA\"",
            "username EQ \"ada\"",
            "  userName   eq   \"ada\"  ",
            "(userName eq \"ada\")",
            "userName eq \"\\u0061da\"",
            "urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"ada\"",
            "URN:IETF:params:scim:schemas:CORE:2.0:user:USERNAME eq \"ada\"",
            "userName eq \"ada@example.com\"",
            "email eq \"ada@example.com\"",
            "emails eq \"ADA@EXAMPLE.COM\"",
            "emails.value eq \"ada@example.com\"",
            "EMAILS.VALUE Eq \"ada@example.com\"",
            "emails[type eq \"work\"].value eq \"ada@example.com\"",
            "emails[TYPE EQ \"work\"].value eq \"ada@example.com\"",
            "urn:ietf:params:scim:schemas:core:2.0:User:emails.value eq \"ada@example.com\"",
            "externalId eq \"00uX\"",
            "EXTERNALID eq \"00uX\"",
            of_id.as_str(),
        ] {
            assert_eq!(found(&tenant, filter).await, [json!(id)], "{filter}");
        }
    }

    async fn ids_and_external_ids_compare_exactly(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        tenant.scim().put(&format!("/Users/{id}"), &json!({ "externalId": "00uX" })).await.scim(200);
        let capitals = format!("id eq \"{}\"", id.to_uppercase());
        for filter in [
            "externalId eq \"00ux\"",
            "externalId eq \"00uX \"",
            "externalId eq \"\"",
            "id eq \"00uX\"",
            "id eq \"\"",
            capitals.as_str(),
            "userName eq \"00uX\"",
            "userName eq \"\"",
            "userName eq \"ada\"",
            "userName eq \"%\"",
            "userName eq \"ad_@example.com\"",
            "email eq \"nobody@example.com\"",
        ] {
            assert_eq!(found(&tenant, filter).await, Vec::<Value>::new(), "{filter}");
        }
    }

    async fn the_email_counts_only_when_nobody_has_the_user_name(backend: Backend) {
        let tenant = Tenant::new(backend);
        let by_email = tenant.user_of("ada", "shared@example.com", "Analyst");
        assert_eq!(found(&tenant, "userName eq \"Shared@example.com\"").await, [json!(by_email)]);
        let by_name = tenant.user_of("shared@example.com", "grace@example.com", "Analyst");
        assert_eq!(found(&tenant, "userName eq \"Shared@example.com\"").await, [json!(by_name)]);
        assert_eq!(found(&tenant, "email eq \"shared@example.com\"").await, [json!(by_email)]);
    }

    async fn the_letters_of_the_user_name_come_back_as_they_were_given(backend: Backend) {
        let tenant = Tenant::new(backend);
        tenant.user_of("Ada.BYRON@Example.com", "ada@example.com", "Analyst");
        let list = tenant.scim().query("/Users", &[("filter", "userName eq \"ada.byron@example.com\"")]).await.scim(200);
        assert_eq!(list["Resources"][0]["userName"], "Ada.BYRON@Example.com");
    }

    async fn names_of_any_script_are_found(backend: Backend) {
        let tenant = Tenant::new(backend);
        for name in ["ÅSA@example.com", "李@example.com", "o'brien+\"q\"\\@example.com", "100%_a@example.com"] {
            let id = tenant.user_of(name, name, "Analyst");
            let filter = format!("userName eq {}", Value::from(name.to_lowercase()));
            assert_eq!(found(&tenant, &filter).await, [json!(id)], "{filter}");
        }
    }

    async fn another_tenants_users_are_not_found(backend: Backend) {
        let (ours, theirs) = (Tenant::new(backend), Tenant::new(backend));
        let id = theirs.user("ada", "Analyst");
        theirs.scim().put(&format!("/Users/{id}"), &json!({ "externalId": "00uX" })).await.scim(200);
        for filter in ["userName eq \"ada@example.com\"", "externalId eq \"00uX\"", &format!("id eq \"{id}\"")] {
            assert_eq!(found(&ours, filter).await, Vec::<Value>::new(), "{filter}");
        }
        ours.scim().get(&format!("/Users/{id}")).await.scim_error(404, None);
        ours.scim().put(&format!("/Users/{id}"), &json!({ "active": false })).await.scim_error(404, None);
        assert_eq!(theirs.read(&id).await["active"], true);
        // The same person may be in both.
        ours.user("ada", "Analyst");
    }

    async fn a_lookup_is_paged_as_any_list(backend: Backend) {
        let tenant = Tenant::new(backend);
        tenant.user("ada", "Analyst");
        let filter = ("filter", "userName eq \"ada@example.com\"");
        let none = tenant.scim().query("/Users", &[filter, ("count", "0")]).await.scim(200);
        assert_eq!((&none["totalResults"], &none["Resources"]), (&json!(1), &json!([])));
        let beyond = tenant.scim().query("/Users", &[filter, ("startIndex", "2")]).await.scim(200);
        assert_eq!((&beyond["totalResults"], &beyond["itemsPerPage"]), (&json!(1), &json!(0)));
    }

    async fn a_plus_in_the_query_is_a_space_and_an_escaped_one_a_plus(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada+okta", "Analyst");
        let path = "/Users?filter=userName+eq+%22ada%2Bokta%40example.com%22";
        let list = tenant.scim().get(path).await.scim(200);
        assert_eq!(list["Resources"][0]["id"], id.as_str());
    }
}
