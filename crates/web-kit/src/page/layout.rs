//! What is around every page.

use maud::{DOCTYPE, Markup, html};

use super::{Page, assets};

/// The whole document. `root` is the path before every path of ours.
pub(super) fn document(page: &Page, root: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title {
                    @if page.menu.is_some() && page.status.is_client_error() { "Error: " }
                    @if let Some(tab) = page.tab { (tab) " · " }
                    (page.title) " · Roster"
                }
                link rel="icon" type="image/svg+xml" href={ (root) (assets::ICON.path()) };
                link rel="stylesheet" href={ (root) (assets::STYLE.path()) };
                @if page.menu.is_some() {
                    script defer src={ (root) (assets::SCRIPT.path()) } {}
                }
            }
            body class=[page.wide.then_some("wide")] {
                @if page.menu.is_some() {
                    a.skip href="#content" { "Skip to the content" }
                }
                header.top {
                    @match &page.slug {
                        Some(slug) => {
                            a.brand href=(home(root, slug)) { "Roster" }
                            span.tenant { (slug) }
                            @if let Some(menu) = &page.menu { (menu.markup(root, slug)) }
                        }
                        None => span.brand { "Roster" },
                    }
                }
                main #content {
                    @if let Some(above) = &page.above { (above) }
                    h1 { (page.title) }
                    (page.content)
                }
                footer.bottom {
                    a href={ (root) "/docs" } { "API documentation" }
                }
            }
        }
    }
}

/// The path of a tenant's own page.
#[must_use]
pub fn home(root: &str, slug: &str) -> String {
    below(root, slug, "/")
}

/// A path below a tenant's.
#[must_use]
pub fn below(root: &str, slug: &str, path: &str) -> String {
    format!("{root}/t/{slug}{path}")
}
