//! Reads the fields of a JSON object strictly and collects everything that is wrong with them, so
//! that a client learns of all of it at once.

use std::fmt::Display;

use roster_application::error::InvalidField;
use roster_domain::refusal::excerpt;
use roster_domain::user::Field;
use serde_json::{Map, Value};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// The most values that a list may hold.
const LONGEST_LIST: usize = 200;

/// The fields of one object. Each reader takes its field out; [`Fields::finish`] refuses the rest.
pub(crate) struct Fields {
    left: Map<String, Value>,
    known: Vec<&'static str>,
    problems: Vec<InvalidField>,
}

impl Fields {
    pub(crate) const fn new(fields: Map<String, Value>) -> Self {
        Self {
            left: fields,
            known: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Everything that is wrong; nothing, if it is empty.
    pub(crate) fn finish(mut self) -> Vec<InvalidField> {
        for name in self.left.keys() {
            let field = excerpt(name);
            let problem = format!(
                "is not a field of this request; allowed are {}",
                self.known.join(", ")
            );
            self.problems.push(InvalidField { field, problem });
        }
        self.problems
    }

    /// Notes a problem if `name` is absent. To be called before the field is read.
    pub(crate) fn require(&mut self, name: &'static str) {
        if !self.left.contains_key(name) {
            self.note(name, "is missing");
        }
    }

    /// A text; absent keeps.
    pub(crate) fn text<T, E: Display>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match self.take(name)? {
            Value::String(text) => self.parsed(name, parse(&text)),
            other => self.mistyped(name, "a text", &other),
        }
    }

    /// A text that `null` clears; absent keeps.
    pub(crate) fn clearable<T, E: Display>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Field<T> {
        let read = match self.take(name) {
            None => return Field::Keep,
            Some(Value::Null) => return Field::Clear,
            Some(Value::String(text)) => self.parsed(name, parse(&text)),
            Some(other) => self.mistyped(name, "a text, or null to clear it", &other),
        };
        read.map_or(Field::Keep, Field::Set)
    }

    /// A yes or no; absent keeps.
    pub(crate) fn flag(&mut self, name: &'static str) -> Option<bool> {
        match self.take(name)? {
            Value::Bool(flag) => Some(flag),
            other => self.mistyped(name, "true or false", &other),
        }
    }

    /// A whole number of at least 0; absent keeps.
    pub(crate) fn number(&mut self, name: &'static str) -> Option<u32> {
        let value = self.take(name)?;
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        if number.is_none() {
            self.note(
                name,
                &format!(
                    "must be a whole number from 0 to {}, not {}",
                    u32::MAX,
                    type_name(&value)
                ),
            );
        }
        number
    }

    /// A list of texts; absent keeps.
    pub(crate) fn texts<T, E: Display>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Vec<T>> {
        let values = match self.take(name)? {
            Value::Array(values) => values,
            other => return self.mistyped(name, "a list of texts", &other),
        };
        if values.len() > LONGEST_LIST {
            let problem = format!(
                "holds {} values; at most {LONGEST_LIST} are allowed",
                values.len()
            );
            self.note(name, &problem);
            return None;
        }
        let mut all = Vec::with_capacity(values.len());
        for (index, value) in values.iter().enumerate() {
            let element = format!("{name}[{index}]");
            let read = match value {
                Value::String(text) => self.parsed(&element, parse(text)),
                other => self.mistyped(&element, "a text", other),
            };
            all.extend(read);
        }
        (all.len() == values.len()).then_some(all)
    }

    /// A time of RFC 3339, brought to UTC; `Some(None)`: cleared by `null`; absent keeps.
    pub(crate) fn time(&mut self, name: &'static str) -> Option<Option<OffsetDateTime>> {
        match self.take(name)? {
            Value::Null => Some(None),
            Value::String(text) => self.parsed(name, utc_time(&text)).map(Some),
            other => self.mistyped(
                name,
                "a time as a text such as 2027-01-31T00:00:00Z, or null",
                &other,
            ),
        }
    }

    /// An object that `null` clears, whose own fields `read` takes out; absent keeps.
    pub(crate) fn object<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Field<T> {
        let mut inner = match self.take(name) {
            None => return Field::Keep,
            Some(Value::Null) => return Field::Clear,
            Some(Value::Object(fields)) => Self::new(fields),
            Some(other) => {
                let read = self.mistyped(name, "an object, or null to clear it", &other);
                return read.map_or(Field::Keep, Field::Set);
            }
        };
        let read = read(&mut inner);
        let problems = inner.finish();
        let fine = problems.is_empty();
        self.problems
            .extend(problems.into_iter().map(|problem| InvalidField {
                field: format!("{name}.{}", problem.field),
                ..problem
            }));
        match read {
            Some(value) if fine => Field::Set(value),
            _ => Field::Keep,
        }
    }

    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.left.remove(name)
    }

    /// Notes a problem that a reader can't see, such as two fields that exclude each other.
    pub(crate) fn note(&mut self, field: &str, problem: &str) {
        self.problems.push(InvalidField {
            field: field.to_owned(),
            problem: problem.to_owned(),
        });
    }

    fn parsed<T, E: Display>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T> {
        parsed
            .map_err(|problem| self.note(field, &problem.to_string()))
            .ok()
    }

    fn mistyped<T>(&mut self, field: &str, expected: &str, sent: &Value) -> Option<T> {
        let keep = if sent.is_null() {
            "; leave it out to keep the present value"
        } else {
            ""
        };
        self.note(
            field,
            &format!("must be {expected}, not {}{keep}", type_name(sent)),
        );
        None
    }
}

/// A time of RFC 3339, brought to UTC.
pub(crate) fn utc_time(text: &str) -> Result<OffsetDateTime, &'static str> {
    OffsetDateTime::parse(text, &Rfc3339)
        .ok()
        .and_then(in_utc)
        .ok_or("is not a time of RFC 3339 such as 2027-01-31T00:00:00Z")
}

/// The same time in UTC, unless that falls out of the calendar.
pub(crate) const fn in_utc(time: OffsetDateTime) -> Option<OffsetDateTime> {
    time.checked_to_offset(UtcOffset::UTC)
}

/// What people call the type of a JSON value.
pub(crate) const fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "this number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use roster_domain::text::{EmailAddress, ExternalId};
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Fields {
        let Value::Object(map) = value else {
            panic!("not an object: {value}")
        };
        Fields::new(map)
    }

    fn named(problems: &[InvalidField]) -> Vec<&str> {
        problems
            .iter()
            .map(|problem| problem.field.as_str())
            .collect()
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let mut fields = fields(json!({
            "email": "nobody", "active": "yes", "permissions": ["UserRead", 7], "overlap": -1, "colour": "red",
        }));
        fields.require("name");
        assert_eq!(fields.text("email", EmailAddress::new), None);
        assert_eq!(fields.flag("active"), None);
        assert_eq!(
            fields.texts("permissions", |text| Ok::<_, String>(text.to_owned())),
            None
        );
        assert_eq!(fields.number("overlap"), None);
        let problems = fields.finish();
        assert_eq!(
            named(&problems),
            [
                "name",
                "email",
                "active",
                "permissions[1]",
                "overlap",
                "colour"
            ]
        );
        assert_eq!(problems[2].problem, "must be true or false, not a text");
        assert!(
            problems[5]
                .problem
                .ends_with("allowed are email, active, permissions, overlap")
        );
    }

    #[test]
    fn null_clears_only_what_may_be_empty() {
        let mut fields = fields(json!({"externalId": null, "email": null, "expiresAt": null}));
        assert_eq!(
            fields.clearable("externalId", ExternalId::new),
            Field::Clear
        );
        assert_eq!(fields.time("expiresAt"), Some(None));
        assert_eq!(fields.text("email", EmailAddress::new), None);
        assert_eq!(named(&fields.finish()), ["email"]);
    }

    #[test]
    fn what_is_absent_is_kept() {
        let mut fields = fields(json!({}));
        assert_eq!(fields.clearable("externalId", ExternalId::new), Field::Keep);
        assert_eq!(fields.time("expiresAt"), None);
        assert_eq!(fields.flag("active"), None);
        assert!(fields.finish().is_empty());
    }

    #[test]
    fn times_are_kept_in_utc_and_never_leave_the_calendar() {
        let time = utc_time("2027-01-31T02:00:00+02:00").unwrap();
        assert_eq!(time.format(&Rfc3339).unwrap(), "2027-01-31T00:00:00Z");
        for bad in ["tomorrow", "2027-01-31", "9999-12-31T23:59:59-01:00", ""] {
            assert!(utc_time(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_list_has_an_end() {
        let mut fields = fields(json!({"permissions": vec!["UserRead"; 201]}));
        assert_eq!(
            fields.texts("permissions", |text| Ok::<_, String>(text.to_owned())),
            None
        );
        assert_eq!(
            fields.finish()[0].problem,
            "holds 201 values; at most 200 are allowed"
        );
    }
}
