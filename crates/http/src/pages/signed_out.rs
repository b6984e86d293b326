//! Where people are after signing out. It never sends anybody on: with enforced SSO they would be
//! signed in again at once.

use maud::html;

use super::home::login;
use roster_web_kit::page::Page;

/// The page.
pub(crate) fn page(root: &str, slug: &str) -> Page {
    let content = html! {
        p { "Your session here has ended." }
        p.note {
            "You may still be signed in at your identity provider. On a computer that others use, sign "
            "out there too, or close the browser."
        }
        p { (login(root, slug, "Sign in again")) }
    };
    Page::new("You are signed out", content).of_tenant(slug)
}
