//! The program under test: the binary that was built from this very tree.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The binary under test.
///
/// # Panics
/// When it was not built, or is older than its sources; the message names the command.
#[must_use]
pub fn binary() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        if let Some(chosen) = std::env::var_os("ROSTER_BIN") {
            return fs::canonicalize(&chosen).expect("ROSTER_BIN names no file");
        }
        let test = std::env::current_exe().unwrap();
        // target/<profile>/deps/black_box-…, or another binary, beside target/<profile>/roster
        let directory = test.parent().unwrap();
        let profile = match directory.file_name() {
            Some(name) if name == "deps" => directory.parent().unwrap(),
            _ => directory,
        };
        let binary = profile.join("roster");
        let build = match profile.file_name().and_then(|name| name.to_str()) {
            Some("release") => "cargo build -p roster-server --release",
            _ => "cargo build -p roster-server",
        };
        assert!(
            binary.is_file(),
            "{} is missing. Build it with: {build}",
            binary.display()
        );
        if let Some(newer) = newer_source(&binary) {
            panic!(
                "{} is older than {newer}. Build it with: {build}",
                binary.display()
            );
        }
        binary
    })
}

/// A source that changed since the binary was linked, by the list that cargo keeps beside it.
fn newer_source(binary: &Path) -> Option<String> {
    let built = fs::metadata(binary).ok()?.modified().ok()?;
    let list = fs::read_to_string(binary.with_extension("d")).ok()?;
    let (_, sources) = list.split_once(": ")?;
    let newer = |source: &&str| {
        fs::metadata(source)
            .and_then(|m| m.modified())
            .is_ok_and(|changed| changed > built)
    };
    sources.split_whitespace().find(newer).map(str::to_owned)
}

/// Bytes of a program's output as text.
#[must_use]
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
