//! What a token may do, from where and until when, in a form.

use ipnet::IpNet;
use maud::{Markup, html};
use roster_application::administration::tokens::TokenRequest;
use roster_domain::permission::PermissionSet;
use roster_domain::refusal::excerpt;
use roster_domain::text::TokenName;
use roster_domain::token::lifecycle::TokenWish;
use roster_domain::token::{ApiToken, network};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime};

use crate::parts::day;
use crate::parts::draft::{Draft, VERSION_FIELD};
use crate::parts::field::{self, Field};
use crate::parts::permissions;
use crate::parts::refusal::name::{EXPIRY, NAME, NETWORKS};

const DAY: &str = "expires_on";
const MOMENT: &[BorrowedFormatItem<'_>] =
    format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC");

const NEVER: &str = "never";
const ON_DAY: &str = "day";
const KEEP: &str = "keep";

/// What a form is filled with for a new token.
pub(super) fn fresh() -> Draft {
    Draft::stored([(EXPIRY, NEVER.to_owned())])
}

/// What a form is filled with for a token that there is.
pub(super) fn of(token: &ApiToken) -> Draft {
    let networks: Vec<String> = token
        .allowed_networks
        .iter()
        .map(ToString::to_string)
        .collect();
    let expiry = token.expires_at.map_or(NEVER, |_| KEEP);
    let mut draft = Draft::stored([
        (VERSION_FIELD, token.version.number().to_string()),
        (NAME, token.name.to_string()),
        (EXPIRY, expiry.to_owned()),
        (NETWORKS, networks.join("\n")),
    ]);
    permissions::fill(&mut draft, &token.permissions);
    draft
}

/// What was typed, as it is wished for.
pub(super) struct Terms {
    name: TokenName,
    permissions: PermissionSet,
    allowed_networks: Vec<IpNet>,
    expiry: Expiry,
}

/// What was chosen for the expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expiry {
    /// As it is.
    Keep,
    /// None.
    Never,
    /// This one.
    At(OffsetDateTime),
}

impl Terms {
    /// A new token's.
    pub(super) fn into_request(self) -> TokenRequest {
        TokenRequest {
            name: self.name,
            permissions: self.permissions,
            allowed_networks: self.allowed_networks,
            expires_at: match self.expiry {
                Expiry::At(at) => Some(at),
                Expiry::Never | Expiry::Keep => None,
            },
        }
    }

    /// Those that a token shall have from now on.
    pub(super) fn into_wish(self) -> TokenWish {
        TokenWish {
            name: Some(self.name),
            permissions: Some(self.permissions),
            allowed_networks: Some(self.allowed_networks),
            expires_at: match self.expiry {
                Expiry::At(at) => Some(Some(at)),
                Expiry::Never => Some(None),
                Expiry::Keep => None,
            },
        }
    }
}

/// The fields. `present`: when the token expires now, if there is one that does.
pub(super) fn fields(
    draft: &Draft,
    held: &PermissionSet,
    present: Option<OffsetDateTime>,
) -> Markup {
    let mut choices = vec![(NEVER.to_owned(), "Never".to_owned())];
    if let Some(at) = present {
        let moment = at.format(MOMENT).unwrap_or_default();
        choices.insert(0, (KEEP.to_owned(), format!("As now: {moment}")));
    }
    for (days, label) in [(30, "In 30 days"), (90, "In 90 days"), (365, "In a year")] {
        choices.push((days.to_string(), label.to_owned()));
    }
    choices.push((ON_DAY.to_owned(), "On the day chosen beside".to_owned()));
    html! {
        (field::required(draft, Field::new(NAME, "Name", "For people to know it by, such as Panther-Okta-SCIM.")))
        (permissions::boxes(draft, held, "One a line, such as ReportExport; only those that you have yourself."))
        div.pair {
            (field::select(draft, Field::new(EXPIRY, "Expires", "A token that has expired is refused."), &choices))
            (field::date(draft, Field::new(DAY, "Last day", "It works through that day, in UTC.")))
        }
        (field::area(draft, Field::new(
            NETWORKS,
            "Allowed networks (CIDR)",
            "One a line, IPv4 or IPv6, such as 192.0.2.0/24 or 2001:db8::/32. Empty: the token works from anywhere.",
        ), 3))
    }
}

/// Reads the fields; what is wrong is noted in the draft.
pub(super) fn read(draft: &mut Draft, now: OffsetDateTime) -> Option<Terms> {
    let name = draft.read(NAME, "The name", TokenName::new);
    let permissions = permissions::read(draft);
    let allowed_networks = read_networks(draft);
    let expiry = read_expiry(draft, now);
    Some(Terms {
        name: name?,
        permissions: permissions?,
        allowed_networks: allowed_networks?,
        expiry: expiry?,
    })
}

fn read_networks(draft: &mut Draft) -> Option<Vec<IpNet>> {
    draft.read_each(NETWORKS, draft.lines(NETWORKS), |line| {
        network(line).map_err(|problem| format!("\"{}\" {problem}.", excerpt(line)))
    })
}

fn read_expiry(draft: &mut Draft, now: OffsetDateTime) -> Option<Expiry> {
    let choice = draft.text(EXPIRY).to_owned();
    if choice != ON_DAY && !draft.text(DAY).is_empty() {
        draft.refuse(
            DAY,
            "A last day is given, but Expires says something else. Choose \"On the day chosen beside\", or empty the last day.",
        );
        return None;
    }
    match choice.as_str() {
        NEVER | "" => Some(Expiry::Never),
        KEEP => Some(Expiry::Keep),
        ON_DAY => {
            // A token works through its last day.
            let end = day::read(draft.text(DAY)).and_then(Date::next_day);
            let end = end.map(day::midnight);
            match end {
                Some(end) if end > now => Some(Expiry::At(end)),
                Some(_) => {
                    draft.refuse(
                        DAY,
                        "The last day is over already. Choose today or a later one.",
                    );
                    None
                }
                None => {
                    draft.refuse(
                        DAY,
                        "The last day is not a day such as 2027-01-31. Choose one.",
                    );
                    None
                }
            }
        }
        days => {
            let days = days.parse::<u16>().ok();
            let end = days.and_then(|days| now.checked_add(Duration::days(days.into())));
            if end.is_none() {
                draft.refuse(
                    EXPIRY,
                    "The expiry is not one of those offered. Choose one.",
                );
            }
            end.map(Expiry::At)
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-25 12:00 UTC);

    fn expiry(choice: &str, day: &str) -> (Option<Expiry>, Draft) {
        let mut draft = Draft::stored([(EXPIRY, choice.to_owned()), (DAY, day.to_owned())]);
        (read_expiry(&mut draft, NOW), draft)
    }

    #[test]
    fn a_token_works_through_its_last_day() {
        let (end, _) = expiry(ON_DAY, "2027-01-31");
        assert_eq!(end, Some(Expiry::At(datetime!(2027-02-01 00:00 UTC))));
        assert_eq!(
            expiry(ON_DAY, "2026-11-25").0,
            Some(Expiry::At(datetime!(2026-11-26 00:00 UTC)))
        );
        assert_eq!(
            expiry("30", "").0,
            Some(Expiry::At(datetime!(2026-12-25 12:00 UTC)))
        );
        assert_eq!(expiry(NEVER, "").0, Some(Expiry::Never));
        assert_eq!(expiry(KEEP, "").0, Some(Expiry::Keep));
    }

    #[test]
    fn a_day_that_can_not_be_meant_is_refused_beside_its_field() {
        for day in [
            "",
            "31.1.2027",
            "2027-02-30",
            "+999999-12-31",
            "9999-12-31",
            "2026-11-24",
        ] {
            let (end, draft) = expiry(ON_DAY, day);
            assert_eq!((end, draft.problem(DAY).is_some()), (None, true), "{day}");
        }
        // Somebody who gives a last day does not want a token that works for ever.
        for choice in [NEVER, KEEP, "30", ""] {
            let (end, draft) = expiry(choice, "2027-01-31");
            assert_eq!(
                (end, draft.problem(DAY).is_some()),
                (None, true),
                "{choice}"
            );
        }
        assert_eq!(expiry("nonsense", "").0, None);
    }

    #[test]
    fn each_network_that_is_none_is_named() {
        let lines = "10.0.0.0/8\n\n example.com\n10.0.0.0/99";
        let mut draft = Draft::stored([(NETWORKS, lines.to_owned())]);
        assert_eq!(read_networks(&mut draft), None);
        let problem = draft.problem(NETWORKS).unwrap();
        for named in [
            "\"example.com\" is not a network",
            "\"10.0.0.0/99\" is not a network",
        ] {
            assert!(problem.contains(named), "{problem}");
        }
        let mut draft = Draft::stored([(NETWORKS, "10.1.2.3/8\n::1".to_owned())]);
        assert_eq!(read_networks(&mut draft).unwrap().len(), 2);
    }
}
