//! The reviewed table `tests/authorization.md`, cell by cell, against the running server; and
//! against the OpenAPI documents, so that no endpoint is without its row.

use std::collections::BTreeSet;
use std::process::Command;

use roster_tests::binary::binary;
use roster_tests::client::assert_scim_error;
use roster_tests::on_both_stores;
use roster_tests::tenant::{GOVERNING, Tenant};
use serde_json::Value;

use super::callers::{Callers, SESSIONS};
use super::requests::{Api, Requests, ends_its_caller};

const TABLE: &str = include_str!("../../../authorization.md");

struct Row {
    api: Api,
    /// Whether the API's document has this path.
    documented: bool,
    endpoint: &'static str,
    /// The name of each column, and the status in it.
    cells: Vec<(&'static str, u16)>,
}

impl Row {
    #[track_caller]
    fn status(&self, column: &str) -> u16 {
        let cell = self.cells.iter().find(|(name, _)| *name == column);
        cell.unwrap_or_else(|| panic!("{}: no column for {column}", self.endpoint))
            .1
    }

    fn is_write(&self) -> bool {
        !self.endpoint.starts_with("GET ")
    }
}

/// Reads the tables. Each stands in a section of its own, whose heading says what it is about.
fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let (mut section, mut columns) = (None, Vec::new());
    for line in TABLE.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            section = Some(match heading {
                "SCIM API" => (Api::Scim, true),
                "SCIM that is not offered" => (Api::Scim, false),
                "Management API" => (Api::Management, true),
                "The calling token itself" => (Api::Management, false),
                "Session API" => (Api::Session, true),
                other => panic!("tests/authorization.md has an unknown section {other}"),
            });
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
            let cells = columns.iter().zip(rest);
            let cells = cells.map(|(column, status)| (*column, status.parse().unwrap()));
            let (api, documented) = section.expect("a table in a section");
            rows.push(Row {
                api,
                documented,
                endpoint,
                cells: cells.collect(),
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
    for api in Api::ALL {
        let document = api.document();
        let rows = rows().into_iter().filter(|row| row.api == api);
        let (listed, beyond): (Vec<Row>, Vec<Row>) = rows.partition(|row| row.documented);
        let listed: BTreeSet<String> = listed.iter().map(|row| row.endpoint.to_owned()).collect();
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
        for row in beyond {
            assert!(
                !documented.contains(row.endpoint),
                "{}: {document} has it; move the row",
                row.endpoint
            );
        }
    }
}

#[test]
fn every_operation_on_a_token_has_its_row_for_self() {
    let endpoints: BTreeSet<_> = rows().into_iter().map(|row| row.endpoint).collect();
    for endpoint in endpoints
        .iter()
        .filter(|endpoint| endpoint.contains("/api-tokens/{id}"))
    {
        let itself = endpoint.replace("{id}", "self");
        assert!(endpoints.contains(itself.as_str()), "no row for {itself}");
    }
}

#[test]
fn no_caller_is_forgotten() {
    for row in rows() {
        let endpoint = row.endpoint;
        for permission in GOVERNING {
            row.status(permission);
        }
        for caller in [
            "no token",
            "unknown",
            "expired",
            "other tenant",
            "session ended",
        ] {
            assert_eq!(row.status(caller), 401, "{endpoint} × {caller}");
        }
        // A token opens no session, so it is not asked where it comes from.
        let outside = if row.api == Api::Session { 401 } else { 403 };
        assert_eq!(row.status("outside CIDR"), outside, "{endpoint}");
        if row.api == Api::Scim {
            for session in SESSIONS {
                assert_eq!(row.status(session), 401, "{endpoint} × {session}");
            }
            continue;
        }
        let admin = row.status("session Admin");
        let without = if row.is_write() { 403 } else { admin };
        assert_eq!(row.status("session without CSRF"), without, "{endpoint}");
        if row.api == Api::Management {
            assert_eq!(row.status("break-glass"), admin, "{endpoint}");
            if row.documented {
                assert_eq!(row.status("Admin"), admin, "{endpoint}");
                let nobody = row.status("no permission");
                assert_eq!(row.status("session no permission"), nobody, "{endpoint}");
            }
        }
    }
}

on_both_stores! {
    async fn every_cell_of_the_table_holds(backend: Backend) {
        let (tenant, other) = (Tenant::new(backend), Tenant::new(backend));
        let requests = Requests::new(&tenant);
        let callers = Callers::new(&tenant, &other).await;
        let rows = rows();
        let mut wrong = Vec::new();
        for (number, (column, _)) in rows[0].cells.iter().enumerate() {
            let mut caller = callers.of(column).await;
            for row in &rows {
                let (name, expected) = row.cells[number];
                assert_eq!(name, *column, "{}: the columns are in another order", row.endpoint);
                let request = requests.make(row.api, row.endpoint).await;
                let answer = caller.send(&tenant, row.api, request).await;
                if answer.status != expected {
                    wrong.push(format!("{} × {column}: {} instead of {expected}: {}", row.endpoint, answer.status, answer.text()));
                } else if row.api == Api::Scim && expected >= 400 {
                    assert_scim_error(&answer.json(), expected);
                } else if expected >= 400 {
                    answer.problem(expected);
                }
                if ends_its_caller(row.endpoint) {
                    caller = callers.of(column).await;
                }
            }
        }
        assert!(wrong.is_empty(), "{} cells differ:\n{}", wrong.len(), wrong.join("\n"));
    }
}
