//! The names of all routes, as they are measured: `/t/{tenant}/scim/v2/Users/{id}`. Few, whatever is
//! asked for.

use std::sync::Arc;

use poem::http::Method;

use crate::destination::Place;
use crate::route_pattern::RouteNames;
use crate::site::Site;
use crate::{management, scim, session};

/// What is not below `/t/`, by how it begins.
const OUTSIDE: [(&str, &str); 5] = [
    ("/livez", "/livez"),
    ("/readyz", "/readyz"),
    ("/docs", "/docs"),
    ("/assets/", "/assets/{file}"),
    ("/.well-known/jwks.json", "/.well-known/jwks.json"),
];

/// The routes of each API.
pub(crate) struct Names {
    scim: RouteNames,
    management: RouteNames,
    session: RouteNames,
}

impl Names {
    pub(crate) fn new() -> Self {
        Self {
            scim: RouteNames::of(&scim::service(), "/t/{tenant}/scim/v2"),
            management: RouteNames::of(&management::service(), "/t/{tenant}/api/v1"),
            session: RouteNames::of(&session::service(), "/t/{tenant}"),
        }
    }

    /// The route of a path inside a tenant's place, and what the method asks of an API there.
    pub(crate) fn inside(
        &self,
        place: Place,
        method: &Method,
        path: &str,
    ) -> (Option<Arc<str>>, &'static str) {
        let found = match place {
            Place::Scim => self.scim.find(method, path),
            Place::Management => self.management.find(method, path),
            Place::Session => self.session.find(method, path),
            Place::Site if Site::knows(path) => {
                Some((format!("/t/{{tenant}}{path}").into(), "page"))
            }
            Place::Console => Some((console(path).into(), "page")),
            Place::Site => None,
        };
        found.map_or((None, "other"), |(route, operation)| {
            (Some(route), operation)
        })
    }

    /// The route of a path that is not below `/t/`.
    pub(crate) fn outside(path: &str) -> Option<Arc<str>> {
        let known = OUTSIDE.iter().find(|(begins, _)| path.starts_with(begins));
        known.map(|(_, name)| Arc::from(*name))
    }
}

/// The places of the console; which of a place's pages it was says the log.
const CONSOLE: [&str; 5] = ["api-tokens", "audit-log", "roles", "settings", "users"];

fn console(path: &str) -> String {
    let first = path.split('/').find(|segment| !segment.is_empty());
    match CONSOLE.iter().find(|place| first == Some(**place)) {
        Some(place) => format!("/t/{{tenant}}/console/{place}"),
        None => "/t/{tenant}/console".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_has_a_name_without_anybody_in_it() {
        let names = Names::new();
        let name = |place, path: &str| {
            let (route, _) = names.inside(place, &Method::GET, path);
            route.map(|route| route.to_string())
        };
        let id = "0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60";
        for (place, path, expected) in [
            (
                Place::Scim,
                format!("/Users/{id}"),
                Some("/t/{tenant}/scim/v2/Users/{id}"),
            ),
            (
                Place::Management,
                format!("/users/{id}/deactivate"),
                Some("/t/{tenant}/api/v1/users/{id}/deactivate"),
            ),
            (
                Place::Session,
                "/session".to_owned(),
                Some("/t/{tenant}/session"),
            ),
            (
                Place::Site,
                "/saml/acs".to_owned(),
                Some("/t/{tenant}/saml/acs"),
            ),
            (Place::Site, "/nothing".to_owned(), None),
            (
                Place::Console,
                format!("/users/{id}/unbind"),
                Some("/t/{tenant}/console/users"),
            ),
            (
                Place::Console,
                "/nothing".to_owned(),
                Some("/t/{tenant}/console"),
            ),
        ] {
            assert_eq!(name(place, &path).as_deref(), expected, "{path}");
        }
        assert_eq!(
            Names::outside("/assets/roster-1.css").as_deref(),
            Some("/assets/{file}")
        );
        assert_eq!(Names::outside("/wp-login.php"), None);
    }
}
