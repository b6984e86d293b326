//! `roster openapi`, and the documents under version control.

use std::fs;
use std::path::Path;
use std::process::Command;

use roster_tests::binary::binary;
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::Value;

#[test]
fn the_documents_under_version_control_are_those_of_the_program() {
    let directory = tempfile::tempdir().unwrap();
    let output = Command::new(binary())
        .args(["openapi", "--dir"])
        .arg(directory.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi");
    for name in ["scim.json", "management.json", "session.json"] {
        let made = fs::read_to_string(directory.path().join(name)).unwrap();
        let kept = fs::read_to_string(committed.join(name)).unwrap_or_default();
        assert!(made.ends_with("}\n"));
        assert!(
            made == kept,
            "openapi/{name} is out of date. Make it again with: cargo run -p roster-server -- openapi --dir openapi"
        );
    }
}

on_both_stores! {
    async fn the_served_documents_are_usable_where_they_are_served(backend: Backend) {
        let tenant = Tenant::new(backend);
        let client = roster_tests::client::Client::new(tenant.server.url());
        let page = client.get("/docs").await;
        assert_eq!(page.status, 200);
        assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")));
        let policy = page.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("default-src 'none'") || policy.contains("default-src 'self'"), "{policy}");
        for name in ["scim", "management", "session"] {
            let answer = client.get(&format!("/docs/{name}.json")).await;
            assert_eq!(answer.status, 200, "{name}");
            let document: Value = answer.json();
            let server = &document["servers"][0];
            assert_eq!(server["variables"]["publicUrl"]["default"], roster_tests::server::PUBLIC_URL, "{server}");
            assert_eq!(server["variables"]["tenant"]["default"], "default", "{server}");
        }
        let root = client.get("/").await;
        assert!(matches!(root.status, 301..=308), "{}", root.status);
        assert!(matches!(root.header("location"), Some("docs" | "/docs")), "{:?}", root.header("location"));
    }
}

/// A generated client makes whoever calls it give what is required, even to ask for everything.
#[test]
fn no_operation_requires_a_query_parameter() {
    let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi");
    let mut seen = 0;
    for name in ["scim.json", "management.json", "session.json"] {
        let text = fs::read_to_string(documents.join(name)).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                let parameters = operation["parameters"].as_array();
                for parameter in parameters.into_iter().flatten() {
                    if parameter["in"] == "query" {
                        seen += 1;
                        assert_eq!(parameter["required"], false, "{method} {path}: {parameter}");
                    }
                }
            }
        }
    }
    assert!(seen > 20, "{seen} parameters");
}
