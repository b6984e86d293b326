//! Times as people type them.

use std::time::Duration;

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, UtcOffset};

use super::duration;

/// A time as it is typed: by the calendar, or by its age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// That time, in UTC.
    At(OffsetDateTime),
    /// So long ago.
    Ago(Duration),
}

impl Moment {
    /// Reads one.
    ///
    /// # Errors
    /// What there is to choose from, to go on after the argument's name.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Ok(time) = OffsetDateTime::parse(text, &Rfc3339) {
            return Ok(Self::At(time.to_offset(UtcOffset::UTC)));
        }
        if let Ok(date) = Date::parse(text, format_description!("[year]-[month]-[day]")) {
            return Ok(Self::At(date.midnight().assume_utc()));
        }
        duration(text).map(Self::Ago).map_err(|_| {
            "give a date such as 2026-01-31, a time such as 2026-01-31T12:00:00Z, or an age such as 400d or 12h"
                .to_owned()
        })
    }

    /// The time, seen from `now`.
    pub(crate) fn seen_from(self, now: OffsetDateTime) -> OffsetDateTime {
        match self {
            Self::At(time) => time,
            Self::Ago(age) => time::Duration::try_from(age)
                .ok()
                .and_then(|age| now.checked_sub(age))
                .unwrap_or(OffsetDateTime::UNIX_EPOCH),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_time_is_a_date_a_moment_or_an_age() {
        let now = datetime!(2026-11-25 12:00 UTC);
        for (text, time) in [
            ("2026-01-31", datetime!(2026-01-31 00:00 UTC)),
            (" 2026-01-31T12:00:00Z ", datetime!(2026-01-31 12:00 UTC)),
            ("2026-01-31T12:00:00+02:00", datetime!(2026-01-31 10:00 UTC)),
            ("24h", datetime!(2026-11-24 12:00 UTC)),
            ("400d", datetime!(2025-10-21 12:00 UTC)),
        ] {
            let moment = Moment::parse(text).unwrap();
            assert_eq!(moment.seen_from(now), time, "{text}");
        }
        for text in [
            "",
            "yesterday",
            "31.01.2026",
            "2026-02-30",
            "400",
            "0d",
            "-1d",
        ] {
            let allowed = Moment::parse(text).unwrap_err();
            assert!(allowed.contains("400d"), "{text}");
        }
    }
}
