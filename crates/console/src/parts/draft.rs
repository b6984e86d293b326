//! What stands in a form. It begins with what is stored; when it was sent and can't be accepted, it
//! holds what was typed, what is wrong about it, and, if somebody changed the record meanwhile, what
//! is stored now.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;

use poem::http::StatusCode;
use roster_application::error::{Error, InvalidField};
use roster_domain::id::Version;
use roster_web_kit::form::Form;

use super::refusal;
use crate::entrance::CSRF_FIELD;

/// The field that says on which version of a record a form was filled in.
pub(crate) const VERSION_FIELD: &str = "version";

/// Of how many lines of a field is told what is wrong: whoever sends a hundred thousand knows.
const MOST_TOLD: usize = 10;

/// What a ticked box sends.
pub(crate) const TICKED: &str = "on";

/// The content of a form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    values: HashMap<String, String>,
    problems: BTreeMap<String, String>,
    general: Vec<String>,
    meanwhile: HashMap<String, String>,
    stale: bool,
    late: bool,
}

impl Draft {
    /// What is stored.
    pub(crate) fn stored<'a>(values: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let values = values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        Self {
            values: values.collect(),
            ..Self::default()
        }
    }

    /// What was typed, with the line ends of what is stored: browsers send others.
    pub(crate) fn typed(form: &Form) -> Self {
        let fields = form.fields().filter(|(name, _)| *name != CSRF_FIELD);
        Self::stored(fields.map(|(name, value)| (name, value.replace("\r\n", "\n"))))
    }

    /// Ticks a box.
    pub(crate) fn tick(&mut self, name: &str) {
        self.set(name, TICKED);
    }

    /// Another value in a field.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.insert(name.to_owned(), value.into());
    }

    /// The text in a field; empty if there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.values
            .get(name)
            .map(String::as_str)
            .unwrap_or_default()
    }

    /// Whether a box is ticked.
    pub(crate) fn ticked(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    /// What follows `prefix` in the names of the ticked boxes, in alphabetical order.
    pub(crate) fn ticked_below<'a>(&'a self, prefix: &'a str) -> Vec<&'a str> {
        let names = self.values.keys();
        let mut ticked: Vec<&str> = names
            .filter(|name| self.ticked(name))
            .filter_map(|name| name.strip_prefix(prefix))
            .collect();
        ticked.sort_unstable();
        ticked
    }

    /// The lines of a field with several, without those that are empty.
    pub(crate) fn lines(&self, name: &str) -> Vec<String> {
        let lines = self.text(name).lines().map(str::trim);
        lines
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// The version that the form was filled in on.
    pub(crate) fn version(&self) -> Option<Version> {
        self.text(VERSION_FIELD).parse().ok().map(Version::new)
    }

    /// Reads a field, or notes what is wrong with it. `label` is what the page calls it.
    pub(crate) fn read<T, E: Display>(
        &mut self,
        name: &str,
        label: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match parse(self.text(name)) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.refuse(name, sentence(label, &problem));
                None
            }
        }
    }

    /// Reads each of `texts`, or notes beside the field `name` what is wrong with the first few that
    /// can't be read, each with a sentence.
    pub(crate) fn read_each<T>(
        &mut self,
        name: &str,
        texts: Vec<String>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let (mut values, mut wrong) = (Vec::new(), 0);
        for text in texts {
            match parse(&text) {
                Ok(value) => values.push(value),
                Err(_) if wrong == MOST_TOLD => {
                    self.refuse(name, "There is more that can't be read.");
                    return None;
                }
                Err(problem) => {
                    self.refuse(name, problem);
                    wrong += 1;
                }
            }
        }
        (wrong == 0).then_some(values)
    }

    /// Notes what is wrong with a field: a sentence, after those that stand there already.
    pub(crate) fn refuse(&mut self, name: &str, problem: impl Into<String>) {
        let problem = problem.into();
        self.problems
            .entry(name.to_owned())
            .and_modify(|before| {
                before.push(' ');
                before.push_str(&problem);
            })
            .or_insert(problem);
    }

    /// Notes why the whole can't be accepted.
    pub(crate) fn refuse_whole(&mut self, reason: impl Into<String>) {
        self.general.push(reason.into());
    }

    /// Takes what came of saving the record: `true` if it was saved; else the form says why not. What
    /// is stored now is only looked at when somebody was faster.
    ///
    /// # Errors
    /// The error, if the form can't do anything about it.
    pub(crate) async fn saved<T>(
        &mut self,
        outcome: Result<T, Error>,
        stored: impl Future<Output = Result<Self, Error>>,
    ) -> Result<bool, Error> {
        match outcome {
            Ok(_) => return Ok(true),
            Err(Error::VersionMismatch) => self.outdated_by(&stored.await?),
            Err(error) => self.object(error)?,
        }
        Ok(false)
    }

    /// Takes what came of replacing something whole: `None` if it was not replaced, and the form says
    /// why; `late` is what it says when somebody was faster.
    ///
    /// # Errors
    /// The error, if the form can't do anything about it.
    pub(crate) fn replaced<T>(
        &mut self,
        outcome: Result<T, Error>,
        late: &str,
    ) -> Result<Option<T>, Error> {
        match outcome {
            Ok(done) => return Ok(Some(done)),
            Err(Error::VersionMismatch) => self.outdated(late),
            Err(error) => self.object(error)?,
        }
        Ok(None)
    }

    /// Notes that the record was changed since a form was filled in that replaces something whole, so
    /// that there is nothing to compare.
    fn outdated(&mut self, reason: &str) {
        self.refuse_whole(reason);
        self.late = true;
    }

    /// Notes what a use case said against it, beside the field that it is about. What is no fault of
    /// whoever typed is given back.
    ///
    /// # Errors
    /// The error, if the form can't do anything about it.
    pub(crate) fn object(&mut self, error: Error) -> Result<(), Error> {
        match error {
            Error::Invalid(fields) => {
                for InvalidField { field, problem } in fields {
                    let text = sentence(refusal::label(&field), &problem);
                    self.refuse(refusal::field_named(&field), text);
                }
                Ok(())
            }
            Error::Refused(refused) => {
                match refusal::field_of(&refused) {
                    Some(name) => self.refuse(name, refused.to_string()),
                    None => self.refuse_whole(refused.to_string()),
                }
                Ok(())
            }
            other => Err(other),
        }
    }

    /// Notes that the record was changed since the form was filled in: what was typed stays, what is
    /// stored now stands beside it, and sending the form again means it.
    pub(crate) fn outdated_by(&mut self, stored: &Self) {
        let names = self.values.keys().chain(stored.values.keys());
        let differing: Vec<String> = names
            .filter(|name| name.as_str() != VERSION_FIELD && self.text(name) != stored.text(name))
            .cloned()
            .collect();
        for name in differing {
            self.meanwhile
                .insert(name.clone(), stored.text(&name).to_owned());
        }
        self.set(VERSION_FIELD, stored.text(VERSION_FIELD));
        self.stale = true;
    }

    /// What is wrong with a field.
    pub(crate) fn problem(&self, name: &str) -> Option<&str> {
        self.problems.get(name).map(String::as_str)
    }

    /// What is stored in place of what was typed.
    pub(crate) fn meanwhile(&self, name: &str) -> Option<&str> {
        self.meanwhile.get(name).map(String::as_str)
    }

    /// Why the whole can't be accepted.
    pub(crate) fn general(&self) -> &[String] {
        &self.general
    }

    /// The names of the fields with problems.
    pub(crate) fn problems(&self) -> impl Iterator<Item = (&str, &str)> {
        self.problems
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Whether the record was changed since the form was filled in.
    pub(crate) fn is_stale(&self) -> bool {
        self.stale
    }

    /// Whether somebody was faster, also with what there is nothing to compare of.
    pub(crate) fn is_outdated(&self) -> bool {
        self.stale || self.late
    }

    /// The status of a page that shows the form: 409 for one that somebody was faster than, 422 for one
    /// that can't be accepted.
    pub(crate) fn status(&self) -> StatusCode {
        if self.is_outdated() {
            StatusCode::CONFLICT
        } else if self.is_sound() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }

    /// Whether nothing is wrong so far.
    pub(crate) fn is_sound(&self) -> bool {
        self.problems.is_empty() && self.general.is_empty() && !self.stale
    }
}

/// A sentence of a label and of what is wrong, which goes on from there.
fn sentence(label: &str, problem: &impl Display) -> String {
    let problem = problem.to_string();
    format!("{label} {}.", problem.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use roster_domain::text::RoleName;

    use super::*;

    #[test]
    fn what_was_typed_stays_and_says_what_is_wrong() {
        let mut draft = Draft::stored([("name", "  ".to_owned()), ("note", "kept".to_owned())]);
        assert_eq!(draft.read("name", "The name", RoleName::new), None);
        assert_eq!(draft.problem("name"), Some("The name must not be empty."));
        assert_eq!((draft.text("note"), draft.is_sound()), ("kept", false));
    }

    #[test]
    fn of_many_lines_that_cant_be_read_a_few_are_told() {
        let lines = |count: usize| (1..=count).map(|line| line.to_string()).collect();
        let wrong = |line: &str| Err::<(), _>(format!("{line} is wrong."));
        let mut draft = Draft::default();
        assert_eq!(draft.read_each("all", lines(0), wrong), Some(Vec::new()));
        assert_eq!(draft.read_each("few", lines(2), wrong), None);
        assert_eq!(draft.problem("few"), Some("1 is wrong. 2 is wrong."));
        assert_eq!(draft.read_each("many", lines(100_000), wrong), None);
        let told = draft.problem("many").unwrap();
        assert!(
            told.ends_with("10 is wrong. There is more that can't be read."),
            "{told}"
        );
        let right = |line: &str| line.parse::<usize>().map_err(|error| error.to_string());
        assert_eq!(draft.read_each("right", lines(2), right), Some(vec![1, 2]));
    }

    #[test]
    fn a_stale_form_shows_both_values_and_can_be_sent_again() {
        let mut typed = Draft::stored([
            ("version", "3".to_owned()),
            ("name", "Mine".to_owned()),
            ("same", "x".to_owned()),
        ]);
        let mut stored = Draft::stored([
            ("version", "4".to_owned()),
            ("name", "Theirs".to_owned()),
            ("same", "x".to_owned()),
        ]);
        stored.tick("box");
        typed.outdated_by(&stored);
        assert_eq!(
            (typed.text("name"), typed.meanwhile("name")),
            ("Mine", Some("Theirs"))
        );
        assert_eq!(typed.meanwhile("same"), None);
        assert_eq!(typed.meanwhile("box"), Some(TICKED));
        assert_eq!(typed.version(), Some(Version::new(4)));
        assert!(!typed.is_sound() && typed.is_stale());
        assert_eq!(typed.status(), StatusCode::CONFLICT);
    }
}
