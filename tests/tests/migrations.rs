//! The rule by which servers of two versions work on one database (`docs/upgrades.md`): a migration
//! either *expands* the schema, and programs that don't know it go on, or it *contracts* it, and says
//! which programs have stopped to use what it takes away. Checked here is what can be read off the
//! statements; `tests/upgrade` runs the programs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Since when there is somebody to be compatible with.
const SINCE: &str = "2026-11-25-000004";

const STORES: [&str; 2] = ["postgres", "sqlite"];

/// The statements of a migration: without comments, in upper case, one space between words.
fn statements(sql: &str) -> Vec<String> {
    let lines = sql.lines().map(|line| line.split("--").next().unwrap());
    let text = lines.collect::<Vec<_>>().join(" ").to_uppercase();
    text.split(';')
        .map(|statement| statement.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|statement| !statement.is_empty())
        .collect()
}

/// What is wrong with a migration of that name, beside others that are called `all`.
fn faults(name: &str, sql: &str, all: &[String]) -> Vec<String> {
    let statements = statements(sql);
    let compatibility = |statement: &&String| statement.starts_with("UPDATE SCHEMA_COMPATIBILITY ");
    match sql.lines().next() {
        Some("-- expand") => {
            let created: Vec<&str> = statements
                .iter()
                .filter_map(|statement| statement.strip_prefix("CREATE TABLE ")?.split(' ').next())
                .collect();
            let restricting = statements
                .iter()
                .filter(|statement| restricts(statement, &created) || compatibility(statement));
            restricting
                .map(|statement| format!("does not expand: {statement}"))
                .collect()
        }
        Some("-- contract") => {
            let needed = statements.iter().find(compatibility);
            let Some(needed) = needed.and_then(|statement| statement.split('\'').nth(1)) else {
                return vec!["does not say in schema_compatibility who can't use it".to_owned()];
            };
            let earlier = all
                .iter()
                .filter(|other| other.as_str() < name)
                .any(|other| version(other) == needed);
            if earlier {
                Vec::new()
            } else {
                vec![format!(
                    "{needed} is no earlier migration: the version before could not run beside it"
                )]
            }
        }
        _ => vec!["begins with neither `-- expand` nor `-- contract`".to_owned()],
    }
}

/// Whether a statement takes away or forbids what a program that doesn't know it may do, or makes it
/// wait; `created` are the tables that the same migration has made.
fn restricts(statement: &str, created: &[&str]) -> bool {
    let on_new_table = created.iter().any(|table| {
        statement.starts_with(&format!("ALTER TABLE {table} "))
            || statement.contains(&format!(" ON {table} "))
    });
    if on_new_table {
        return false;
    }
    let has = |words: &str| statement.contains(words);
    let index = statement.starts_with("CREATE INDEX") && !has(" CONCURRENTLY ");
    let column = statement.split("ADD COLUMN").skip(1);
    let column = column.map(|column| column.split(", ADD").next().unwrap());
    let mut required =
        column.filter(|column| column.contains("NOT NULL") && !column.contains("DEFAULT"));
    statement.starts_with("DROP TABLE")
        || statement.starts_with("DROP INDEX")
        || statement.starts_with("CREATE UNIQUE INDEX")
        || (statement.starts_with("ALTER TABLE")
            && (has(" DROP COLUMN ")
                || has(" RENAME ")
                || has(" TYPE ")
                || has(" SET NOT NULL")
                || has(" DROP DEFAULT")
                || has(" ADD CONSTRAINT ")
                || has(" ADD CHECK ")
                || has(" ADD UNIQUE ")))
        || required.next().is_some()
        || index
}

/// As diesel writes it down: the digits of the name's beginning.
fn version(name: &str) -> String {
    name.split('_').next().unwrap().replace('-', "")
}

fn migrations(store: &str) -> BTreeMap<String, String> {
    let directory = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations")).join(store);
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (
                name,
                fs::read_to_string(entry.path().join("up.sql")).unwrap(),
            )
        })
        .collect()
}

#[test]
fn both_stores_have_the_same_migrations() {
    let [postgres, sqlite] = STORES.map(|store| migrations(store).into_keys().collect::<Vec<_>>());
    assert!(postgres.len() >= 4);
    assert_eq!(postgres, sqlite);
}

#[test]
fn every_migration_expands_or_says_who_is_left_behind() {
    for store in STORES {
        let found = migrations(store);
        let names: Vec<String> = found.keys().cloned().collect();
        for (name, sql) in found.iter().filter(|(name, _)| name.as_str() >= SINCE) {
            let faults = faults(name, sql, &names);
            assert!(faults.is_empty(), "{store}/{name}: {}", faults.join("; "));
        }
    }
}

#[test]
fn what_would_break_an_older_program_is_found() {
    for restricting in [
        "DROP TABLE users",
        "ALTER TABLE users DROP COLUMN email",
        "alter table users\n    rename column email TO mail",
        "ALTER TABLE users ALTER COLUMN email TYPE varchar(10)",
        "ALTER TABLE users ALTER COLUMN email SET NOT NULL",
        "ALTER TABLE users ADD COLUMN title text NOT NULL",
        "ALTER TABLE users ADD COLUMN a text NOT NULL DEFAULT '', ADD COLUMN b text NOT NULL",
        "ALTER TABLE users ADD CONSTRAINT short CHECK (length(email) < 10)",
        "CREATE UNIQUE INDEX one ON users (given_name)",
        "CREATE INDEX many ON users (given_name)",
        "UPDATE schema_compatibility SET oldest_migration = '20261125000004'",
    ] {
        let sql = format!("-- expand\n-- why\n{restricting};\n");
        let found = faults("2027-01-01-000009_it", &sql, &[]);
        assert_eq!(found.len(), 1, "{restricting}");
    }
    for expanding in [
        "CREATE TABLE groups (id uuid PRIMARY KEY, name text NOT NULL); \
         CREATE UNIQUE INDEX one ON groups (name); ALTER TABLE groups ADD CHECK (name <> '')",
        "ALTER TABLE users ADD COLUMN title text, ADD COLUMN rank bigint NOT NULL DEFAULT 0",
        "CREATE INDEX CONCURRENTLY many ON users (given_name)",
        "-- DROP TABLE users;",
    ] {
        let sql = format!("-- expand\n{expanding};\n");
        let found = faults("2027-01-01-000009_it", &sql, &[]);
        assert!(found.is_empty(), "{expanding}: {found:?}");
    }
    let unmarked = faults("2027-01-01-000009_it", "DROP TABLE users;", &[]);
    assert_eq!(unmarked.len(), 1);
}

#[test]
fn a_contraction_names_an_earlier_migration() {
    let all = ["2026-11-25-000004_a", "2027-01-01-000009_b"].map(str::to_owned);
    let contract = |needed: &str| {
        let sql = format!(
            "-- contract\nALTER TABLE users DROP COLUMN email;\n\
             UPDATE schema_compatibility SET oldest_migration = '{needed}';"
        );
        faults("2027-01-01-000009_b", &sql, &all)
    };
    assert_eq!(contract("20261125000004"), Vec::<String>::new());
    assert_eq!(contract("20270101000009").len(), 1);
    assert_eq!(contract("20261125000007").len(), 1);
    let silent = "-- contract\nALTER TABLE users DROP COLUMN email;";
    assert_eq!(faults("2027-01-01-000009_b", silent, &all).len(), 1);
}
