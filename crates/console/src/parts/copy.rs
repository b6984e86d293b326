//! A value to be copied elsewhere, such as into a form of Okta's.

use maud::{Markup, html};

/// A value that is shown this once: the script takes it off the page when the page is left.
pub(crate) fn secret(id: &str, label: &str, text: &str) -> Markup {
    with_button(id, label, text, true)
}

/// The value, with a button that copies it where a script can. `label` says what it is.
pub(crate) fn value(id: &str, label: &str, text: &str) -> Markup {
    with_button(id, label, text, false)
}

fn with_button(id: &str, label: &str, text: &str, secret: bool) -> Markup {
    html! {
        span.copy {
            code id=(id) tabindex="-1" data-secret[secret] { (text) }
            button.small type="button" data-copy=(id) aria-label={ "Copy " (label) } hidden { "Copy" }
        }
    }
}
