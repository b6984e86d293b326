//! Requests that another site makes a browser send (cross-site request forgery): they carry the
//! session's cookie, but not what only our own pages know, and they say where they come from.

use poem::http::header::ORIGIN;
use poem::http::{HeaderMap, HeaderName, Method};
use roster_application::sessions::SignedIn;

use crate::address::PublicAddress;

/// The header in which a write by session brings its token along.
pub const CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");

/// What a browser says about the page that a request comes from (Fetch Metadata).
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Why a write is refused.
pub const WITHOUT_TOKEN: &str = "A change that is made with a session's cookie must bring the session's CSRF token \
    along, in the header X-CSRF-Token. GET /t/{tenant}/session tells it, as csrfToken; nothing was changed.";
const FOREIGN: &str = "The browser says that this request comes from a page of another site, so nothing was changed. \
    Send it from a page that was opened at the public URL of this server.";

/// Whether a method changes nothing (RFC 9110 section 9.2.1).
pub fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Refuses what comes from a page of another origin, as far as the browser tells.
///
/// # Errors
/// Why, for whoever sent it.
pub fn check_origin(headers: &HeaderMap, address: &PublicAddress) -> Result<(), &'static str> {
    let said = |name: &HeaderName| {
        let values: Vec<&[u8]> = headers
            .get_all(name)
            .iter()
            .map(poem::http::HeaderValue::as_bytes)
            .collect();
        values
    };
    let sites = said(&FETCH_SITE);
    if sites.contains(&b"cross-site".as_slice()) {
        return Err(FOREIGN);
    }
    // A form on a page that sends no referrer has the origin `null`; then the other header counts,
    // which no page can forge.
    let withheld = sites == [b"same-origin".as_slice()];
    let own =
        |origin: &&[u8]| *origin == address.origin().as_bytes() || (withheld && *origin == b"null");
    if said(&ORIGIN).iter().all(own) {
        Ok(())
    } else {
        Err(FOREIGN)
    }
}

/// Refuses a write by session that does not come from a page which that session was shown.
///
/// # Errors
/// Why, for whoever sent it.
pub fn check_write(
    headers: &HeaderMap,
    address: &PublicAddress,
    signed_in: &SignedIn,
) -> Result<(), &'static str> {
    check_origin(headers, address)?;
    let mut tokens = headers.get_all(CSRF_TOKEN).iter();
    let token = match (tokens.next(), tokens.next()) {
        (Some(token), None) => token.to_str().ok(),
        _ => None,
    };
    match token {
        Some(token) if signed_in.may_write(token) => Ok(()),
        _ => Err(WITHOUT_TOKEN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(&str, &str)]) -> bool {
        let address = PublicAddress::of("https://roster.example.com/below");
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        check_origin(&map, &address).is_ok()
    }

    #[test]
    fn our_own_pages_and_programs_without_a_browser_pass() {
        let own = ("origin", "https://roster.example.com");
        for headers in [
            &[] as &[(&str, &str)],
            &[own],
            &[own, ("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
            &[("origin", "null"), ("sec-fetch-site", "same-origin")],
        ] {
            assert!(check(headers), "{headers:?}");
        }
    }

    #[test]
    fn pages_of_other_origins_do_not() {
        let own = ("origin", "https://roster.example.com");
        for headers in [
            &[("origin", "https://evil.example")] as &[(&str, &str)],
            &[("origin", "https://roster.example.com.evil.example")],
            &[
                ("origin", "https://sub.roster.example.com"),
                ("sec-fetch-site", "same-site"),
            ],
            &[("origin", "http://roster.example.com")],
            &[("origin", "https://roster.example.com:8443")],
            &[("origin", "null")],
            &[("origin", "null"), ("sec-fetch-site", "cross-site")],
            &[("origin", "")],
            &[own, ("origin", "https://evil.example")],
            &[own, ("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "cross-site")],
            &[
                ("origin", "null"),
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-site", "none"),
            ],
        ] {
            assert!(!check(headers), "{headers:?}");
        }
    }
}
