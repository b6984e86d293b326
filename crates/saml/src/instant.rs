//! Instants as SAML writes them, and the one place that knows how far two clocks may differ.

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, UtcOffset};

use crate::excerpt::Excerpt;
use crate::refusal::SamlRefusal;
use crate::xml::{ContentFault, Node};

/// How far the identity provider's clock may differ from ours, either way.
pub const CLOCK_SKEW: Duration = Duration::seconds(60);

const XS_DATE_TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");

/// The instant as `xs:dateTime` in UTC, in whole seconds (SAML core 1.3.3).
pub(crate) fn written(instant: OffsetDateTime) -> String {
    // A year beyond 9999 can't be written; the clock of this process never shows one.
    instant
        .checked_to_offset(UtcOffset::UTC)
        .and_then(|utc| utc.format(XS_DATE_TIME).ok())
        .unwrap_or_default()
}

/// The instant in an attribute, if the attribute is present.
pub(crate) fn read(
    node: Node<'_>,
    attribute: &'static str,
) -> Result<Option<OffsetDateTime>, ContentFault> {
    let Some(found) = node.attribute(attribute) else {
        return Ok(None);
    };
    OffsetDateTime::parse(found, &Rfc3339)
        .ok()
        .and_then(|instant| instant.checked_to_offset(UtcOffset::UTC))
        .map(Some)
        .ok_or_else(|| ContentFault::NotAnInstant {
            attribute,
            element: node.shown(),
            found: Excerpt::of(found),
        })
}

/// The instant in an attribute that must be present.
pub(crate) fn required(
    node: Node<'_>,
    attribute: &'static str,
) -> Result<OffsetDateTime, ContentFault> {
    read(node, attribute)?.ok_or_else(|| ContentFault::MissingAttribute {
        attribute,
        element: node.shown(),
    })
}

/// Refuses a validity that hasn't begun.
pub(crate) fn begun(
    node: Node<'_>,
    from: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<(), SamlRefusal> {
    if from > now.saturating_add(CLOCK_SKEW) {
        return Err(SamlRefusal::NotYetValid {
            element: node.shown(),
            from,
            now,
        });
    }
    Ok(())
}

/// Refuses a validity that is over; the end itself no longer belongs to it (`NotOnOrAfter`).
pub(crate) fn not_over(
    node: Node<'_>,
    until: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<(), SamlRefusal> {
    if until.saturating_add(CLOCK_SKEW) <= now {
        return Err(SamlRefusal::Expired {
            element: node.shown(),
            until,
            now,
        });
    }
    Ok(())
}
