//! Where a browser may be sent after a sign-in: to a path of ours, or to an address that the tenant
//! lists. Anything else would make Roster a signpost for phishers (an open redirect).

use url::{Host, Url};

use crate::text::InvalidText;

/// The longest address that is taken, in bytes.
const LIMIT: usize = 2048;

/// An address of the application to which people may return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnUrl(Url);

/// An address that a browser may be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReturnTarget {
    /// A path of ours, with its query; begins with one slash.
    Path(String),
    /// An absolute URL on the tenant's list.
    Listed(String),
}

impl ReturnUrl {
    /// Checks and keeps the address. One that ends in a slash stands for everything below it.
    ///
    /// # Errors
    /// [`InvalidText`] says what is wrong with it.
    pub fn new(text: &str) -> Result<Self, InvalidText> {
        const ALLOWED: &str =
            "is not an https URL without user name and fragment (http only for localhost)";
        let text = text.trim();
        if text.len() > LIMIT {
            return Err(InvalidText::TooLong {
                length: text.len(),
                limit: LIMIT,
            });
        }
        let url = Url::parse(text).map_err(|_| InvalidText::Malformed(ALLOWED))?;
        // The normal form writes what isn't ASCII in three times the bytes, and is what is kept.
        if url.as_str().len() > LIMIT {
            return Err(InvalidText::TooLong {
                length: url.as_str().len(),
                limit: LIMIT,
            });
        }
        let scheme = url.scheme() == "https" || (url.scheme() == "http" && is_local(&url));
        if scheme
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
        {
            Ok(Self(url))
        } else {
            Err(InvalidText::Malformed(ALLOWED))
        }
    }

    /// The address, in its normal form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    fn covers(&self, target: &Url) -> bool {
        let path = if self.0.path().ends_with('/') {
            target.path().starts_with(self.0.path())
        } else {
            target.path() == self.0.path()
        };
        let query = self.0.query().is_none() || self.0.query() == target.query();
        self.0.origin() == target.origin()
            && target.username().is_empty()
            && target.password().is_none()
            && path
            && query
    }
}

/// Whether a URL leads to this very machine, where plain http can't be overheard.
#[must_use]
pub fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Where `wanted` leads, if a browser may be sent there.
#[must_use]
pub fn allowed(wanted: &str, listed: &[ReturnUrl]) -> Option<ReturnTarget> {
    let odd = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
    if wanted.len() > LIMIT || wanted.chars().any(odd) {
        return None;
    }
    if wanted.starts_with('/') {
        // Resolved as a browser would: a path that leaves its host was none.
        let base = Url::parse("https://own.invalid/").ok()?;
        let url = base.join(wanted).ok()?;
        let own = url.origin() == base.origin() && !wanted.starts_with("//");
        let path = url.path().to_owned();
        return (own && !path.starts_with("//")).then(|| match url.query() {
            Some(query) => ReturnTarget::Path(format!("{path}?{query}")),
            None => ReturnTarget::Path(path),
        });
    }
    let url = Url::parse(wanted).ok()?;
    listed
        .iter()
        .any(|entry| entry.covers(&url))
        .then(|| ReturnTarget::Listed(url.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed() -> Vec<ReturnUrl> {
        [
            "https://app.example.com/welcome",
            "https://app.example.com/teams/",
            "http://localhost:3000/",
        ]
        .map(|url| ReturnUrl::new(url).unwrap())
        .into()
    }

    #[test]
    fn our_own_paths_are_allowed() {
        for (wanted, path) in [
            ("/", "/"),
            ("/t/acme/", "/t/acme/"),
            ("/docs?api=scim", "/docs?api=scim"),
            ("/a/../b", "/b"),
        ] {
            let target = Some(ReturnTarget::Path(path.to_owned()));
            assert_eq!(allowed(wanted, &[]), target, "{wanted}");
        }
    }

    #[test]
    fn what_only_looks_like_a_path_is_not() {
        for bad in [
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/ /evil",
            "/..//evil.example",
            "/.//evil.example",
            "evil.example",
            "",
            "javascript:alert(1)",
            "data:text/html,x",
            "/a\r\nSet-Cookie: x=y",
        ] {
            assert_eq!(allowed(bad, &listed()), None, "{bad:?}");
        }
    }

    #[test]
    fn a_listed_address_is_allowed_and_its_neighbours_are_not() {
        for good in [
            "https://app.example.com/welcome",
            "https://APP.example.com:443/welcome?x=1",
            "https://app.example.com/teams/a/b",
            "http://localhost:3000/anything",
        ] {
            assert!(allowed(good, &listed()).is_some(), "{good}");
        }
        for bad in [
            "http://app.example.com/welcome",
            "https://app.example.com/welcome/x",
            "https://app.example.com:444/welcome",
            "https://app.example.com.evil.example/welcome",
            "https://app.example.com@evil.example/welcome",
            "https://user@app.example.com/welcome",
            "https://app.example.com/teams/../admin",
            "https://app.example.com/teams/%2e%2e/admin",
            "http://localhost:3001/",
        ] {
            assert_eq!(allowed(bad, &listed()), None, "{bad}");
        }
    }

    #[test]
    fn only_safe_addresses_can_be_listed() {
        for bad in [
            "",
            "/path",
            "http://app.example.com/",
            "https://user:pw@app.example.com/",
            "https://app.example.com/#x",
            "javascript:alert(1)",
        ] {
            assert!(ReturnUrl::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_kept_is_short_enough_to_be_read_again() {
        // Each letter is 2 bytes here, and 6 in the normal form.
        let url = |letters: usize| format!("https://app.example.com/{}", "é".repeat(letters));
        let kept = ReturnUrl::new(&url(300)).unwrap();
        assert_eq!(ReturnUrl::new(kept.as_str()), Ok(kept));
        assert!(matches!(
            ReturnUrl::new(&url(900)),
            Err(InvalidText::TooLong { .. })
        ));
    }
}
