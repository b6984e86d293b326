//! API tokens: [`list`], [`create`], [`edit`], [`rotate`], [`revoke`]. [`terms`] is the part of a form
//! that says what a token may do and from where until when; [`issued`] shows a value, once.

pub(crate) mod create;
pub(crate) mod edit;
mod issued;
pub(crate) mod list;
pub(crate) mod revoke;
pub(crate) mod rotate;
mod terms;

use maud::{Markup, html};

use crate::desk::Desk;

/// The way back to the list.
fn way_back(desk: &Desk) -> Markup {
    html! { nav.back aria-label="Back" { a href=(desk.to("/api-tokens")) { "API Tokens" } } }
}
