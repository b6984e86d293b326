//! The schemas of the discovery documents themselves (RFC 7643 section 8.7.2). All of them are
//! read-only.

use super::build::{boolean, complex, integer, reference, string};
use super::{Attribute, Schema};
use crate::urn;

/// ServiceProviderConfig, ResourceType and Schema, described in their own terms.
#[must_use]
pub fn discovery_schemas() -> Vec<Schema> {
    vec![
        schema(
            urn::SERVICE_PROVIDER_CONFIG,
            "ServiceProviderConfig",
            "What the service supports of the protocol.",
            service_provider_config(),
        ),
        schema(
            urn::RESOURCE_TYPE,
            "ResourceType",
            "A kind of resource that the service offers.",
            resource_type(),
        ),
        schema(
            urn::SCHEMA,
            "Schema",
            "The attributes of a kind of resource.",
            schema_resource(),
        ),
    ]
}

fn schema(id: &str, name: &str, description: &str, attributes: Vec<Attribute>) -> Schema {
    Schema {
        id: id.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        attributes: attributes.into_iter().map(Attribute::read_only).collect(),
        common: super::common_attributes(),
    }
}

fn supported(of: &str) -> Attribute {
    boolean("supported", &format!("Whether {of} is supported.")).required()
}

fn service_provider_config() -> Vec<Attribute> {
    let feature = |name: &str, of: &str| {
        complex(name, &format!("Support of {of}."), vec![supported(of)]).required()
    };
    let external = ["external"];
    vec![
        reference("documentationUri", "Help for administrators.", &external),
        feature("patch", "PATCH"),
        complex(
            "bulk",
            "Support of bulk requests.",
            vec![
                supported("bulk"),
                integer("maxOperations", "The most operations in a request.").required(),
                integer("maxPayloadSize", "The largest body in bytes.").required(),
            ],
        )
        .required(),
        complex(
            "filter",
            "Support of filters.",
            vec![
                supported("filtering"),
                integer("maxResults", "The most resources in a response.").required(),
            ],
        )
        .required(),
        feature("changePassword", "changing a password"),
        feature("sort", "sorting"),
        feature("etag", "entity tags"),
        complex(
            "authenticationSchemes",
            "The ways to authenticate.",
            vec![
                string("type", "The kind of scheme.")
                    .required()
                    .canonical(&[
                        "oauth",
                        "oauth2",
                        "oauthbearertoken",
                        "httpbasic",
                        "httpdigest",
                    ]),
                string("name", "The name of the scheme.").required(),
                string("description", "How to use the scheme.").required(),
                reference("specUri", "The specification of the scheme.", &external),
                reference("documentationUri", "Help with the scheme.", &external),
                boolean("primary", "Whether this scheme is the preferred one."),
            ],
        )
        .multi_valued()
        .required(),
    ]
}

fn resource_type() -> Vec<Attribute> {
    vec![
        string("name", "The name of the resource type.").required(),
        string("description", "What the resource is."),
        reference(
            "endpoint",
            "Where the resources are, relative to the base URL.",
            &["uri"],
        )
        .required(),
        reference("schema", "The URN of the schema.", &["uri"]).required(),
        complex(
            "schemaExtensions",
            "Schemas that extend the resource.",
            vec![
                reference("schema", "The URN of the extension.", &["uri"]).required(),
                boolean("required", "Whether every resource has the extension.").required(),
            ],
        )
        .multi_valued(),
    ]
}

fn schema_resource() -> Vec<Attribute> {
    let attributes = complex("attributes", "The attributes of the schema.", {
        let mut parts = attribute_parts();
        parts.push(
            complex(
                "subAttributes",
                "The parts of a complex attribute.",
                attribute_parts(),
            )
            .multi_valued(),
        );
        parts
    });
    vec![
        string("name", "The name of the schema.").required(),
        string("description", "What the schema describes."),
        attributes.multi_valued().required(),
    ]
}

fn attribute_parts() -> Vec<Attribute> {
    let choice =
        |name: &str, what: &str, values: &[&str]| string(name, what).case_exact().canonical(values);
    vec![
        string("name", "The name of the attribute.")
            .required()
            .case_exact(),
        choice(
            "type",
            "The data type.",
            &[
                "string",
                "complex",
                "boolean",
                "decimal",
                "integer",
                "dateTime",
                "reference",
                "binary",
            ],
        )
        .required(),
        boolean("multiValued", "Whether the attribute holds an array.").required(),
        string("description", "What the attribute is for."),
        boolean(
            "required",
            "Whether a resource can't be without the attribute.",
        ),
        string("canonicalValues", "Suggested values.")
            .case_exact()
            .multi_valued(),
        boolean(
            "caseExact",
            "Whether letter case matters when values are compared.",
        ),
        choice(
            "mutability",
            "When the attribute can be written.",
            &["readOnly", "readWrite", "immutable", "writeOnly"],
        ),
        choice(
            "returned",
            "When the attribute is part of a response.",
            &["always", "never", "default", "request"],
        ),
        choice(
            "uniqueness",
            "Among which resources a value is unique.",
            &["none", "server", "global"],
        ),
        string("referenceTypes", "What a reference refers to.")
            .case_exact()
            .multi_valued(),
    ]
}
