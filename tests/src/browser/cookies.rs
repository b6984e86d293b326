//! A cookie jar for one site, with the rules of Chromium that a sign-in depends on (RFC 6265bis).
//! A cookie that Chromium would silently drop is a mistake of the server, so it fails the test.

use std::fmt;

/// Where a request comes from, and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// A page of the same site, or the address bar.
    SameSite,
    /// A link or redirect of another site, followed with GET.
    ForeignLink,
    /// A form of another site, sent with POST.
    ForeignForm,
}

/// When a cookie goes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// Never from another site.
    Strict,
    /// From another site by GET only; also what a cookie has that says nothing.
    Lax,
    /// Always.
    None,
}

/// A cookie.
#[derive(Clone, PartialEq, Eq)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The path below which it is sent.
    pub path: String,
    /// Whether it is kept from unencrypted connections.
    pub secure: bool,
    /// Whether it is kept from scripts.
    pub http_only: bool,
    /// Whether it is kept from requests of other sites.
    pub same_site: SameSite,
    /// How long it is kept, in seconds; `None`: as long as the browser runs.
    pub max_age: Option<i64>,
}

impl fmt::Debug for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cookie")
            .field("name", &self.name)
            .field("path", &self.path)
            .field("same_site", &self.same_site)
            .finish_non_exhaustive()
    }
}

impl Cookie {
    /// Reads a `Set-Cookie` of an answer to `path` at a site.
    #[track_caller]
    fn parse(header: &str, origin: &str, path: &str) -> Self {
        let mut parts = header.split(';').map(str::trim);
        let first = parts.next().unwrap_or_default();
        let (name, value) = first.split_once('=').expect("a cookie without a value");
        let directory = path.rfind('/').map_or("/", |at| &path[..at.max(1)]);
        let mut cookie = Self {
            name: name.to_owned(),
            value: value.to_owned(),
            path: directory.to_owned(),
            secure: false,
            http_only: false,
            same_site: SameSite::Lax,
            max_age: None,
        };
        let mut domain = false;
        for part in parts {
            let (attribute, value) = part.split_once('=').unwrap_or((part, ""));
            match attribute.to_ascii_lowercase().as_str() {
                "path" if value.starts_with('/') => value.clone_into(&mut cookie.path),
                "secure" => cookie.secure = true,
                "httponly" => cookie.http_only = true,
                "domain" => domain = true,
                "max-age" => cookie.max_age = Some(value.parse().expect("Max-Age in seconds")),
                "samesite" => {
                    cookie.same_site = match value.to_ascii_lowercase().as_str() {
                        "strict" => SameSite::Strict,
                        "none" => SameSite::None,
                        _ => SameSite::Lax,
                    };
                }
                _ => {}
            }
        }
        cookie.check(header, origin, domain);
        cookie
    }

    /// Whether Chromium keeps it.
    #[track_caller]
    fn check(&self, header: &str, origin: &str, domain: bool) {
        let local = ["http://localhost", "http://127.0.0.1"];
        let trustworthy =
            origin.starts_with("https://") || local.iter().any(|at| origin.starts_with(at));
        let host = self.name.starts_with("__Host-");
        assert!(
            !host || (self.secure && self.path == "/" && !domain),
            "a browser drops a __Host- cookie without Secure or Path=/, or with Domain: {header}"
        );
        assert!(
            self.secure || !self.name.starts_with("__Secure-"),
            "a browser drops a __Secure- cookie without Secure: {header}"
        );
        assert!(
            self.secure || self.same_site != SameSite::None,
            "a browser drops a cookie with SameSite=None and without Secure: {header}"
        );
        assert!(
            trustworthy || !self.secure,
            "a browser drops a Secure cookie that comes over http: {header}"
        );
        assert!(
            self.name.len() + self.value.len() <= 4096,
            "a browser drops a cookie of more than 4096 bytes: {} has {}",
            self.name,
            self.value.len()
        );
    }

    fn goes_to(&self, path: &str, from: From) -> bool {
        let rest = path.strip_prefix(self.path.as_str());
        let below = rest.is_some_and(|rest| {
            rest.is_empty() || rest.starts_with('/') || self.path.ends_with('/')
        });
        let allowed = match self.same_site {
            SameSite::None => true,
            SameSite::Lax => from != From::ForeignForm,
            SameSite::Strict => from == From::SameSite,
        };
        below && allowed
    }
}

/// The cookies of one site.
#[derive(Debug, Clone, Default)]
pub struct Jar(Vec<Cookie>);

impl Jar {
    /// Takes a `Set-Cookie`, and answers the cookie if that set one; `None`: it removed one.
    #[track_caller]
    pub fn take(&mut self, header: &str, origin: &str, path: &str) -> Option<Cookie> {
        let cookie = Cookie::parse(header, origin, path);
        self.0
            .retain(|present| (&present.name, &present.path) != (&cookie.name, &cookie.path));
        if cookie.max_age.is_some_and(|age| age <= 0) {
            return None;
        }
        self.0.push(cookie.clone());
        Some(cookie)
    }

    /// The value of the header `Cookie` for a request, if any goes along.
    #[must_use]
    pub fn header(&self, path: &str, from: From) -> Option<String> {
        let sent = self.0.iter().filter(|cookie| cookie.goes_to(path, from));
        let pairs: Vec<_> = sent
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// All of them.
    #[must_use]
    pub fn cookies(&self) -> &[Cookie] {
        &self.0
    }

    /// Adds or replaces a cookie, as somebody at the keyboard can.
    pub fn put(&mut self, cookie: Cookie) {
        self.0
            .retain(|present| (&present.name, &present.path) != (&cookie.name, &cookie.path));
        self.0.push(cookie);
    }

    /// Removes the cookies of that name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|cookie| cookie.name != name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: &str = "https://roster.example";

    #[test]
    fn a_form_of_another_site_brings_only_cookies_that_allow_it() {
        let mut jar = Jar::default();
        for (name, rule) in [("a", "None"), ("b", "Lax"), ("c", "Strict")] {
            let header = format!("{name}=1; Path=/t/x; Secure; SameSite={rule}");
            assert!(jar.take(&header, SITE, "/t/x/session").is_some());
        }
        assert!(jar.take("d=1", SITE, "/t/x/session").is_some());
        let sent = |path, from| jar.header(path, from).unwrap_or_default();
        assert_eq!(sent("/t/x/saml/acs", From::ForeignForm), "a=1");
        assert_eq!(sent("/t/x/", From::ForeignLink), "a=1; b=1; d=1");
        assert_eq!(sent("/t/x", From::SameSite), "a=1; b=1; c=1; d=1");
        assert_eq!(sent("/t/xy", From::SameSite), "");
    }

    #[test]
    fn a_cookie_is_replaced_and_removed_by_name_and_path() {
        let mut jar = Jar::default();
        let _ = jar.take("a=1; Path=/", SITE, "/");
        let _ = jar.take("a=2; Path=/", SITE, "/");
        assert_eq!(jar.header("/", From::SameSite).unwrap(), "a=2");
        assert_eq!(jar.take("a=; Path=/; Max-Age=0", SITE, "/"), None);
        assert_eq!(jar.header("/", From::SameSite), None);
    }

    #[test]
    #[should_panic(expected = "__Host-")]
    fn a_host_cookie_for_a_part_of_the_site_fails_the_test() {
        let _ = Jar::default().take("__Host-a=1; Path=/t; Secure", SITE, "/t");
    }

    #[test]
    #[should_panic(expected = "SameSite=None")]
    fn a_cookie_for_other_sites_that_is_not_secure_fails_the_test() {
        let _ = Jar::default().take("a=1; SameSite=None", "http://localhost:1", "/");
    }

    #[test]
    fn secure_cookies_are_kept_on_localhost() {
        let taken = Jar::default().take("a=1; Secure", "http://localhost:8080", "/");
        assert!(taken.is_some_and(|cookie| cookie.secure));
    }
}
