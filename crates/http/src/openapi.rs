//! What the OpenAPI documents of the APIs have in common, and the last touches that the framework
//! has no way to express.

use poem_openapi::{ContactObject, LicenseObject, OpenApi, OpenApiService, ServerObject};
use serde_json::Value;

/// The version of the APIs: that of the product.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The variable of a document's server that holds the server's public URL.
const PUBLIC_URL: &str = "publicUrl";

/// Whom to ask, and the license.
pub(crate) fn about<T>(service: OpenApiService<T, ()>) -> OpenApiService<T, ()> {
    service
        .contact(ContactObject::new().name("The Roster maintainers"))
        .license(
            LicenseObject::new("Apache-2.0").url("https://www.apache.org/licenses/LICENSE-2.0"),
        )
}

/// The place of an API below its tenant.
pub(crate) fn server(path: &str, description: &str) -> ServerObject {
    let slash = if path.is_empty() { "" } else { "/" };
    ServerObject::new(format!("{{{PUBLIC_URL}}}/t/{{tenant}}{slash}{path}"))
        .description(description)
        .variable(
            PUBLIC_URL,
            "The URL under which Roster is reached, without a slash at its end",
            "http://localhost:8080",
        )
        .variable("tenant", "The tenant's name", "default")
}

/// The document of a service.
pub(crate) fn document<T: OpenApi>(service: &OpenApiService<T, ()>) -> Value {
    // The framework writes JSON; should it ever not, the drift test says so.
    let mut document = serde_json::from_str(&service.spec()).unwrap_or_default();
    simplify(&mut document);
    document
}

/// Fills in where the server is really reached.
pub(crate) fn with_public_url(mut document: Value, public_url: &str) -> Value {
    let servers = document.get_mut("servers").and_then(Value::as_array_mut);
    for server in servers.into_iter().flatten() {
        let pointer = format!("/variables/{PUBLIC_URL}/default");
        if let Some(default) = server.pointer_mut(&pointer) {
            *default = public_url.into();
        }
    }
    document
}

/// Keys that describe a schema and constrain nothing.
const ANNOTATIONS: [&str; 7] = [
    "default",
    "deprecated",
    "description",
    "example",
    "nullable",
    "readOnly",
    "title",
];

/// The framework describes a referenced schema by an `allOf` with the reference and an anonymous
/// schema that holds the description once more. Without the latter, generated clients use the
/// named type instead of inventing one.
fn simplify(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::Array(parts)) = members.get_mut("allOf") {
                parts.retain(|part| {
                    !part.as_object().is_some_and(|part| {
                        part.keys().all(|key| ANNOTATIONS.contains(&key.as_str()))
                    })
                });
                // OpenAPI 3.0 allows `nullable` only beside a type; what is referenced so is an object.
                if members.get("nullable") == Some(&Value::Bool(true)) {
                    members.entry("type").or_insert_with(|| "object".into());
                }
            }
            members.values_mut().for_each(simplify);
        }
        Value::Array(elements) => elements.iter_mut().for_each(simplify),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_described_reference_stays_a_reference() {
        let reference = json!({"$ref": "#/components/schemas/Name"});
        let mut schema = json!({
            "name": {"allOf": [reference, {"description": "Parts."}], "description": "Parts."},
            "both": {"allOf": [reference, {"type": "object"}]},
            "none": {"allOf": [reference, {"description": "Or none."}], "nullable": true},
        });
        simplify(&mut schema);
        assert_eq!(
            schema,
            json!({
                "name": {"allOf": [reference], "description": "Parts."},
                "both": {"allOf": [reference, {"type": "object"}]},
                "none": {"allOf": [reference], "nullable": true, "type": "object"},
            })
        );
    }

    #[test]
    fn the_public_url_is_filled_in() {
        let document =
            json!({"servers": [{"url": "x", "variables": {"publicUrl": {"default": "a"}}}]});
        let document = with_public_url(document, "https://roster.example.org");
        assert_eq!(
            document["servers"][0]["variables"]["publicUrl"]["default"],
            "https://roster.example.org"
        );
    }
}
