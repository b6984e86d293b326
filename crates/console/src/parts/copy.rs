//! A value to be copied elsewhere, such as into a form of Okta's.

use maud::{Markup, html};

/// The value, with a button that copies it where a script can. `label` says what it is.
pub(crate) fn value(id: &str, label: &str, text: &str) -> Markup {
    html! {
        span.copy {
            code id=(id) tabindex="-1" { (text) }
            button.small type="button" data-copy=(id) aria-label={ "Copy " (label) } hidden { "Copy" }
        }
    }
}
