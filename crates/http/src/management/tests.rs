//! What holds for the management API's document as a whole.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::service;

fn document() -> Value {
    serde_json::from_str(&service().spec()).unwrap()
}

/// Every operation, as (method and path, operation).
fn operations(document: &Value) -> Vec<(String, &Map<String, Value>)> {
    let paths = document["paths"].as_object().unwrap();
    let methods = paths.iter().flat_map(|(path, item)| {
        item.as_object()
            .unwrap()
            .iter()
            .map(move |(method, operation)| (format!("{method} {path}"), operation))
    });
    methods
        .map(|(name, operation)| (name, operation.as_object().unwrap()))
        .collect()
}

#[test]
fn every_operation_of_the_contract_is_there() {
    let document = document();
    let mut names: Vec<_> = operations(&document)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "delete /api-tokens/{id}",
            "delete /roles/{id}",
            "delete /users/{id}/sessions",
            "get /api-tokens",
            "get /api-tokens/{id}",
            "get /audit-log",
            "get /audit-log/export",
            "get /permissions",
            "get /roles",
            "get /roles/{id}",
            "get /saml-settings",
            "get /settings",
            "get /users",
            "get /users/{id}",
            "get /users/{id}/sessions",
            "patch /api-tokens/{id}",
            "patch /roles/{id}",
            "patch /saml-settings",
            "patch /settings",
            "patch /users/{id}",
            "post /api-tokens",
            "post /api-tokens/{id}/rotate",
            "post /roles",
            "post /saml-settings/metadata-check",
            "post /users/{id}/deactivate",
            "post /users/{id}/reactivate",
            "post /users/{id}/unbind",
        ]
    );
}

#[test]
fn every_operation_is_described_and_asks_for_a_token() {
    let document = document();
    let mut ids = HashSet::new();
    for (name, operation) in operations(&document) {
        assert!(
            ids.insert(operation["operationId"].as_str().unwrap()),
            "{name}: its operationId is used twice"
        );
        for text in ["summary", "description"] {
            assert!(
                operation[text]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{name} has no {text}"
            );
        }
        assert!(
            !operation["security"].as_array().unwrap().is_empty(),
            "{name} asks for no token"
        );
        assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{name}");
        for parameter in operation
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            assert!(parameter["description"].is_string(), "{name}: {parameter}");
        }
    }
}

#[test]
fn every_failure_is_a_problem() {
    let document = document();
    for (name, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap();
        for status in ["400", "401", "403", "500", "503"] {
            assert!(responses.contains_key(status), "{name} lacks {status}");
        }
        for (status, response) in responses
            .iter()
            .filter(|(status, _)| status.as_str() >= "400")
        {
            let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{name}: {status}");
        }
    }
}

#[test]
fn what_can_be_cleared_is_nullable_and_nothing_else() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut nullable = Vec::new();
    for (schema, definition) in schemas {
        let properties = definition["properties"].as_object().into_iter().flatten();
        let cleared = properties.filter(|(_, property)| property["nullable"] == true);
        nullable.extend(cleared.map(|(name, _)| format!("{schema}.{name}")));
    }
    nullable.sort();
    assert_eq!(
        nullable,
        [
            "ApiTokenCreation.expiresAt",
            "ApiTokenPatch.expiresAt",
            "SamlSettingsPatch.decryptionKey",
            "SamlSettingsPatch.metadataUrl",
            "SamlSettingsPatch.metadataXml",
            "SamlSettingsPatch.signingKey",
            "UserPatch.externalId"
        ]
    );
}
