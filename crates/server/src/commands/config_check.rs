//! `roster config check`: the settings in force. That they are right was seen when they were read.

use std::fmt::Write;

use crate::configuration::{Configuration, Database, Effective, SecretKeyPlace};
use crate::failure::Failure;
use crate::output;

/// Prints every setting as a line of TOML with its source, and beside it what is hardly meant.
pub(super) fn run(configuration: &Configuration) -> Result<(), Failure> {
    output::print(&describe(configuration))?;
    for warning in configuration.warnings() {
        output::note(&format!("Warning: {warning}"));
    }
    Ok(())
}

fn describe(configuration: &Configuration) -> String {
    let lines: Vec<(String, String)> = configuration
        .effective
        .iter()
        .map(|setting| match &setting.value {
            Some(value) => (
                format!("{} = {}", setting.key, toml_value(value)),
                setting.source.to_string(),
            ),
            None => (
                format!("#{} = \"\"", setting.key),
                unset(setting, configuration),
            ),
        })
        .collect();
    let width = lines
        .iter()
        .map(|(line, _)| line.chars().count())
        .max()
        .unwrap_or_default();
    lines
        .iter()
        .fold(String::new(), |mut text, (line, source)| {
            // Writing to a String does not fail.
            let _ = writeln!(text, "{line:width$}  # {source}");
            text
        })
}

/// Numbers and flags as they are, all else as a text.
fn toml_value(text: &str) -> String {
    if text.parse::<u64>().is_ok() || text.parse::<bool>().is_ok() {
        text.to_owned()
    } else {
        toml::Value::from(text).to_string()
    }
}

/// What holds instead of a setting that is not set.
fn unset(setting: &Effective, configuration: &Configuration) -> String {
    match (setting.key, &configuration.database) {
        ("public_url", _) => format!(
            "not set: {}",
            configuration.public_url(configuration.listen.port())
        ),
        ("database_url", Database::Sqlite(path)) => {
            format!("not set: SQLite in {}", path.display())
        }
        ("secret_key" | "secret_key_file", _) => match &configuration.secret_key {
            SecretKeyPlace::DataDir(path) => format!("not set: in {}", path.display()),
            SecretKeyPlace::Settings(_) | SecretKeyPlace::File(_) => "not set".to_owned(),
        },
        ("session_key_files", _) => "not set: made by Roster".to_owned(),
        ("metadata_allowed_networks", _) => "not set: public addresses only".to_owned(),
        ("metadata_ca_file", _) => "not set: the system's authorities alone".to_owned(),
        ("trusted_proxies", _) => "not set: X-Forwarded-For is ignored".to_owned(),
        ("log_format", _) => "not set: pretty on a terminal, json elsewhere".to_owned(),
        _ => "not set".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_can_be_read_back_as_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("roster.toml");
        std::fs::write(
            &path,
            "trusted_proxies = ['10.0.0.0/8', '::1']\nsession_key_files = ['new.pem', 'old.pem']\ndata_dir = '/a \"b\" #c'\n",
        )
        .unwrap();
        let configuration = Configuration::from_sources(Some(&path), []).unwrap();
        let printed = describe(&configuration);
        std::fs::write(&path, &printed).unwrap();
        let again = Configuration::from_sources(Some(&path), []).unwrap();
        assert_eq!(again.trusted_proxies, configuration.trusted_proxies);
        assert_eq!(again.database, configuration.database);
        assert_eq!(again.session_key_files, configuration.session_key_files);
        assert!(printed.contains("scim_rate_limit = 50"), "{printed}");
    }
}
