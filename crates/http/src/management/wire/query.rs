//! Checks the parameters of lists, beyond what the framework checks.

use std::fmt::Display;

use roster_application::error::{Error, InvalidField};
use uuid::Uuid;

/// The longest text that can be looked for, in characters.
const LONGEST: usize = 256;

/// Collects what is wrong with a list's parameters.
#[derive(Default)]
pub(crate) struct Parameters(Vec<InvalidField>);

impl Parameters {
    /// Reads an optional parameter.
    pub(crate) fn read<T, E: Display>(
        &mut self,
        name: &str,
        value: Option<String>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match parse(&value?) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.0.push(InvalidField {
                    field: name.to_owned(),
                    problem: problem.to_string(),
                });
                None
            }
        }
    }

    /// Reads a parameter that may be given several times.
    pub(crate) fn read_all<T, E: Display>(
        &mut self,
        name: &str,
        values: Vec<String>,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Vec<T> {
        let values = values.into_iter();
        values
            .filter_map(|value| self.read(name, Some(value), &parse))
            .collect()
    }

    /// Says what was wrong, if anything was.
    pub(crate) fn finish(self) -> Result<(), Error> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(self.0))
        }
    }
}

/// A text to look for. What no stored text can hold is refused before it reaches a database.
pub(crate) fn search_text(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err("contains a control character; remove it".to_owned());
    }
    if text.chars().count() > LONGEST {
        return Err(format!("is longer than {LONGEST} characters"));
    }
    Ok(text.to_owned())
}

/// The id of what a list is narrowed down to.
pub(crate) fn id(text: &str) -> Result<Uuid, &'static str> {
    Uuid::try_parse(text).map_err(|_| "is not an id such as 0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_text_is_one_that_could_be_found() {
        assert_eq!(search_text(" Ada ").as_deref(), Ok("Ada"));
        assert!(search_text("a\0b").is_err());
        assert!(search_text(&"é".repeat(257)).is_err());
        assert!(search_text(&"é".repeat(256)).is_ok());
    }

    #[test]
    fn all_bad_parameters_are_told_at_once() {
        let mut parameters = Parameters::default();
        for name in ["email", "contains"] {
            assert_eq!(
                parameters.read(name, Some("\0".to_owned()), search_text),
                None
            );
        }
        assert_eq!(parameters.read("actor", None, search_text), None);
        let Err(Error::Invalid(fields)) = parameters.finish() else {
            panic!("accepted")
        };
        assert_eq!(fields.len(), 2);
    }
}
