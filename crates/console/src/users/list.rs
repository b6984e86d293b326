//! `GET /users`: people, searched and filtered, page by page.

use maud::{Markup, html};
use roster_application::administration::users::{UserListPage, UserListing};
use roster_application::error::Error;
use roster_application::ports::store::{UserPosition, UserStretch, user_position};
use roster_domain::id::UserId;
use roster_domain::permission::Permission;
use roster_domain::role::Role;
use roster_domain::user::User;
use roster_web_kit::page::Page;
use roster_web_kit::page::time::moment;
use time::OffsetDateTime;

use super::{role, state};
use crate::desk::{Answer, Desk};
use crate::parts::draft::Draft;
use crate::parts::field::{self, Field};

const SEARCH: &str = "search";
const STATUS: &str = "status";
const ROLE: &str = "role";
const AFTER: &str = "after";
const BEFORE: &str = "before";

/// The longest text to look for, in characters: nothing that is searched is longer.
const LONGEST: usize = 256;

pub(crate) async fn show(desk: &Desk) -> Answer {
    desk.caller().require(&Permission::USER_READ)?;
    let mut draft = Draft::stored([SEARCH, STATUS, ROLE].map(|name| {
        let value = desk.query.field(name).trim();
        (name, value.to_owned())
    }));
    let roles = desk.application.list_roles(desk.caller()).await?;
    let page = match listing(desk, &mut draft, &roles) {
        Some(listing) => Some(desk.application.list_users(desk.caller(), listing).await?),
        None => None,
    };
    let filtered = [SEARCH, STATUS, ROLE].iter().any(|name| draft.ticked(name));
    let content = html! {
        (desk.notice())
        (filter(desk, &draft, &roles))
        (field::summary(&draft))
        @match &page {
            None => {},
            Some(page) if page.users.is_empty() => (empty(desk, filtered)),
            Some(page) => {
                @if let Some(total) = page.total {
                    p.count { (total) @if total == 1 { " user" } @else { " users" } }
                }
                (table(desk, &page.users))
                (pages(desk, &draft, page))
            },
        }
    };
    Ok(desk.show(
        Page::new("Users", content)
            .with_status(draft.status())
            .wide(),
    ))
}

/// What is asked for; what is wrong with it is noted in the draft.
fn listing(desk: &Desk, draft: &mut Draft, roles: &[Role]) -> Option<UserListing> {
    let contains = draft.read(SEARCH, "The text to search for", |text| {
        if text.chars().any(char::is_control) {
            Err("contains a control character; remove it")
        } else if text.chars().count() > LONGEST {
            Err("is longer than 256 characters; nobody has a name as long")
        } else {
            Ok(text.to_owned())
        }
    });
    let active = draft.read(STATUS, "The status", |text| match text {
        "" => Ok(None),
        "active" => Ok(Some(true)),
        "deactivated" => Ok(Some(false)),
        _ => Err("is not one of those offered"),
    });
    let role = draft.read(ROLE, "The role", |text| match text {
        "" => Ok(None),
        id => roles
            .iter()
            .find(|role| role.id.to_string() == id)
            .map(|role| Some(role.id))
            .ok_or("does not exist any more; choose another"),
    });
    let position = |name| position(desk.query.field(name));
    let stretch = match (position(AFTER), position(BEFORE)) {
        (Some(after), _) => UserStretch::After(after),
        (None, Some(before)) => UserStretch::Before(before),
        (None, None) => UserStretch::First,
    };
    Some(UserListing {
        stretch,
        contains: Some(contains?).filter(|text| !text.is_empty()),
        active: active?,
        role: role?,
        ..UserListing::default()
    })
}

/// A place in the list, as it stands in an address: microseconds and an id. Nonsense is the first page.
fn position(text: &str) -> Option<UserPosition> {
    let (micros, id) = text.split_once('_')?;
    let nanos = micros.parse::<i128>().ok()?.checked_mul(1_000)?;
    let at = OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()?;
    user_position(at, id.parse::<UserId>().ok()?)
}

fn position_text((at, id): UserPosition) -> String {
    format!("{}_{id}", at.unix_timestamp_nanos() / 1_000)
}

fn filter(desk: &Desk, draft: &Draft, roles: &[Role]) -> Markup {
    let any = |label: &str| (String::new(), label.to_owned());
    let status = [
        any("Any status"),
        ("active".to_owned(), "Active".to_owned()),
        ("deactivated".to_owned(), "Deactivated".to_owned()),
    ];
    let roles: Vec<(String, String)> = std::iter::once(any("Any role"))
        .chain(
            roles
                .iter()
                .map(|role| (role.id.to_string(), role.name.to_string())),
        )
        .collect();
    html! {
        form.filter role="search" method="get" action=(desk.to("/users")) {
            (field::text(draft, Field::new(SEARCH, "Search", "Part of a name, user name or e-mail.")))
            (field::select(draft, Field::new(STATUS, "Status", ""), &status))
            (field::select(draft, Field::new(ROLE, "Role", ""), &roles))
            div.buttons {
                button type="submit" { "Search" }
                a href=(desk.to("/users")) { "Reset" }
            }
        }
    }
}

fn table(desk: &Desk, users: &[User]) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label="Users" {
            table.cards {
                thead {
                    tr {
                        th scope="col" { "Name" }
                        th scope="col" { "E-mail" }
                        th scope="col" { "Role" }
                        th scope="col" { "Status" }
                        th scope="col" { "Created" }
                    }
                }
                tbody {
                    @for user in users {
                        tr {
                            th scope="row" {
                                a href=(desk.to(&format!("/users/{}", user.id))) { bdi { (user.display_name()) } }
                            }
                            td data-label="E-mail" { bdi { (user.email) } }
                            td data-label="Role" { (role(user)) }
                            td data-label="Status" { (state(user)) }
                            td data-label="Created" { (moment(user.created_at)) }
                        }
                    }
                }
            }
        }
    }
}

fn pages(desk: &Desk, draft: &Draft, page: &UserListPage) -> Markup {
    let to = |direction: &str, position: Option<UserPosition>| {
        position.map(|position| {
            let position = position_text(position);
            let [search, status, role] =
                [SEARCH, STATUS, ROLE].map(|name| (name, draft.text(name)));
            desk.to_with("/users", &[search, status, role, (direction, &position)])
        })
    };
    let (previous, next) = (to(BEFORE, page.previous), to(AFTER, page.next));
    html! {
        @if previous.is_some() || next.is_some() {
            nav.pages aria-label="Pages" {
                @if let Some(previous) = previous { a rel="prev" href=(previous) { "← Previous" } }
                @if let Some(next) = next { a rel="next" href=(next) { "Next →" } }
            }
        }
    }
}

fn empty(desk: &Desk, filtered: bool) -> Markup {
    html! {
        div.empty {
            @if filtered {
                p { strong { "Nobody matches." } " " a href=(desk.to("/users")) { "Show all users" } }
            } @else {
                p { strong { "There are no users yet." } }
                p {
                    "A user is created at the first sign-in through Okta. "
                    @if desk.may(&Permission::SETTINGS_READ) {
                        a href=(desk.to("/settings/identity")) { "Set up single sign-on" } "."
                    }
                }
            }
        }
    }
}

/// The first few people who have a role or wait for it, and whether there are more.
pub(crate) async fn of_role(desk: &Desk, role: &Role) -> Result<(Vec<User>, bool), Error> {
    let listing = UserListing {
        limit: Some(10),
        role: Some(role.id),
        ..UserListing::default()
    };
    let page = desk.application.list_users(desk.caller(), listing).await?;
    let more = page.next.is_some();
    Ok((page.users, more))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_position_survives_an_address_and_nonsense_is_none() {
        let id: UserId = "0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60".parse().unwrap();
        let place = (datetime!(2026-11-24 22:40:14.123456 UTC), id);
        assert_eq!(position(&position_text(place)), Some(place));
        for nonsense in [
            "",
            "_",
            "1",
            "1_x",
            "-377000000000000000_0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60",
            "x_0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60",
            "999999999999999999999999999999999999999_0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60",
        ] {
            assert_eq!(position(nonsense), None, "{nonsense}");
        }
    }
}
