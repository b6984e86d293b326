//! Where a path leads, and in which shape a request for it wants to be refused. Paths are compared
//! byte by byte and never decoded.

use poem::http::HeaderMap;
use poem::http::header::ACCEPT;

use crate::failure::Api;
use crate::site::Site;

/// What is below a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The SCIM API.
    Scim,
    /// The management API.
    Management,
    /// The session API.
    Session,
    /// The administrators' console.
    Console,
    /// The pages of a sign-in.
    Site,
}

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Destination<'a> {
    /// To a place of a tenant.
    Inside {
        slug: &'a str,
        place: Place,
        path: &'a str,
    },
    /// Below `/t/`, but to none of the APIs that it names.
    Astray(Api),
    /// Not below `/t/`.
    Outside,
}

/// Reads a raw path. In the APIs one slash at the end is forgiven, and one at the end of the Tenant
/// URL, which makes two where a client adds `/Users` to it.
pub(crate) fn destination(path: &str) -> Destination<'_> {
    let Some(rest) = path.strip_prefix("/t/") else {
        return Destination::Outside;
    };
    let slug = rest.split('/').next().unwrap_or_default();
    let path = rest.strip_prefix(slug).unwrap_or_default();
    let inside = |place, path| Destination::Inside { slug, place, path };
    for (place, base) in [(Place::Scim, "/scim/v2"), (Place::Management, "/api/v1")] {
        let Some(inner) = path.strip_prefix(base) else {
            continue;
        };
        let inner = inner
            .strip_prefix('/')
            .filter(|rest| rest.starts_with('/'))
            .unwrap_or(inner);
        if inner.is_empty() || inner == "/" {
            return inside(place, "/");
        }
        if inner.starts_with('/') {
            return inside(place, inner.strip_suffix('/').unwrap_or(inner));
        }
    }
    match path.split('/').nth(1) {
        Some("scim") => Destination::Astray(Api::Scim),
        Some("api") => Destination::Astray(Api::Management),
        // The session API has its place in its paths: /session and what is below.
        Some("session") => inside(Place::Session, path.strip_suffix('/').unwrap_or(path)),
        Some("console") => {
            let inner = path.strip_prefix("/console").unwrap_or_default();
            inside(Place::Console, if inner.is_empty() { "/" } else { inner })
        }
        _ => inside(Place::Site, path),
    }
}

/// The shape in which a request wants to be refused.
pub(crate) fn api_of(path: &str, headers: &HeaderMap) -> Api {
    match destination(path) {
        Destination::Inside { place, path, .. } => shape_of(place, path, headers),
        Destination::Astray(api) => api,
        Destination::Outside => Api::Management,
    }
}

/// What isn't there is refused with a page to those who read pages.
pub(crate) fn shape_of(place: Place, path: &str, headers: &HeaderMap) -> Api {
    match place {
        Place::Scim => Api::Scim,
        Place::Management | Place::Session => Api::Management,
        Place::Console => Api::Pages,
        Place::Site if Site::knows(path) || prefers_pages(headers) => Api::Pages,
        Place::Site => Api::Management,
    }
}

/// Whether HTML is accepted by name, and at least as much as JSON (RFC 9110 section 12.5.1).
fn prefers_pages(headers: &HeaderMap) -> bool {
    let weight = |wanted: &str| {
        let lines = headers.get_all(ACCEPT).iter();
        let entries = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','));
        let weights = entries.filter_map(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            let named = parts.next()?.eq_ignore_ascii_case(wanted);
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            let weight = weight.map_or(Some(1.0), |weight| weight.parse::<f32>().ok());
            weight.filter(|_| named)
        });
        weights.fold(0.0, f32::max)
    };
    let html = weight("text/html");
    html > 0.0 && html >= weight("application/json")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn inside<'a>(slug: &'a str, place: Place, path: &'a str) -> Destination<'a> {
        Destination::Inside { slug, place, path }
    }

    #[test]
    fn each_api_has_its_place_below_the_tenant() {
        for (path, expected) in [
            ("/t/acme/scim/v2", inside("acme", Place::Scim, "/")),
            ("/t/acme/scim/v2/", inside("acme", Place::Scim, "/")),
            (
                "/t/acme/scim/v2/Users",
                inside("acme", Place::Scim, "/Users"),
            ),
            (
                "/t/acme/scim/v2/Users/",
                inside("acme", Place::Scim, "/Users"),
            ),
            (
                "/t/acme/scim/v2//Users",
                inside("acme", Place::Scim, "/Users"),
            ),
            (
                "/t/acme/scim/v2///Users",
                inside("acme", Place::Scim, "//Users"),
            ),
            (
                "/t/acme/scim/v2/Users/1",
                inside("acme", Place::Scim, "/Users/1"),
            ),
            (
                "/t/acme/api/v1/users",
                inside("acme", Place::Management, "/users"),
            ),
            ("/t//scim/v2/Users", inside("", Place::Scim, "/Users")),
        ] {
            assert_eq!(destination(path), expected, "{path}");
        }
    }

    #[test]
    fn the_session_and_the_pages_are_beside_the_apis() {
        for (path, expected) in [
            (
                "/t/acme/session",
                inside("acme", Place::Session, "/session"),
            ),
            (
                "/t/acme/session/",
                inside("acme", Place::Session, "/session"),
            ),
            (
                "/t/acme/session/token",
                inside("acme", Place::Session, "/session/token"),
            ),
            ("/t/acme/sessions", inside("acme", Place::Site, "/sessions")),
            ("/t/acme/console", inside("acme", Place::Console, "/")),
            (
                "/t/acme/console/users",
                inside("acme", Place::Console, "/users"),
            ),
            (
                "/t/acme/console/users/",
                inside("acme", Place::Console, "/users/"),
            ),
            ("/t/acme/consoles", inside("acme", Place::Site, "/consoles")),
            ("/t/acme", inside("acme", Place::Site, "")),
            ("/t/acme/", inside("acme", Place::Site, "/")),
            ("/t/acme/saml/acs", inside("acme", Place::Site, "/saml/acs")),
            ("/t/", inside("", Place::Site, "")),
        ] {
            assert_eq!(destination(path), expected, "{path}");
        }
    }

    #[test]
    fn other_spellings_lead_nowhere() {
        for path in [
            "/t/acme/%73cim/v2/Users",
            "/t/acme/scim%2fv2/Users",
            "/t/acme/SCIM/v2/Users",
            "/t/acme//scim/v2/Users",
            "/t/acme/./scim/v2/Users",
            "/t/x/../acme/scim/v2/Users",
            "/t/acme/%73ession",
            "/t/acme//session",
            "/t/acme/saml/acs/",
            "/t/acme//",
            "/t/acme/saml/%61cs",
        ] {
            let Destination::Inside {
                place: Place::Site,
                path: inner,
                ..
            } = destination(path)
            else {
                panic!("{path}")
            };
            assert!(!Site::knows(inner), "{path}");
        }
        for path in [
            "/t/acme/api/v2/users",
            "/t/acme/api",
            "/t/acme/api/v1x/users",
        ] {
            assert_eq!(
                destination(path),
                Destination::Astray(Api::Management),
                "{path}"
            );
        }
        for path in [
            "/t/acme/scim",
            "/t/acme/scim/v2x/Users",
            "/t/acme/scim/v1/Users",
            "/t/acme/scim//v2",
        ] {
            assert_eq!(destination(path), Destination::Astray(Api::Scim), "{path}");
        }
        for path in [
            "",
            "*",
            "/",
            "/t",
            "//t/acme/scim/v2/Users",
            "/%74/acme/scim/v2/Users",
            "/docs",
        ] {
            assert_eq!(destination(path), Destination::Outside, "{path}");
        }
    }

    #[test]
    fn browsers_are_refused_with_a_page_and_programs_with_a_problem() {
        let shape = |path: &str, accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().unwrap());
            api_of(path, &headers)
        };
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert_eq!(shape("/t/acme/nothing", browser), Api::Pages);
        for program in [
            "*/*",
            "",
            "application/json",
            "application/json, text/html;q=0.5",
            "text/html;q=0",
        ] {
            assert_eq!(
                shape("/t/acme/nothing", program),
                Api::Management,
                "{program}"
            );
            assert_eq!(shape("/t/acme/saml/acs", program), Api::Pages, "{program}");
        }
        assert_eq!(shape("/t/acme/scim/v2/Users", browser), Api::Scim);
        assert_eq!(shape("/t/acme/api/v1/users", browser), Api::Management);
        assert_eq!(shape("/t/acme/session", browser), Api::Management);
    }

    proptest! {
        #[test]
        fn what_is_inside_is_literally_below_its_tenant(path in "/t/[t.%2fa-z]{0,6}/?(scim/v2|api/v1|session|console|saml/acs)?[/.%a-zA-Z0-9]{0,12}") {
            if let Destination::Inside { slug, place, path: inner } = destination(&path) {
                prop_assert!(!slug.contains('/'));
                let base = match place {
                    Place::Scim => "/scim/v2",
                    Place::Management => "/api/v1",
                    Place::Session => "",
                    Place::Console => "/console",
                    Place::Site => {
                        prop_assert_eq!(path.clone(), format!("/t/{slug}{inner}"));
                        return Ok(());
                    }
                };
                let whole = format!("/t/{slug}{base}{}", if inner == "/" { "" } else { inner });
                let doubled = whole.replacen(base, &format!("{base}/"), 1);
                let spellings = [whole.clone(), format!("{whole}/"), doubled.clone(), format!("{doubled}/")];
                prop_assert!(spellings.contains(&path), "{path} {whole}");
                prop_assert!(inner.starts_with('/'));
            }
        }
    }
}
