//! Discovery (RFC 7643 sections 5 to 7) tells the truth about the lifecycle profile.

use roster_tests::on_both_stores;
use roster_tests::server::PUBLIC_URL;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

fn attribute<'a>(schema: &'a Value, name: &str) -> &'a Value {
    let attributes = schema["attributes"].as_array().unwrap();
    attributes
        .iter()
        .find(|attribute| attribute["name"] == name)
        .unwrap_or_else(|| panic!("no {name}: {schema}"))
}

on_both_stores! {
    async fn the_service_provider_config_promises_what_is_kept(backend: Backend) {
        let tenant = Tenant::new(backend);
        let config = tenant.scim().get("/ServiceProviderConfig").await.scim(200);
        assert_eq!(config["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"]));
        assert_eq!(config["patch"], json!({ "supported": true }));
        assert_eq!(config["bulk"]["supported"], false);
        assert_eq!((&config["filter"]["supported"], &config["filter"]["maxResults"]), (&json!(true), &json!(200)));
        for (feature, supported) in [("changePassword", false), ("sort", false), ("etag", true)] {
            assert_eq!(config[feature]["supported"], supported, "{feature}");
        }
        let schemes = config["authenticationSchemes"].as_array().unwrap();
        assert!(schemes.iter().any(|scheme| scheme["type"] == "oauthbearertoken"), "{config}");
        let location = format!("{PUBLIC_URL}/t/{}/scim/v2/ServiceProviderConfig", tenant.slug);
        assert_eq!(config["meta"]["location"], location);
    }

    async fn users_are_the_only_resource_type(backend: Backend) {
        let tenant = Tenant::new(backend);
        let list = tenant.scim().get("/ResourceTypes").await.scim(200);
        assert_eq!(list["totalResults"], 1);
        let user = &list["Resources"][0];
        assert_eq!((&user["id"], &user["endpoint"], &user["schema"]), (&json!("User"), &json!("/Users"), &json!(CORE)));
        assert_eq!(tenant.scim().get("/ResourceTypes/User").await.scim(200), *user);
        tenant.scim().get("/ResourceTypes/Group").await.scim_error(404, None);
    }

    async fn the_user_schema_has_exactly_what_users_have(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let schema = tenant.scim().get(&format!("/Schemas/{CORE}")).await.scim(200);
        let common = ["schemas", "id", "externalId", "meta"];
        for member in tenant.read(&id).await.as_object().unwrap().keys() {
            if !common.contains(&member.as_str()) {
                attribute(&schema, member);
            }
        }
        let user_name = attribute(&schema, "userName");
        assert_eq!((&user_name["required"], &user_name["uniqueness"]), (&json!(true), &json!("server")));
        assert_eq!(user_name["caseExact"], false);
        let role = attribute(&schema, "pantherRole");
        assert_eq!((&role["type"], &role["multiValued"]), (&json!("string"), &json!(false)));
        assert!(role["description"].as_str().unwrap().contains("sign-in"), "{role}");
        let names: Vec<&Value> = schema["attributes"].as_array().unwrap().iter().map(|a| &a["name"]).collect();
        for absent in ["password", "groups", "nickName", "phoneNumbers"] {
            assert!(!names.contains(&&json!(absent)), "{absent} is promised and not kept");
        }
    }

    async fn schemas_are_listed_and_read_by_their_urn(backend: Backend) {
        let tenant = Tenant::new(backend);
        let list = tenant.scim().get("/Schemas").await.scim(200);
        let schemas = list["Resources"].as_array().unwrap();
        assert_eq!(list["totalResults"], schemas.len());
        assert!(schemas.iter().any(|schema| schema["id"] == CORE), "{list}");
        for schema in schemas {
            let path = format!("/Schemas/{}", schema["id"].as_str().unwrap());
            assert_eq!(tenant.scim().get(&path).await.scim(200), *schema);
        }
        tenant.scim().get("/Schemas/urn:example:none").await.scim_error(404, None);
        tenant.scim().get("/Schemas/x").await.scim_error(404, None);
    }
}
