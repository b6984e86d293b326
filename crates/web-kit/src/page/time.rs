//! Moments, as people read them. The script shows them in the reader's own zone.

use maud::{Markup, html};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

const SHOWN: &[BorrowedFormatItem<'_>] =
    format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC");
const TO_THE_SECOND: &[BorrowedFormatItem<'_>] = format_description!(
    "[day padding:none] [month repr:long] [year], [hour]:[minute]:[second] UTC"
);
const DAY: &[BorrowedFormatItem<'_>] =
    format_description!("[day padding:none] [month repr:long] [year]");

/// A moment to the minute, in UTC.
#[must_use]
pub fn moment(at: OffsetDateTime) -> Markup {
    shown(at, SHOWN, None)
}

/// A moment to the second, in UTC.
#[must_use]
pub fn second(at: OffsetDateTime) -> Markup {
    shown(at, TO_THE_SECOND, Some("second"))
}

/// A day, such as that of an expiry.
#[must_use]
pub fn day(at: OffsetDateTime) -> Markup {
    shown(at, DAY, Some("day"))
}

/// A moment as programs read it (RFC 3339), in UTC.
#[must_use]
pub fn exact(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

fn shown(at: OffsetDateTime, format: &[BorrowedFormatItem<'_>], precision: Option<&str>) -> Markup {
    let shown = at.format(format).unwrap_or_default();
    html! { time datetime=(exact(at)) data-precision=[precision] { (shown) } }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::{day, moment, second};

    #[test]
    fn a_moment_is_read_by_people_and_programs() {
        let at = datetime!(2026-07-01 09:05:07 UTC);
        assert_eq!(
            moment(at).into_string(),
            "<time datetime=\"2026-07-01T09:05:07Z\">1 July 2026, 09:05 UTC</time>"
        );
        assert_eq!(
            second(at).into_string(),
            "<time datetime=\"2026-07-01T09:05:07Z\" data-precision=\"second\">1 July 2026, 09:05:07 UTC</time>"
        );
        assert_eq!(
            day(at).into_string(),
            "<time datetime=\"2026-07-01T09:05:07Z\" data-precision=\"day\">1 July 2026</time>"
        );
    }
}
