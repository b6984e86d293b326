//! Parses settings one by one, and keeps how each was written, so that it can be shown.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::error::SettingError;
use super::settings::Setting;
use super::sources::{Given, Source, Sources};
use super::{Rate, values};

/// What is shown instead of a secret that is in force.
const HIDDEN: &str = "****";

/// What is said of a secret that can't be used.
const UNSHOWN: &str = "a value that is not shown here";

/// One setting as it is in force, without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Effective {
    /// Its name in the file.
    pub(crate) key: &'static str,
    /// Its text; `None`: it is not set and has no default.
    pub(crate) value: Option<String>,
    /// Who set it.
    pub(crate) source: Source,
}

/// Parses settings one by one, and keeps how each was written.
pub(super) struct Reader {
    sources: Sources,
    effective: Vec<Effective>,
}

impl Reader {
    pub(super) const fn new(sources: Sources) -> Self {
        Self {
            sources,
            effective: Vec::new(),
        }
    }

    /// Every setting that was read, in the order of reading.
    pub(super) fn into_effective(self) -> Vec<Effective> {
        self.effective
    }

    /// Sees to it that at most one of two settings is set.
    pub(super) fn one_of(&self, one: &Setting, other: &Setting) -> Result<(), SettingError> {
        let named = |setting| {
            let given = self.sources.get(setting)?;
            Some(name(setting, &given))
        };
        match (named(one), named(other)) {
            (Some(one), Some(other)) => Err(SettingError::Both { one, other }),
            _ => Ok(()),
        }
    }

    /// Sees to it that a setting is not set without the other, without which it would be ignored.
    pub(super) fn only_with(&self, one: &Setting, other: &Setting) -> Result<(), SettingError> {
        match (self.sources.get(one), self.sources.get(other)) {
            (Some(given), None) => Err(SettingError::Alone {
                one: name(one, &given),
                other: other.variable(),
            }),
            _ => Ok(()),
        }
    }

    pub(super) fn optional<T>(
        &mut self,
        setting: &Setting,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, SettingError> {
        self.read(
            setting,
            parse,
            |text, _| text.to_owned(),
            |text| format!("{text:?}"),
        )
    }

    /// A setting that is a secret as a whole.
    pub(super) fn hidden<T>(
        &mut self,
        setting: &Setting,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, SettingError> {
        self.read(
            setting,
            parse,
            |_, _| HIDDEN.to_owned(),
            |_| UNSHOWN.to_owned(),
        )
    }

    /// A setting whose text is never shown as it is.
    pub(super) fn secret<T: Display>(
        &mut self,
        setting: &Setting,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, SettingError> {
        self.read(
            setting,
            parse,
            |_, value| value.to_string(),
            |_| UNSHOWN.to_owned(),
        )
    }

    /// A setting that has a default.
    pub(super) fn required<T>(
        &mut self,
        setting: &Setting,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, SettingError> {
        self.optional(setting, parse)?
            .ok_or_else(|| SettingError::Invalid {
                name: setting.variable(),
                value: "not set".to_owned(),
                allowed: "set".to_owned(),
            })
    }

    /// A number of time units, each `unit` seconds long.
    pub(super) fn duration(
        &mut self,
        setting: &Setting,
        unit: u64,
        range: RangeInclusive<u64>,
    ) -> Result<Duration, SettingError> {
        let number = self.required(setting, |text| values::number(text, &range))?;
        Ok(Duration::from_secs(number * unit))
    }

    /// A limit and its burst.
    pub(super) fn rate(&mut self, limit: &Setting, burst: &Setting) -> Result<Rate, SettingError> {
        const MOST: u32 = 1_000_000;
        Ok(Rate {
            limit: self.required(limit, |text| values::number(text, &(0..=MOST)))?,
            burst: self.required(burst, |text| values::number(text, &(1..=MOST)))?,
        })
    }

    fn read<T>(
        &mut self,
        setting: &Setting,
        parse: impl Fn(&str) -> Result<T, String>,
        show: impl Fn(&str, &T) -> String,
        show_invalid: impl Fn(&str) -> String,
    ) -> Result<Option<T>, SettingError> {
        let Some(given) = self.sources.get(setting) else {
            self.effective.push(Effective {
                key: setting.key,
                value: None,
                source: Source::Default,
            });
            return Ok(None);
        };
        let value = parse(&given.text).map_err(|allowed| SettingError::Invalid {
            name: name(setting, &given),
            value: show_invalid(&given.text),
            allowed,
        })?;
        let shown = show(&given.text, &value);
        self.effective.push(Effective {
            key: setting.key,
            value: Some(shown),
            source: given.source,
        });
        Ok(Some(value))
    }
}

/// The setting, as whoever set it calls it.
fn name(setting: &Setting, given: &Given) -> String {
    match &given.source {
        Source::File(path) => format!("{} in {}", setting.key, path.display()),
        Source::Environment | Source::Default => setting.variable(),
    }
}
