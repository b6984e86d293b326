//! Users: [`list`], and one of them: [`profile`] with its parts [`status`], [`sessions`], [`identity`]
//! and [`history`]. [`guards`] explains who can't be demoted or deactivated before anybody tries.

mod guards;
mod history;
pub(crate) mod identity;
pub(crate) mod list;
pub(crate) mod profile;
pub(crate) mod sessions;
pub(crate) mod status;

use maud::{Markup, html};
use roster_domain::user::User;

use crate::desk::Desk;

/// The way back to the list.
fn way_back(desk: &Desk) -> Markup {
    html! { nav.back aria-label="Back" { a href=(desk.to("/users")) { "Users" } } }
}

/// The way back to a user's page.
fn way_to(desk: &Desk, user: &User) -> Markup {
    html! {
        nav.back aria-label="Back" {
            a href=(desk.to("/users")) { "Users" } " › "
            a href=(desk.to(&format!("/users/{}", user.id))) { bdi { (user.display_name()) } }
        }
    }
}

/// The role in force, and the one that waits.
fn role(user: &User) -> Markup {
    html! {
        bdi { (user.role.name) }
        @if let Some(pending) = &user.pending_role {
            " → " bdi { (pending.name) } " at next sign-in"
        }
    }
}

fn state(user: &User) -> Markup {
    html! {
        @if user.active { span.badge.good { "active" } } @else { span.badge.bad { "deactivated" } }
    }
}
