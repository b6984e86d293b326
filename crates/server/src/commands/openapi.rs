//! `roster openapi`: the documents that clients are generated from.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::Failure;
use crate::output;

/// Writes `scim.json`, `management.json` and `session.json` to `directory`, and prints their paths.
pub(super) fn run(directory: &Path) -> Result<(), Failure> {
    for path in write(directory)? {
        output::line(&path.display().to_string())?;
    }
    Ok(())
}

fn write(directory: &Path) -> Result<[PathBuf; 3], Failure> {
    let failed = |path: &Path, problem| Failure::Write {
        path: path.to_owned(),
        problem,
    };
    fs::create_dir_all(directory).map_err(|problem| failed(directory, problem))?;
    let paths = ["scim.json", "management.json", "session.json"].map(|name| directory.join(name));
    let documents = [
        roster_http::scim_document(),
        roster_http::management_document(),
        roster_http::session_document(),
    ];
    for (path, document) in paths.iter().zip(documents) {
        fs::write(path, pretty(&document)).map_err(|problem| failed(path, problem))?;
    }
    Ok(paths)
}

/// The document as it is kept under version control: indented, with a line break at its end.
fn pretty(document: &Value) -> String {
    format!("{document:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_are_written_the_same_each_time() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("made/for/it");
        let read = || {
            write(&path)
                .unwrap()
                .map(|path| fs::read_to_string(path).unwrap())
        };
        let first = read();
        assert_eq!(first, read());
        for text in first {
            assert!(text.ends_with("}\n"));
            let document: Value = serde_json::from_str(&text).unwrap();
            assert!(
                document["openapi"]
                    .as_str()
                    .is_some_and(|version| version.starts_with("3.")),
                "{document}"
            );
        }
    }
}
