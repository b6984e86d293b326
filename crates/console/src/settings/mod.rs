//! General Settings: the tabs [`organization`] and [`identity`] (Identity & Access).
//!
//! The second tab has several forms, each in a file of its own that reads and saves it: [`provider`]
//! (the identity provider's metadata), [`saml`], [`default_role`], [`keys`], [`scim`]. What Okta is
//! given is shown by [`values`], step by step in [`guide`].

pub(crate) mod default_role;
mod guide;
pub(crate) mod identity;
pub(crate) mod keys;
pub(crate) mod organization;
pub(crate) mod provider;
pub(crate) mod saml;
pub(crate) mod scim;
mod values;

use maud::{Markup, html};

use crate::desk::Desk;

/// The tabs of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Organization,
    Identity,
}

fn tabs(desk: &Desk, present: Tab) -> Markup {
    let tabs = [
        (Tab::Organization, "Organization", "/settings"),
        (Tab::Identity, "Identity & Access", "/settings/identity"),
    ];
    html! {
        nav.tabs aria-label="General Settings" {
            ul {
                @for (tab, label, path) in tabs {
                    li {
                        a href=(desk.to(path)) aria-current=[(tab == present).then_some("page")] { (label) }
                    }
                }
            }
        }
    }
}
