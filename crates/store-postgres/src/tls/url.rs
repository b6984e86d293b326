//! The words about TLS in a URL.

use percent_encoding::percent_decode_str;

/// What was said, in so many words.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) mode: Option<String>,
    pub(super) root_certificate: Option<String>,
    pub(super) certificate: Option<String>,
    pub(super) key: Option<String>,
}

/// Takes them out of the URL, and leaves the rest as it is.
pub(super) fn take(url: &str) -> (String, Given) {
    let mut given = Given::default();
    // As the parser of the rest divides it: an @ ends the password, and a ? the name.
    let host = url.find('@').map_or(0, |at| at + 1);
    let Some(question) = url.get(host..).and_then(|rest| rest.find('?')) else {
        return (url.to_owned(), given);
    };
    let (before, parameters) = url.split_at(host + question);
    let kept: Vec<&str> = parameters
        .trim_start_matches('?')
        .split('&')
        .filter(|parameter| {
            let Some((name, value)) = parameter.split_once('=') else {
                return true;
            };
            let slot = match name {
                "sslmode" => &mut given.mode,
                "sslrootcert" => &mut given.root_certificate,
                "sslcert" => &mut given.certificate,
                "sslkey" => &mut given.key,
                _ => return true,
            };
            *slot = Some(percent_decode_str(value).decode_utf8_lossy().into_owned());
            false
        })
        .collect();
    let parameters = match kept.join("&") {
        none if none.is_empty() => none,
        some => format!("?{some}"),
    };
    (format!("{before}{parameters}"), given)
}
