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

/// What is wrong with a migration of that name and store, beside others that are called `all`.
fn faults(store: &str, name: &str, sql: &str, all: &[String]) -> Vec<String> {
    let statements = statements(sql);
    match sql.lines().next() {
        Some("-- expand") => {
            let created: Vec<&str> = statements
                .iter()
                .filter_map(|statement| statement.strip_prefix("CREATE TABLE ")?.split(' ').next())
                .collect();
            let others = statements
                .iter()
                .filter(|statement| !expands(store, statement, &created));
            others
                .map(|statement| format!("does not only expand: {statement}"))
                .collect()
        }
        Some("-- contract") => {
            let needed = statements
                .iter()
                .find(|statement| statement.starts_with("UPDATE SCHEMA_COMPATIBILITY "));
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

/// Whether a statement only adds, so that a program which doesn't know of it goes on; `created` are the
/// tables that the same migration has made. What is not known to add is taken not to.
fn expands(store: &str, statement: &str, created: &[&str]) -> bool {
    let on_new_table = created.iter().any(|table| {
        statement.starts_with(&format!("ALTER TABLE {table} "))
            || statement.starts_with(&format!("INSERT INTO {table} "))
            || (statement.starts_with("CREATE ") && statement.contains(&format!(" ON {table} ")))
    });
    if statement.starts_with("CREATE TABLE ") || on_new_table {
        return true;
    }
    // SQLite is for one server, which migrates before it serves: nobody waits for an index.
    if statement.starts_with("CREATE INDEX ") {
        return store == "sqlite";
    }
    let Some(table) = statement.strip_prefix("ALTER TABLE ") else {
        return false;
    };
    let (_, actions) = table.split_once(' ').unwrap_or_default();
    let actions = actions.split(", ADD ").enumerate();
    let mut columns = actions.map(|(place, action)| {
        let action = if place == 0 {
            action.strip_prefix("ADD ")?
        } else {
            action
        };
        action.strip_prefix("COLUMN ")
    });
    columns.all(|column| {
        column.is_some_and(|column| {
            let has = |words: &str| column.contains(words);
            let restricts = [
                "UNIQUE",
                "CHECK",
                "REFERENCES",
                "PRIMARY KEY",
                "GENERATED",
                ", DROP ",
                ", ALTER ",
                ", RENAME ",
            ];
            !restricts.iter().any(|words| has(words)) && (!has("NOT NULL") || has("DEFAULT"))
        })
    })
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
            let faults = faults(store, name, sql, &names);
            assert!(faults.is_empty(), "{store}/{name}: {}", faults.join("; "));
        }
    }
}

#[test]
fn what_would_break_an_older_program_is_found() {
    let faults = |store: &str, statements: &str| {
        let sql = format!("-- expand\n-- why\n{statements};\n");
        faults(store, "2027-01-01-000009_it", &sql, &[])
    };
    for restricting in [
        "DROP TABLE users",
        "TRUNCATE users",
        "UPDATE users SET email = ''",
        "DROP TRIGGER audit_log_is_append_only ON audit_log",
        "CREATE UNIQUE INDEX one ON users (given_name)",
        "ALTER TABLE users DROP COLUMN email",
        "ALTER TABLE users DROP email",
        "alter table users\n    rename column email TO mail",
        "ALTER TABLE users ALTER COLUMN email TYPE varchar(10)",
        "ALTER TABLE users ALTER COLUMN email SET NOT NULL",
        "ALTER TABLE users ADD COLUMN title text NOT NULL",
        "ALTER TABLE users ADD title text NOT NULL",
        "ALTER TABLE users ADD COLUMN title text UNIQUE",
        "ALTER TABLE users ADD COLUMN a text NOT NULL DEFAULT '', ADD COLUMN b text NOT NULL",
        "ALTER TABLE users ADD COLUMN a text, DROP COLUMN email",
        "ALTER TABLE users ADD CONSTRAINT short CHECK (length(email) < 10)",
        "ALTER TABLE users ADD FOREIGN KEY (role_id) REFERENCES roles (id)",
        "UPDATE schema_compatibility SET oldest_migration = '20261125000004'",
    ] {
        for store in STORES {
            assert_eq!(
                faults(store, restricting).len(),
                1,
                "{store}: {restricting}"
            );
        }
    }
    let index = "CREATE INDEX many ON users (given_name)";
    assert_eq!(
        faults("postgres", index).len(),
        1,
        "it would stop who writes"
    );
    assert_eq!(faults("sqlite", index).len(), 0);
    for expanding in [
        "CREATE TABLE groups (id uuid PRIMARY KEY, name text NOT NULL); \
         CREATE UNIQUE INDEX one ON groups (name); ALTER TABLE groups ADD CHECK (name <> ''); \
         INSERT INTO groups VALUES (1, 'a')",
        "ALTER TABLE users ADD COLUMN title text, ADD COLUMN rank bigint NOT NULL DEFAULT 0",
        "-- DROP TABLE users;",
    ] {
        for store in STORES {
            let found = faults(store, expanding);
            assert!(found.is_empty(), "{store}: {expanding}: {found:?}");
        }
    }
}

#[test]
fn a_migration_says_of_which_kind_it_is() {
    let unmarked = faults(
        "postgres",
        "2027-01-01-000009_it",
        "CREATE TABLE t (n int);",
        &[],
    );
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
        faults("postgres", "2027-01-01-000009_b", &sql, &all)
    };
    assert_eq!(contract("20261125000004"), Vec::<String>::new());
    assert_eq!(contract("20270101000009").len(), 1);
    assert_eq!(contract("20261125000007").len(), 1);
    let silent = "-- contract\nALTER TABLE users DROP COLUMN email;";
    assert_eq!(
        faults("postgres", "2027-01-01-000009_b", silent, &all).len(),
        1
    );
}
