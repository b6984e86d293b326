//! The reviewed table `tests/authorization.md`, cell by cell, against the running server; and
//! against the OpenAPI documents, so that no endpoint is without its row.

use std::collections::BTreeSet;
use std::process::Command;

use roster_tests::binary::binary;
use roster_tests::client::assert_scim_error;
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::Value;

use super::requests::{Api, Requests};

const TABLE: &str = include_str!("../../../authorization.md");

struct Row {
    api: Api,
    endpoint: &'static str,
    /// The name of each column, and the status in it.
    cells: Vec<(&'static str, u16)>,
}

/// Reads the tables. Each is a section of its own, named for its API.
fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let (mut api, mut columns) = (Api::Scim, Vec::new());
    for line in TABLE.lines() {
        match line {
            "## SCIM API" => api = Api::Scim,
            "## Management API" => api = Api::Management,
            _ => {}
        }
        let Some(line) = line
            .strip_prefix('|')
            .and_then(|line| line.strip_suffix('|'))
        else {
            continue;
        };
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let (first, rest) = cells.split_first().unwrap();
        if *first == "Endpoint" {
            columns = rest.to_vec();
        } else if let Some(endpoint) = first
            .strip_prefix('`')
            .and_then(|first| first.strip_suffix('`'))
        {
            assert_eq!(
                rest.len(),
                columns.len(),
                "the row {endpoint} has too few or too many cells"
            );
            let cells = columns
                .iter()
                .zip(rest)
                .map(|(column, status)| (*column, status.parse().unwrap()))
                .collect();
            rows.push(Row {
                api,
                endpoint,
                cells,
            });
        }
    }
    rows
}

fn documented(document: &str) -> BTreeSet<String> {
    let directory = tempfile::tempdir().unwrap();
    let status = Command::new(binary())
        .args(["openapi", "--dir"])
        .arg(directory.path())
        .output()
        .unwrap()
        .status;
    assert!(status.success());
    let text = std::fs::read_to_string(directory.path().join(document)).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let endpoints = paths.iter().flat_map(|(path, methods)| {
        let methods = methods
            .as_object()
            .unwrap()
            .keys()
            .filter(|key| !key.starts_with("x-") && *key != "parameters");
        methods.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    endpoints.collect()
}

#[test]
fn every_documented_endpoint_has_its_row_and_no_row_is_made_up() {
    for (api, document) in [
        (Api::Scim, "scim.json"),
        (Api::Management, "management.json"),
    ] {
        let listed: BTreeSet<String> = rows()
            .iter()
            .filter(|row| row.api == api)
            .map(|row| row.endpoint.to_owned())
            .collect();
        let documented = documented(document);
        let missing: Vec<_> = documented.difference(&listed).collect();
        let made_up: Vec<_> = listed.difference(&documented).collect();
        assert!(
            missing.is_empty(),
            "tests/authorization.md lacks rows for {missing:?} of {document}"
        );
        assert!(
            made_up.is_empty(),
            "tests/authorization.md has rows that {document} lacks: {made_up:?}"
        );
    }
}

#[test]
fn no_caller_is_forgotten() {
    let permissions = roster_tests::tenant::GOVERNING;
    for row in rows() {
        let columns: Vec<_> = row.cells.iter().map(|(column, _)| *column).collect();
        for permission in permissions {
            assert!(
                columns.contains(&permission),
                "{}: no column for {permission}",
                row.endpoint
            );
        }
        for caller in ["no token", "unknown", "expired", "other tenant"] {
            assert!(
                row.cells.contains(&(caller, 401)),
                "{}: {caller} must be 401",
                row.endpoint
            );
        }
        assert!(
            row.cells.contains(&("outside CIDR", 403)),
            "{}: outside CIDR must be 403",
            row.endpoint
        );
    }
}

on_both_stores! {
    async fn every_cell_of_the_table_holds(backend: Backend) {
        let (tenant, other) = (Tenant::new(backend), Tenant::new(backend));
        let requests = Requests::new(&tenant);
        let mut wrong = Vec::new();
        for api in [Api::Scim, Api::Management] {
            let rows: Vec<Row> = rows().into_iter().filter(|row| row.api == api).collect();
            let columns = rows[0].cells.iter().map(|(column, _)| *column);
            for (number, column) in columns.enumerate() {
                let client = requests.caller(api, column, &other);
                for row in &rows {
                    let expected = row.cells[number].1;
                    let (method, path, body) = requests.make(api, row.endpoint).await;
                    let answer = client.send(method, &path, body.as_ref()).await;
                    if answer.status != expected {
                        wrong.push(format!("{} × {column}: {} instead of {expected}", row.endpoint, answer.status));
                    } else if api == Api::Scim && expected >= 400 {
                        assert_scim_error(&answer.json(), expected);
                    } else if expected >= 400 {
                        answer.problem(expected);
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{} cells differ:\n{}", wrong.len(), wrong.join("\n"));
    }
}
