//! The two cookies: a session's, and an attempt's while its person is at the identity provider.
//!
//! Over https their names begin with `__Host-`, by which browsers promise that this very host set
//! them, over https and for every path (RFC 6265bis section 4.1.3.2). On localhost browsers offer no
//! such promise to plain http, so the names are bare there.

use std::collections::BTreeSet;

use poem::http::header::COOKIE;
use poem::http::{HeaderMap, HeaderValue};
use roster_application::sign_in::attempt;
use roster_domain::secret::Secret;

use crate::address::Transport;

/// What the header `Cookie` says about a session.
#[derive(Debug, PartialEq, Eq)]
pub enum SessionCookie {
    /// Nothing.
    Absent,
    /// One value.
    Value(String),
    /// Several values, of which one may have been set by a neighbour: none is believed.
    Ambiguous,
}

/// Where a tenant's cookies are written and read.
#[derive(Debug, Clone, Copy)]
pub struct Cookies<'a> {
    transport: Transport,
    slug: &'a str,
}

impl<'a> Cookies<'a> {
    /// Those of the tenant `slug`. `None`: cookies would be unprotected, so there are none.
    pub fn of(transport: Transport, slug: &'a str) -> Option<Self> {
        (transport != Transport::Plain).then_some(Self { transport, slug })
    }

    /// The session among a request's cookies.
    pub fn session(self, headers: &HeaderMap) -> SessionCookie {
        let name = self.session_name();
        let mut values: BTreeSet<&str> = pairs(headers)
            .filter(|(found, _)| *found == name)
            .map(|(_, value)| value)
            .collect();
        match (values.pop_first(), values.is_empty()) {
            (None, _) => SessionCookie::Absent,
            (Some(value), true) => SessionCookie::Value(value.to_owned()),
            (Some(_), false) => SessionCookie::Ambiguous,
        }
    }

    /// Whether a request brings a session, good or bad.
    pub fn any_session(self, headers: &HeaderMap) -> bool {
        self.session(headers) != SessionCookie::Absent
    }

    /// Gives the browser a session. Without `Max-Age`: it ends with the browser, at the latest.
    pub fn set_session(self, secret: &Secret) -> Option<HeaderValue> {
        let (name, attributes) = (self.session_name(), self.session_attributes());
        secret_header(&format!("{name}={}{attributes}", secret.reveal()))
    }

    /// Takes the session from the browser.
    pub fn clear_session(self) -> Option<HeaderValue> {
        let (name, attributes) = (self.session_name(), self.session_attributes());
        secret_header(&format!("{name}={attributes}; Max-Age=0"))
    }

    /// The attempts among a request's cookies. Each is sealed, so a foreign one does no harm.
    pub fn attempts(self, headers: &HeaderMap) -> Vec<&str> {
        let names: Vec<String> = (0..attempt::SLOTS)
            .map(|slot| self.attempt_name(slot))
            .collect();
        pairs(headers)
            .filter(|(found, _)| names.iter().any(|name| name == found))
            .map(|(_, value)| value)
            .collect()
    }

    /// Gives the browser an attempt to keep.
    pub fn set_attempt(self, slot: u8, sealed: &str) -> Option<HeaderValue> {
        let seconds = attempt::LIFETIME.whole_seconds();
        self.attempt(slot, sealed, seconds)
    }

    /// Takes an attempt from the browser.
    pub fn clear_attempt(self, slot: u8) -> Option<HeaderValue> {
        self.attempt(slot, "", 0)
    }

    /// The identity provider's answer is posted by a page of its own, so this cookie goes along
    /// with requests from other sites (`SameSite=None`), which browsers only accept beside `Secure`;
    /// for localhost they count plain http as secure.
    fn attempt(self, slot: u8, value: &str, seconds: i64) -> Option<HeaderValue> {
        let name = self.attempt_name(slot);
        secret_header(&format!(
            "{name}={value}; Path=/; HttpOnly; Secure; SameSite=None; Max-Age={seconds}"
        ))
    }

    /// The name of the session's cookie.
    pub fn session_name(self) -> String {
        format!("{}roster_session_{}", self.prefix(), self.slug)
    }

    fn attempt_name(self, slot: u8) -> String {
        format!("{}roster_attempt_{}_{slot}", self.prefix(), self.slug)
    }

    fn session_attributes(self) -> &'static str {
        match self.transport {
            Transport::Https => "; Path=/; HttpOnly; Secure; SameSite=Lax",
            Transport::Local | Transport::Plain => "; Path=/; HttpOnly; SameSite=Lax",
        }
    }

    fn prefix(self) -> &'static str {
        match self.transport {
            Transport::Https => "__Host-",
            Transport::Local | Transport::Plain => "",
        }
    }
}

/// Every cookie of a request, by name and value. What is no cookie is passed over.
fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| {
        line.split(';').filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let value = value.trim();
            let quoted = value
                .strip_prefix('"')
                .and_then(|value| value.strip_suffix('"'));
            Some((name.trim(), quoted.unwrap_or(value)))
        })
    })
}

/// A header that no log of the server's machinery shows.
fn secret_header(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, line.parse().unwrap());
        }
        headers
    }

    fn https() -> Cookies<'static> {
        Cookies::of(Transport::Https, "acme").unwrap()
    }

    #[test]
    fn a_session_is_found_among_other_cookies_in_any_spelling() {
        for lines in [
            &["__Host-roster_session_acme=s"] as &[&str],
            &["a=b; __Host-roster_session_acme=s; c"],
            &["a=b;__Host-roster_session_acme=\"s\""],
            &["a=b", " __Host-roster_session_acme = s "],
            &["__Host-roster_session_acme=s; __Host-roster_session_acme=s"],
        ] {
            let found = https().session(&headers(lines));
            assert_eq!(found, SessionCookie::Value("s".to_owned()), "{lines:?}");
        }
    }

    #[test]
    fn a_neighbours_cookie_is_not_the_session() {
        for lines in [
            &["roster_session_acme=s"] as &[&str],
            &["__Host-roster_session_acme2=s"],
            &["__host-roster_session_acme=s"],
            &["__Host-roster_session_ac=me=s"],
            &["x=__Host-roster_session_acme=s"],
        ] {
            let found = https().session(&headers(lines));
            assert_eq!(found, SessionCookie::Absent, "{lines:?}");
        }
        let two = headers(&["__Host-roster_session_acme=s; __Host-roster_session_acme=t"]);
        assert_eq!(https().session(&two), SessionCookie::Ambiguous);
        let apart = headers(&[
            "__Host-roster_session_acme=s",
            "__Host-roster_session_acme=t",
        ]);
        assert_eq!(https().session(&apart), SessionCookie::Ambiguous);
    }

    #[test]
    fn attempts_of_every_slot_are_found_and_of_no_other_tenant() {
        let line = "__Host-roster_attempt_acme_0=a; __Host-roster_attempt_acme_4=b; \
            __Host-roster_attempt_acme_5=c; __Host-roster_attempt_other_0=d; roster_attempt_acme_0=e";
        assert_eq!(https().attempts(&headers(&[line])), ["a", "b"]);
    }

    #[test]
    fn a_cookie_is_never_shown_by_a_log() {
        let cookie = https().set_attempt(1, "sealed").unwrap();
        assert!(!format!("{cookie:?}").contains("sealed"));
        assert!(Cookies::of(Transport::Plain, "acme").is_none());
    }
}
