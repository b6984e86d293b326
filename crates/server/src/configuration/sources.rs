//! Where settings are found: which text each has, and who said so. Nothing is parsed here; but a
//! name that is no setting stops the start, since a mistyped one would be ignored in silence.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use super::SettingError;
use super::settings::{FILE_VARIABLE, PREFIX, SETTINGS, Setting};

/// Who set a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// Nobody.
    Default,
    /// The file.
    File(PathBuf),
    /// The environment.
    Environment,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => path.display().fmt(f),
            Self::Environment => f.write_str("environment"),
        }
    }
}

/// A setting's text, with its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    /// As it was written, without the white space around it.
    pub(crate) text: String,
    /// Who wrote it.
    pub(crate) source: Source,
}

/// Every setting that somebody set.
#[derive(Debug, Default)]
pub(crate) struct Sources(BTreeMap<&'static str, Given>);

impl Sources {
    /// Reads the file, if one is named, and the environment over it.
    ///
    /// # Errors
    /// [`SettingError`] for a file that can't be read or parsed, and for unknown names.
    pub(crate) fn read(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, SettingError> {
        let (variables, named_file) = variables(environment)?;
        let mut given = match file.or(named_file.as_deref()) {
            Some(path) => file_values(path)?,
            None => BTreeMap::new(),
        };
        given.extend(variables);
        Ok(Self(given))
    }

    /// What was said about `setting`; its default when nobody said anything. `None`: it has none.
    pub(crate) fn get(&self, setting: &Setting) -> Option<Given> {
        let default = || Given {
            text: setting.default.to_owned(),
            source: Source::Default,
        };
        self.0
            .get(setting.key)
            .cloned()
            .or_else(|| (!setting.default.is_empty()).then(default))
    }
}

type Values = BTreeMap<&'static str, Given>;

/// The settings of the environment, and the file that it names.
fn variables(
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<(Values, Option<PathBuf>), SettingError> {
    let (mut values, mut file) = (Values::new(), None);
    for (name, value) in environment {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
            continue;
        };
        if name == FILE_VARIABLE {
            file = (!value.is_empty()).then(|| PathBuf::from(value));
            continue;
        }
        let setting = SETTINGS.iter().find(|setting| setting.variable() == name);
        let text = value.to_str();
        match (setting, text) {
            (Some(setting), Some(text)) => {
                let text = text.trim().to_owned();
                if !text.is_empty() {
                    values.insert(
                        setting.key,
                        Given {
                            text,
                            source: Source::Environment,
                        },
                    );
                }
            }
            (Some(_), None) => {
                return Err(SettingError::NotText {
                    variable: name.to_owned(),
                });
            }
            (None, text) if is_service_link(name, text.unwrap_or_default()) => {}
            (None, _) => {
                let candidates = SETTINGS.iter().map(Setting::variable);
                return Err(SettingError::UnknownVariable {
                    variable: name.to_owned(),
                    hint: hint(name, candidates, "`roster serve --help` lists them."),
                });
            }
        }
    }
    Ok((values, file))
}

/// Whether Kubernetes set the variable: for a Service called `roster` or `roster-…` it gives the
/// pods beside it `ROSTER_SERVICE_HOST`, `ROSTER_PORT=tcp://…`, `ROSTER_PORT_8080_TCP_ADDR` and
/// the like.
fn is_service_link(name: &str, value: &str) -> bool {
    let service = name.ends_with("_SERVICE_HOST") || name.contains("_SERVICE_PORT");
    let protocol = ["_TCP", "_UDP", "_SCTP"];
    let port = ["tcp://", "udp://", "sctp://"]
        .iter()
        .any(|scheme| value.starts_with(scheme))
        || protocol
            .iter()
            .any(|p| name.ends_with(p) || name.contains(&format!("{p}_")));
    service || (port && name.contains("_PORT"))
}

/// The settings of a TOML file.
fn file_values(path: &Path) -> Result<Values, SettingError> {
    let invalid = |problem: String| SettingError::File {
        path: path.to_owned(),
        problem,
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| invalid(format!("can't be read: {error}")))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error
            .span()
            .and_then(|span| text.get(..span.start))
            .unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        invalid(format!("is not TOML, line {line}: {}", error.message()))
    })?;
    let mut values = Values::new();
    for (key, value) in table {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else {
            let candidates = SETTINGS.iter().map(|setting| setting.key.to_owned());
            let hint = hint(&key, candidates, "roster.example.toml lists them.");
            return Err(SettingError::UnknownKey {
                path: path.to_owned(),
                key,
                hint,
            });
        };
        let text = text_of(&value).ok_or_else(|| {
            invalid(format!(
                "has a {} as {key}; write a text, a number, true or false",
                value.type_str()
            ))
        })?;
        values.insert(
            setting.key,
            Given {
                text,
                source: Source::File(path.to_owned()),
            },
        );
    }
    Ok(values)
}

/// A TOML value as the environment would have it; a list with commas.
fn text_of(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.trim().to_owned()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        toml::Value::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(text_of).collect();
            Some(items?.join(", "))
        }
        _ => None,
    }
}

/// The setting that was probably meant, or where they are listed.
fn hint(name: &str, candidates: impl Iterator<Item = String>, otherwise: &str) -> String {
    const NEAR_ENOUGH: f64 = 0.7;
    candidates
        .map(|candidate| {
            (
                strsim::normalized_damerau_levenshtein(name, &candidate),
                candidate,
            )
        })
        .filter(|(score, _)| *score >= NEAR_ENOUGH)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map_or_else(
            || otherwise.to_owned(),
            |(_, nearest)| format!("Did you mean {nearest}?"),
        )
}
