//! Whether the schema of a database serves this program: it may be of an older version, or of a newer
//! one, beside which or after which this program runs during an upgrade or on the way back from it.
//!
//! A newer schema serves as long as it has taken nothing away that this program uses. Which
//! migration a program must know for that is in the table `schema_compatibility`.

use std::collections::BTreeSet;

/// How a schema that serves stands to this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is the one that this program knows.
    Current,
    /// A newer version has added to it what this program doesn't use: these migrations.
    Ahead(Vec<String>),
}

/// The schema does not serve this program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// Migrations were not run.
    #[error("the schema lacks {}: run `roster migrate` with this version of Roster", .0.join(", "))]
    Behind(Vec<String>),
    /// A newer version has taken away what this program uses.
    #[error("the schema is newer than this program, and serves only versions that know the migration {needed} (this one does not know {}): run the version of Roster that migrated the database, or a later one", unknown.join(", "))]
    Contracted {
        /// The migration that a program must know.
        needed: String,
        /// Those that this program does not know.
        unknown: Vec<String>,
    },
}

/// How a database whose migrations are `found` stands to a program whose migrations are `known`.
/// `needed` is what the database says that a program must know, if it says so.
///
/// # Errors
/// [`SchemaError`], if it does not serve.
pub fn compare(
    known: &BTreeSet<String>,
    found: &BTreeSet<String>,
    needed: Option<&str>,
) -> Result<Standing, SchemaError> {
    let unknown: Vec<String> = found.difference(known).cloned().collect();
    if let Some(last) = unknown.last()
        && !needed.is_some_and(|needed| known.contains(needed))
    {
        return Err(SchemaError::Contracted {
            needed: needed.unwrap_or(last).to_owned(),
            unknown,
        });
    }
    let missing: Vec<String> = known.difference(found).cloned().collect();
    if !missing.is_empty() {
        return Err(SchemaError::Behind(missing));
    }
    Ok(match unknown.is_empty() {
        true => Standing::Current,
        false => Standing::Ahead(unknown),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn list(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_schema_of_this_program_is_current() {
        let known = set(&["1", "2"]);
        assert_eq!(compare(&known, &known, Some("1")), Ok(Standing::Current));
        assert_eq!(compare(&known, &known, None), Ok(Standing::Current));
    }

    #[test]
    fn an_older_schema_does_not_serve() {
        let known = set(&["1", "2", "3"]);
        for needed in [None, Some("1")] {
            let found = compare(&known, &set(&["1"]), needed);
            assert_eq!(found, Err(SchemaError::Behind(list(&["2", "3"]))));
        }
    }

    #[test]
    fn a_newer_schema_serves_as_long_as_it_needs_no_more_than_is_known() {
        let (known, found) = (set(&["1", "2"]), set(&["1", "2", "3", "4"]));
        let ahead = Ok(Standing::Ahead(list(&["3", "4"])));
        assert_eq!(compare(&known, &found, Some("1")), ahead);
        assert_eq!(compare(&known, &found, Some("2")), ahead);
        for (needed, named) in [(Some("3"), "3"), (None, "4")] {
            let refused = SchemaError::Contracted {
                needed: named.to_owned(),
                unknown: list(&["3", "4"]),
            };
            assert_eq!(compare(&known, &found, needed), Err(refused));
        }
    }

    #[test]
    fn a_schema_that_is_newer_and_lacks_something_does_not_serve() {
        let found = compare(&set(&["1", "2"]), &set(&["1", "3"]), Some("1"));
        assert_eq!(found, Err(SchemaError::Behind(list(&["2"]))));
    }
}
