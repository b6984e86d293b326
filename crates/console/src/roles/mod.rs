//! Roles: [`list`], [`create`], [`edit`], [`delete`].

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod edit;
pub(crate) mod list;

use maud::{Markup, html};
use roster_domain::permission::PermissionSet;
use roster_domain::role::{Role, RoleUsage};
use roster_domain::text::RoleName;

use crate::desk::Desk;
use crate::parts::draft::Draft;
use crate::parts::field::{self, Field};
use crate::parts::permissions;
use crate::parts::refusal::name::NAME;

/// The way back to the list.
fn way_back(desk: &Desk) -> Markup {
    html! { nav.back aria-label="Back" { a href=(desk.to("/roles")) { "Roles" } } }
}

/// How many have a role, and how many wait for it.
fn usage(usage: RoleUsage) -> Markup {
    html! {
        (usage.users) @if usage.users == 1 { " user" } @else { " users" }
        @if usage.pending > 0 { ", " (usage.pending) " waiting for it" }
    }
}

/// A link to the people who have a role or wait for it.
fn people(desk: &Desk, role: &Role, text: &Markup) -> Markup {
    let id = role.id.to_string();
    html! { a href=(desk.to_with("/users", &[("role", &id)])) { (text) } }
}

/// Name and permissions, in a form.
fn fields(draft: &Draft) -> Markup {
    html! {
        (field::required(draft, Field::new(NAME, "Name", "What Okta sends, and people read. Letter case doesn't count.")))
        // Whoever may change roles may give them any permission.
        (permissions::boxes(draft, &PermissionSet::all(), "One a line, such as ReportExport."))
    }
}

fn read_name(draft: &mut Draft) -> Option<RoleName> {
    draft.read(NAME, "The name", RoleName::new)
}
