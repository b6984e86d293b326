//! The break-glass link: a page that says what it does, since programs that look at links (chats,
//! virus scanners) would use it up if opening it were enough.

use maud::html;
use poem::http::StatusCode;
use roster_application::break_glass::LINK_PARAMETER;
use roster_domain::secret::Secret;

use roster_web_kit::page::Page;
use roster_web_kit::page::layout::below;

/// The page of a link that can be one.
pub(crate) fn page(root: &str, slug: &str, link: &Secret) -> Page {
    let content = html! {
        p {
            "This link opens a session with every permission in the tenant " strong { (slug) } ". It works "
            "once, and everything the session does is written to the audit log."
        }
        form method="post" action=(below(root, slug, "/admin-link")) {
            input type="hidden" name=(LINK_PARAMETER) value=(link.reveal());
            button type="submit" { "Open the session" }
        }
    };
    Page::new("Break-glass sign-in", content).of_tenant(slug)
}

/// The page of a link that opens nothing. `reason` says what to do.
pub(crate) fn spent(slug: &str, reason: &str) -> Page {
    Page::new("This link opens nothing", html! { p { (reason) } })
        .with_status(StatusCode::FORBIDDEN)
        .of_tenant(slug)
}
