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
                title { (page.title) " · Roster" }
                link rel="icon" type="image/svg+xml" href={ (root) (assets::ICON.path()) };
                link rel="stylesheet" href={ (root) (assets::STYLE.path()) };
            }
            body {
                header.top {
                    @match &page.slug {
                        Some(slug) => {
                            a.brand href=(home(root, slug)) { "Roster" }
                            span.tenant { (slug) }
                        }
                        None => span.brand { "Roster" },
                    }
                }
                main {
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
pub(super) fn home(root: &str, slug: &str) -> String {
    below(root, slug, "/")
}

/// A path below a tenant's.
pub(super) fn below(root: &str, slug: &str, path: &str) -> String {
    format!("{root}/t/{slug}{path}")
}
