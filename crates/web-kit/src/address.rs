//! Where browsers reach this server, and what that means for cookies and redirects.

use roster_domain::return_url::{ReturnTarget, is_local};
use url::Url;

/// What protects a browser's connection to the public URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// TLS.
    Https,
    /// Nothing, but the connection doesn't leave the machine.
    Local,
    /// Nothing: a session's cookie could be read on its way, so there are no sessions.
    Plain,
}

/// The public URL, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAddress {
    /// The whole, without a slash at the end.
    url: String,
    /// Scheme, host and port, as browsers write them in the header `Origin`.
    origin: String,
    /// The path below which a proxy serves Roster; empty, or without a slash at the end.
    root: String,
    transport: Transport,
}

impl PublicAddress {
    /// Takes a public URL apart: scheme, host, port, perhaps a path.
    #[must_use]
    pub fn of(public_url: &str) -> Self {
        let url = public_url.trim_end_matches('/').to_owned();
        let parsed = Url::parse(&url).ok();
        let transport = match &parsed {
            Some(url) if url.scheme() == "https" => Transport::Https,
            Some(url) if is_local(url) => Transport::Local,
            _ => Transport::Plain,
        };
        let (origin, root) = parsed.map_or_else(Default::default, |url| {
            let root = url.path().trim_end_matches('/').to_owned();
            (url.origin().ascii_serialization(), root)
        });
        Self {
            url,
            origin,
            root,
            transport,
        }
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The path before every path of ours; empty, or without a slash at the end.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// What protects the connection.
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// The address of a path of ours.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Where a signed-in browser goes. A path may be given with or without the root.
    pub fn target(&self, target: &ReturnTarget) -> String {
        match target {
            ReturnTarget::Listed(url) => url.clone(),
            ReturnTarget::Path(path) => {
                let below = path.strip_prefix(self.root.as_str());
                let rooted =
                    below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
                if rooted {
                    format!("{}{path}", self.origin)
                } else {
                    self.absolute(path)
                }
            }
        }
    }
}

/// The origin of an address as a policy names it; `None` for one that has none.
#[must_use]
pub fn origin_of(url: &str) -> Option<String> {
    let origin = Url::parse(url).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(public_url: &str) -> PublicAddress {
        PublicAddress::of(public_url)
    }

    #[test]
    fn only_https_and_this_machine_are_safe_for_sessions() {
        for (url, transport) in [
            ("https://roster.example.com", Transport::Https),
            ("http://localhost:8080", Transport::Local),
            ("http://127.0.0.1:8080", Transport::Local),
            ("http://[::1]:8080", Transport::Local),
            ("http://roster.example.com", Transport::Plain),
            ("http://localhost.example.com", Transport::Plain),
            ("http://10.0.0.1", Transport::Plain),
            ("nonsense", Transport::Plain),
        ] {
            assert_eq!(address(url).transport(), transport, "{url}");
        }
    }

    #[test]
    fn the_origin_is_what_browsers_write() {
        for (url, origin, root) in [
            (
                "https://Roster.example.com:443",
                "https://roster.example.com",
                "",
            ),
            ("http://localhost:8080/", "http://localhost:8080", ""),
            ("https://example.com/a/b", "https://example.com", "/a/b"),
        ] {
            let address = address(url);
            assert_eq!((address.origin(), address.root()), (origin, root), "{url}");
        }
    }

    #[test]
    fn a_path_leads_below_the_root_once() {
        let path = |path: &str| ReturnTarget::Path(path.to_owned());
        let plain = address("https://example.com");
        assert_eq!(
            plain.target(&path("/t/a/?x=1")),
            "https://example.com/t/a/?x=1"
        );
        let below = address("https://example.com/roster");
        for (given, expected) in [
            ("/t/a/", "https://example.com/roster/t/a/"),
            ("/roster/t/a/", "https://example.com/roster/t/a/"),
            ("/roster", "https://example.com/roster"),
            ("/roster?x", "https://example.com/roster?x"),
            ("/rosters/t", "https://example.com/roster/rosters/t"),
        ] {
            assert_eq!(below.target(&path(given)), expected, "{given}");
        }
        let listed = ReturnTarget::Listed("https://app.example.com/".to_owned());
        assert_eq!(below.target(&listed), "https://app.example.com/");
    }

    #[test]
    fn an_origin_has_no_path_and_no_way_out_of_a_policy() {
        for (url, origin) in [
            (
                "https://idp.example.com/slo?x=1",
                Some("https://idp.example.com"),
            ),
            (
                "https://idp.example.com:8443/;'none'",
                Some("https://idp.example.com:8443"),
            ),
            ("http://localhost:7000/slo", Some("http://localhost:7000")),
            ("data:text/html,x", None),
            ("nonsense", None),
        ] {
            assert_eq!(origin_of(url).as_deref(), origin, "{url}");
        }
    }
}
