//! The dependency arrows of `ARCHITECTURE.md`, checked against `cargo metadata`: inward only, and
//! no adapter knows another.

#![allow(
    clippy::unwrap_used,
    reason = "a test that can't read the workspace has to fail"
)]

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Which crate may depend on which, in what is shipped.
const ARROWS: &[(&str, &[&str])] = &[
    ("roster-domain", &[]),
    ("roster-scim", &[]),
    ("roster-application", &["roster-domain", "roster-scim"]),
    ("roster-store-kit", &["roster-domain", "roster-application"]),
    (
        "roster-store-postgres",
        &["roster-domain", "roster-application", "roster-store-kit"],
    ),
    (
        "roster-store-sqlite",
        &["roster-domain", "roster-application", "roster-store-kit"],
    ),
    ("roster-metadata", &["roster-domain", "roster-application"]),
    ("roster-saml", &["roster-domain", "roster-application"]),
    ("roster-keys", &["roster-domain", "roster-application"]),
    ("roster-web-kit", &["roster-domain", "roster-application"]),
    (
        "roster-http",
        &[
            "roster-domain",
            "roster-scim",
            "roster-application",
            "roster-web-kit",
        ],
    ),
    (
        "roster-console",
        &["roster-domain", "roster-application", "roster-web-kit"],
    ),
    (
        "roster-server",
        &[
            "roster-domain",
            "roster-application",
            "roster-store-postgres",
            "roster-store-sqlite",
            "roster-saml",
            "roster-keys",
            "roster-metadata",
            "roster-http",
            "roster-console",
        ],
    ),
];

/// The member that holds the black-box tests; nothing that is shipped may depend on it.
const TESTS: &str = "roster-tests";

/// What the inner crates must never pull in, directly: the world.
const WORLD: &[&str] = &[
    "tokio",
    "poem",
    "poem-openapi",
    "diesel",
    "diesel-async",
    "reqwest",
    "hyper",
];

fn shipped_dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let metadata = MetadataCommand::new()
        .manifest_path(manifest)
        .no_deps()
        .exec()
        .unwrap();
    metadata
        .workspace_packages()
        .into_iter()
        .map(|package| {
            let shipped = package
                .dependencies
                .iter()
                .filter(|d| d.kind != DependencyKind::Development);
            (
                package.name.to_string(),
                shipped.map(|d| d.name.clone()).collect(),
            )
        })
        .collect()
}

#[test]
fn every_crate_depends_only_where_its_arrows_point() {
    let found = shipped_dependencies();
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let known: BTreeSet<&str> = allowed.keys().copied().chain([TESTS]).collect();
    let present: BTreeSet<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(
        present, known,
        "the workspace's members differ from the arrows in this file"
    );
    for (name, arrows) in allowed {
        let ours = found[name]
            .iter()
            .filter(|dependency| found.contains_key(*dependency));
        for dependency in ours {
            assert!(
                arrows.contains(&dependency.as_str()),
                "{name} must not depend on {dependency}: no arrow in ARCHITECTURE.md points there"
            );
        }
    }
}

#[test]
fn the_rules_and_the_protocol_know_nothing_of_the_world() {
    let found = shipped_dependencies();
    for name in ["roster-domain", "roster-scim"] {
        for outside in WORLD.iter().chain(&["async-trait", "tracing"]) {
            assert!(
                !found[name].contains(*outside),
                "{name} must not depend on {outside}"
            );
        }
    }
    for outside in WORLD.iter().filter(|outside| **outside != "tokio") {
        assert!(
            !found["roster-application"].contains(*outside),
            "the application must not depend on {outside}"
        );
    }
}

#[test]
fn every_dependency_has_its_reason_in_the_table() {
    let page = include_str!("../../ARCHITECTURE.md");
    let (_, table) = page.split_once("## Dependencies").unwrap();
    let first_cells = table
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    let listed: BTreeSet<&str> = first_cells
        .filter(|cell| *cell != "crate" && !cell.starts_with("*tests:*"))
        .flat_map(|cell| cell.split(", "))
        .map(|name| name.split(' ').next().unwrap_or(name))
        .collect();
    let found = shipped_dependencies();
    let used: BTreeSet<&str> = found
        .iter()
        .filter(|(member, _)| *member != TESTS)
        .flat_map(|(_, dependencies)| dependencies)
        .map(String::as_str)
        .filter(|name| !found.contains_key(*name))
        .collect();
    let covers = |listed: &str, used: &str| match listed.strip_suffix('*') {
        Some(start) => used.starts_with(start),
        None => listed == used,
    };
    for used in &used {
        assert!(
            listed.iter().any(|listed| covers(listed, used)),
            "say in ARCHITECTURE.md why there is {used}"
        );
    }
    for listed in &listed {
        assert!(
            used.iter().any(|used| covers(listed, used)),
            "nothing uses {listed}: strike it from ARCHITECTURE.md"
        );
    }
}
