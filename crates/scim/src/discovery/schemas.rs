//! Schemas as resources (RFC 7643 section 7).

use serde_json::{Value, json};

use super::document;
use crate::schema::{Attribute, AttributeType, Mutability, Returned, Schema, Uniqueness};
use crate::{Resource, urn};

/// The members of `/Schemas`, one for each schema. `base_url` is the SCIM base URL.
#[must_use]
pub fn schemas(schemas: &[Schema], base_url: &str) -> Vec<Resource> {
    schemas
        .iter()
        .map(|schema| describe(schema, base_url))
        .collect()
}

fn describe(schema: &Schema, base_url: &str) -> Resource {
    let mut described = document(
        urn::SCHEMA,
        "Schema",
        base_url,
        &format!("Schemas/{}", schema.id),
    );
    described.insert("id".to_owned(), json!(schema.id));
    described.insert("name".to_owned(), json!(schema.name));
    described.insert("description".to_owned(), json!(schema.description));
    described.insert("attributes".to_owned(), attributes(&schema.attributes));
    described
}

fn attributes(attributes: &[Attribute]) -> Value {
    attributes.iter().map(attribute).collect()
}

fn attribute(attribute: &Attribute) -> Value {
    let mut described = Resource::new();
    let mut set = |name: &str, value: Value| described.insert(name.to_owned(), value);
    set("name", json!(attribute.name));
    set("type", json!(kind(attribute.kind)));
    set("multiValued", json!(attribute.multi_valued));
    set("description", json!(attribute.description));
    set("required", json!(attribute.required));
    set("mutability", json!(mutability(attribute.mutability)));
    set("returned", json!(returned(attribute.returned)));
    if attribute.kind == AttributeType::Complex {
        set("subAttributes", attributes(&attribute.sub_attributes));
    } else {
        set("caseExact", json!(attribute.case_exact));
        set("uniqueness", json!(uniqueness(attribute.uniqueness)));
    }
    if !attribute.canonical_values.is_empty() {
        set("canonicalValues", json!(attribute.canonical_values));
    }
    if !attribute.reference_types.is_empty() {
        set("referenceTypes", json!(attribute.reference_types));
    }
    Value::Object(described)
}

const fn kind(kind: AttributeType) -> &'static str {
    match kind {
        AttributeType::String => "string",
        AttributeType::Boolean => "boolean",
        AttributeType::Decimal => "decimal",
        AttributeType::Integer => "integer",
        AttributeType::DateTime => "dateTime",
        AttributeType::Binary => "binary",
        AttributeType::Reference => "reference",
        AttributeType::Complex => "complex",
    }
}

const fn mutability(mutability: Mutability) -> &'static str {
    match mutability {
        Mutability::ReadOnly => "readOnly",
        Mutability::ReadWrite => "readWrite",
        Mutability::Immutable => "immutable",
        Mutability::WriteOnly => "writeOnly",
    }
}

const fn returned(returned: Returned) -> &'static str {
    match returned {
        Returned::Always => "always",
        Returned::Never => "never",
        Returned::Default => "default",
        Returned::Request => "request",
    }
}

const fn uniqueness(uniqueness: Uniqueness) -> &'static str {
    match uniqueness {
        Uniqueness::None => "none",
        Uniqueness::Server => "server",
        Uniqueness::Global => "global",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{discovery_schemas, user_schema};

    #[test]
    fn the_user_schema_describes_what_the_service_keeps() {
        let described = schemas(&[user_schema("pantherRole")], "https://x.example/scim/v2");
        let user = Value::Object(described.into_iter().next().unwrap());
        let attributes = user["attributes"].as_array().unwrap();
        let names: Vec<_> = attributes
            .iter()
            .filter_map(|a| a["name"].as_str())
            .collect();
        assert_eq!(
            names,
            [
                "userName",
                "name",
                "displayName",
                "emails",
                "active",
                "roles",
                "pantherRole"
            ]
        );
        assert_eq!(user["id"], urn::USER);
        assert_eq!(
            user["meta"]["location"],
            "https://x.example/scim/v2/Schemas/urn:ietf:params:scim:schemas:core:2.0:User"
        );
        let user_name = &attributes[0];
        assert_eq!(user_name["required"], true);
        assert_eq!(user_name["caseExact"], false);
        assert_eq!(user_name["uniqueness"], "server");
        assert_eq!(attributes[3]["subAttributes"][0]["name"], "value");
        assert_eq!(attributes[5]["returned"], "never");
    }

    #[test]
    fn every_attribute_of_the_discovery_documents_is_read_only() {
        fn all_read_only(attributes: &Value) -> bool {
            attributes.as_array().is_none_or(|attributes| {
                attributes
                    .iter()
                    .all(|a| a["mutability"] == "readOnly" && all_read_only(&a["subAttributes"]))
            })
        }
        let described = schemas(&discovery_schemas(), "https://x.example/scim/v2");
        assert_eq!(described.len(), 3);
        for schema in described {
            assert!(all_read_only(&schema["attributes"]), "{}", schema["id"]);
        }
    }
}
