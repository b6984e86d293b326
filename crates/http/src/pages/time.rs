//! Moments, as people read them.

use maud::{Markup, html};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

const SHOWN: &[BorrowedFormatItem<'_>] =
    format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC");

/// A moment, in UTC.
pub(super) fn moment(at: OffsetDateTime) -> Markup {
    let exact = at.format(&Rfc3339).unwrap_or_default();
    let shown = at.format(SHOWN).unwrap_or_default();
    html! { time datetime=(exact) { (shown) } }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::moment;

    #[test]
    fn a_moment_is_read_by_people_and_programs() {
        assert_eq!(
            moment(datetime!(2026-07-01 09:05:07 UTC)).into_string(),
            "<time datetime=\"2026-07-01T09:05:07Z\">1 July 2026, 09:05 UTC</time>"
        );
    }
}
