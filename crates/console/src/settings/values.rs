//! What an administrator copies from here to Okta's SAML settings.

use maud::{Markup, html};

use super::identity::Shown;
use crate::parts::copy;

/// The part of the page.
pub(super) fn section(shown: &Shown) -> Markup {
    let addresses = &shown.saml.addresses;
    let values = [
        (
            "acs-url",
            "ACS URL",
            "Okta: Single sign-on URL",
            &addresses.acs_url,
        ),
        (
            "audience",
            "Audience",
            "Okta: Audience URI (SP Entity ID)",
            &addresses.audience,
        ),
        (
            "metadata-url",
            "Metadata URL",
            "Roster's own metadata, for providers that read it",
            &addresses.audience,
        ),
    ];
    html! {
        section aria-labelledby="values" {
            h2 #values { "Copy these values to your identity provider" }
            dl.addresses {
                @for (id, label, hint, value) in values {
                    dt { (label) br; span.hint { (hint) } }
                    dd { (copy::value(id, label, value)) }
                }
                dt { "Default RelayState" br; span.hint { "Okta: Default RelayState" } }
                dd {
                    @if shown.saml.settings.idp_initiated {
                        (copy::value("relay-state", "the default RelayState", &relay_state(shown)))
                    } @else {
                        "Leave it empty: IdP-initiated sign-in is off."
                    }
                }
            }
        }
    }
}

/// Where a sign-in that begins in Okta's dashboard leads: the tenant's own page.
fn relay_state(shown: &Shown) -> String {
    format!("{}/", path_of(&shown.saml.addresses.base))
}

/// The path of an address: a RelayState that leads to a page of ours is one.
fn path_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.find('/')
        .and_then(|slash| rest.get(slash..))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn the_path_of_an_address_has_no_host() {
        assert_eq!(path_of("https://roster.example.com/a/t/acme"), "/a/t/acme");
        assert_eq!(path_of("http://localhost:8080/t/default"), "/t/default");
    }
}
