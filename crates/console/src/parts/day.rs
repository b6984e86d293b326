//! A day in a form or an address, as browsers write it: 2026-11-30.

use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, OffsetDateTime, Time};

const FORMAT: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// Reads a day of the common era: no database keeps all the years before.
pub(crate) fn read(text: &str) -> Option<Date> {
    let day = Date::parse(text, FORMAT).ok()?;
    (day.year() >= 0).then_some(day)
}

/// When it begins, in UTC.
pub(crate) fn midnight(day: Date) -> OffsetDateTime {
    OffsetDateTime::new_utc(day, Time::MIDNIGHT)
}
