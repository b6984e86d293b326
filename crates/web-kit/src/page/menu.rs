//! The gear menu in the upper right corner: where whoever is signed in may go, and out again.

use maud::{Markup, PreEscaped, html};
use roster_application::sessions::SignedIn;
use roster_domain::permission::Permission;

use super::layout::below;

/// The places of the console: label, path below the tenant's, and what it takes to be there.
const PLACES: [(&str, &str, Permission); 5] = [
    (
        "General Settings",
        "/console/settings",
        Permission::SETTINGS_READ,
    ),
    ("API Tokens", "/console/api-tokens", Permission::TOKEN_READ),
    ("Users", "/console/users", Permission::USER_READ),
    ("Roles", "/console/roles", Permission::USER_READ),
    (
        "Audit Log",
        "/console/audit-log",
        Permission::AUDIT_LOG_READ,
    ),
];

/// The icon, drawn for this: a wheel with eight teeth.
const GEAR: PreEscaped<&str> = PreEscaped(
    "<svg viewBox=\"0 0 24 24\" width=\"22\" height=\"22\" aria-hidden=\"true\" focusable=\"false\">\
     <g fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" stroke-linecap=\"round\">\
     <circle cx=\"12\" cy=\"12\" r=\"6.2\"/><circle cx=\"12\" cy=\"12\" r=\"2.3\"/>\
     <path d=\"M12 2.5v3M12 18.5v3M2.5 12h3M18.5 12h3M5.3 5.3l2.1 2.1M16.6 16.6l2.1 2.1M5.3 18.7l2.1-2.1M16.6 7.4l2.1-2.1\"/>\
     </g></svg>",
);

/// A place that the menu leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// What it is called.
    pub label: &'static str,
    /// Its path below the tenant's.
    pub path: &'static str,
}

/// The menu of one session.
#[derive(Debug, Clone)]
pub struct Menu {
    who: String,
    places: Vec<Place>,
    csrf_token: String,
}

/// The places of the console that the session may be at.
#[must_use]
pub fn places(signed_in: &SignedIn) -> Vec<Place> {
    let may = |permission: &Permission| signed_in.caller.permissions.contains(permission);
    PLACES
        .iter()
        .filter(|(_, _, permission)| may(permission))
        .map(|(label, path, _)| Place { label, path })
        .collect()
}

impl Menu {
    pub(super) fn of(signed_in: &SignedIn) -> Self {
        let who = match &signed_in.person {
            Some(person) => person.display_name(),
            None => "Operator".to_owned(),
        };
        Self {
            who,
            places: places(signed_in),
            csrf_token: signed_in.csrf_token.clone(),
        }
    }

    /// `<details>` opens and closes without a script.
    pub(super) fn markup(&self, root: &str, slug: &str) -> Markup {
        html! {
            details.menu {
                summary aria-label="Settings menu" title="Settings menu" { (GEAR) }
                nav aria-label="Settings" {
                    p.menu-who { "Signed in as " bdi { (self.who) } }
                    ul {
                        @for place in &self.places {
                            li { a href=(below(root, slug, place.path)) { (place.label) } }
                        }
                        li.apart { a href={ (root) "/docs?tenant=" (slug) } { "API documentation" } }
                        li {
                            form method="post" action=(below(root, slug, "/sign-out")) {
                                input type="hidden" name="csrf_token" value=(self.csrf_token);
                                button type="submit" { "Sign out" }
                            }
                        }
                    }
                }
            }
        }
    }
}
