//! What the service tells of itself: discovery over SCIM, and the OpenAPI documents.

use std::collections::BTreeSet;

use roster_http::{management_document, scim_document, session_document};
use serde_json::Value;

use crate::house::House;

const USER_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

#[tokio::test]
async fn discovery_tells_the_truth() {
    let house = House::new().await;
    let config = house.get("/ServiceProviderConfig").await.json();
    assert_eq!(
        (&config["patch"]["supported"], &config["bulk"]["supported"]),
        (&true.into(), &false.into())
    );
    let types = house.get("/ResourceTypes").await.json();
    assert_eq!(
        (&types["totalResults"], &types["Resources"][0]["id"]),
        (&1.into(), &"User".into())
    );
    let user_type = house.get("/ResourceTypes/User").await.json();
    assert_eq!(user_type["schema"], USER_SCHEMA);
    let schemas = house.get("/Schemas").await.json();
    assert_eq!(
        schemas["totalResults"],
        schemas["Resources"].as_array().unwrap().len()
    );
    let user = house
        .get(&format!("/Schemas/{}", USER_SCHEMA.to_uppercase()))
        .await
        .json();
    let names: Vec<&str> = user["attributes"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|a| a["name"].as_str())
        .collect();
    assert!(
        names.contains(&"pantherRole") && names.contains(&"userName"),
        "{names:?}"
    );
    // Every schema can be read where it says that it is.
    for schema in schemas["Resources"].as_array().unwrap() {
        let location = schema["meta"]["location"].as_str().unwrap();
        let path = location
            .strip_prefix("http://localhost:8080/t/default/scim/v2")
            .unwrap();
        assert_eq!(house.get(path).await.json(), *schema);
    }
}

#[tokio::test]
async fn what_discovery_does_not_know_is_not_found() {
    let house = House::new().await;
    house.get("/Schemas/urn:x").await.is_scim_error(404);
    house.get("/ResourceTypes/Group").await.is_scim_error(404);
    house
        .get("/Schemas?filter=id%20eq%20%22x%22")
        .await
        .is_scim_error(403);
}

fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, methods)| {
        methods
            .as_object()
            .unwrap()
            .iter()
            .map(move |(method, operation)| (format!("{method} {path}"), operation))
    });
    all.collect()
}

#[test]
fn every_operation_is_described_secured_and_can_fail() {
    for (document, ways_in) in [
        (scim_document(), 2),
        (management_document(), 3),
        (session_document(), 1),
    ] {
        let mut ids = BTreeSet::new();
        for (name, operation) in operations(&document) {
            let id = operation["operationId"]
                .as_str()
                .unwrap_or_else(|| panic!("{name} has no id"));
            assert!(ids.insert(id), "{id} is there twice");
            assert!(
                id.chars().all(|c| c.is_ascii_alphanumeric())
                    && id.starts_with(|c: char| c.is_lowercase())
            );
            for key in ["summary", "description"] {
                assert!(
                    !operation[key].as_str().unwrap_or_default().is_empty(),
                    "{name} has no {key}"
                );
            }
            assert_eq!(
                operation["tags"].as_array().map(Vec::len),
                Some(1),
                "{name}"
            );
            assert_eq!(
                operation["security"].as_array().map(Vec::len),
                Some(ways_in),
                "{name}"
            );
            for status in ["401", "500", "503"] {
                assert!(
                    operation["responses"].get(status).is_some(),
                    "{name} does not tell of {status}"
                );
            }
        }
        assert!(document["info"]["license"]["url"].is_string());
        assert!(
            document["tags"]
                .as_array()
                .unwrap()
                .iter()
                .all(|tag| tag["description"].is_string())
        );
    }
}

#[test]
fn the_scim_document_shows_what_okta_sends_and_is_answered() {
    let document = scim_document();
    let at = |pointer: &str| {
        document
            .pointer(pointer)
            .unwrap_or_else(|| panic!("nothing at {pointer}"))
    };
    for media_type in ["application~1scim+json", "application~1json"] {
        let path = format!(
            "/paths/~1Users~1{{id}}/patch/requestBody/content/{media_type}/examples/deactivate/value"
        );
        assert_eq!(at(&path)["Operations"][0]["value"]["active"], false);
    }
    let answer = "/paths/~1Users~1{id}/get/responses/200/content/application~1scim+json/examples/active/value";
    assert_eq!(at(answer)["schemas"][0], USER_SCHEMA);
}

#[test]
fn every_schema_in_a_document_is_named_used_and_without_inline_objects() {
    for document in [scim_document(), management_document(), session_document()] {
        let text = document.to_string();
        for name in document["components"]["schemas"]
            .as_object()
            .unwrap()
            .keys()
        {
            assert!(
                text.contains(&format!("\"#/components/schemas/{name}\"")),
                "{name} is not used"
            );
        }
        for (name, operation) in operations(&document) {
            let bodies = operation["responses"]
                .as_object()
                .unwrap()
                .values()
                .chain(operation.get("requestBody"));
            for content in bodies
                .filter_map(|body| body["content"].as_object())
                .flat_map(serde_json::Map::values)
            {
                // A file is taken as it is: there is nothing in it to be named.
                assert!(
                    content["schema"]["$ref"].is_string()
                        || content["schema"]["format"] == "binary",
                    "{name} has an inline schema: {}",
                    content["schema"]
                );
            }
        }
    }
}
