//! From a setting's text to its value. A parser's error continues the sentence "it must be …".

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use ipnet::IpNet;
use roster_keys::SecretKey;
use tracing_subscriber::EnvFilter;
use url::Url;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// The URL of a PostgreSQL database, as it was written: the store reads it. Its password is shown
/// by [`DatabaseUrl::reveal`] alone.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The URL with its password, for the one who connects.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DatabaseUrl {
    /// Without the password, wherever it stands.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HIDDEN: &str = "postgres://****";
        // PostgreSQL allows several hosts, which no other URL has; then nothing is shown.
        let Ok(mut url) = Url::parse(&self.0) else {
            return f.write_str(HIDDEN);
        };
        // A password with a / or ? that was not encoded ends up behind the host, with its @.
        let astray = url[url::Position::AfterPort..].contains('@');
        if astray || (url.password().is_some() && url.set_password(Some("****")).is_err()) {
            return f.write_str(HIDDEN);
        }
        if url.query().is_some() {
            let secret = |key: &str| key.to_ascii_lowercase().contains("pass");
            let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            let masked = pairs
                .iter()
                .map(|(key, value)| (key, if secret(key) { "****" } else { value.as_str() }));
            url.query_pairs_mut().clear().extend_pairs(masked);
        }
        url.fmt(f)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "an IP address and a port, such as 127.0.0.1:8080, 0.0.0.0:8080 or [::]:8080".to_owned()
    })
}

/// The URL without the slash at its end.
pub(super) fn public_url(text: &str) -> Result<String, String> {
    let expected = "an http or https URL without a user, a query or a fragment, such as https://roster.example.com";
    let url = Url::parse(text).map_err(|_| expected.to_owned())?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https")
        || url.host_str().is_none_or(str::is_empty)
        || !plain
    {
        return Err(expected.to_owned());
    }
    if url.host_str().is_some_and(|host| host.contains('*')) {
        return Err("a URL with one host, without an asterisk".to_owned());
    }
    if url.as_str().contains('_') {
        return Err(
            "a URL without an underscore, since Okta refuses those; use a hyphen or another name"
                .to_owned(),
        );
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

pub(super) fn database_url(text: &str) -> Result<DatabaseUrl, String> {
    let known = ["postgres://", "postgresql://"]
        .iter()
        .any(|scheme| text.starts_with(scheme));
    known.then(|| DatabaseUrl(text.to_owned())).ok_or_else(|| {
        "postgres://user:password@host:5432/name or postgresql://… (unset it to use the built-in \
         SQLite database)"
            .to_owned()
    })
}

/// The error says nothing of the text.
pub(super) fn secret_key(text: &str) -> Result<SecretKey, String> {
    SecretKey::parse(text).map_err(|_| {
        "32 random bytes, written as 64 hexadecimal digits or as base64 (43 or 44 characters); make them with: openssl rand -hex 32".to_owned()
    })
}

pub(super) fn paths(text: &str) -> Result<Vec<PathBuf>, String> {
    let paths: Vec<PathBuf> = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(PathBuf::from)
        .collect();
    if paths.is_empty() {
        Err("files with commas between them, such as new.pem, old.pem".to_owned())
    } else {
        Ok(paths)
    }
}

pub(super) fn number<N: FromStr + PartialOrd + fmt::Display>(
    text: &str,
    range: &RangeInclusive<N>,
) -> Result<N, String> {
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| format!("a whole number from {} to {}", range.start(), range.end()))
}

pub(super) fn flag(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("true or false".to_owned()),
    }
}

/// One network; an address alone is a network of one.
pub(crate) fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let network = text
        .parse::<IpNet>()
        .ok()
        .or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    network.map(|network| network.trunc()).ok_or_else(|| {
        "a network or an address, such as 10.0.0.0/8, fd00::/8 or 192.0.2.7".to_owned()
    })
}

pub(super) fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    text.split(',')
        .filter(|part| !part.trim().is_empty())
        .map(network)
        .collect::<Result<_, _>>()
        .map_err(|_| {
            "networks or addresses with commas between them, such as 10.0.0.0/8, fd00::/8"
                .to_owned()
        })
}

pub(super) fn log_filter(text: &str) -> Result<String, String> {
    EnvFilter::builder()
        .parse(text)
        .map(|_| text.to_owned())
        .map_err(|_| {
            "off, error, warn, info, debug or trace, also by module, such as info,roster=debug"
                .to_owned()
        })
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, String> {
    match text.to_ascii_lowercase().as_str() {
        "pretty" => Ok(LogFormat::Pretty),
        "json" => Ok(LogFormat::Json),
        _ => Err("pretty or json".to_owned()),
    }
}
