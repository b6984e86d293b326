//! The API token in a request's headers, in every form that clients send: `Bearer <token>` in any
//! letter case, the bare token (Okta's header mode), a doubled `Bearer`, `X-API-Key`.

use poem::http::header::AUTHORIZATION;
use poem::http::{HeaderMap, HeaderName, HeaderValue};

/// The header that may carry the token instead of `Authorization`.
pub(crate) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// What a request's headers say about who is calling.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Credential<'a> {
    /// Nothing.
    Missing,
    /// This token; whether it is a good one is for the application to say.
    Token(&'a str),
    /// Headers that contradict each other, or that are no text.
    Unreadable,
}

/// Reads the credential. Several headers are fine as long as they carry the same token.
pub(crate) fn credential(headers: &HeaderMap) -> Credential<'_> {
    let mut found = Credential::Missing;
    let values = headers
        .get_all(AUTHORIZATION)
        .iter()
        .chain(headers.get_all(API_KEY));
    for value in values {
        found = match (found, token(value)) {
            (_, Err(Unreadable)) => return Credential::Unreadable,
            (found, Ok("")) => found,
            (Credential::Token(first), Ok(next)) if first != next => return Credential::Unreadable,
            (_, Ok(next)) => Credential::Token(next),
        };
    }
    found
}

struct Unreadable;

/// What is left of a header's value without `Bearer`; empty when there is no more than that.
fn token(value: &HeaderValue) -> Result<&str, Unreadable> {
    const SCHEME: &str = "bearer";
    let mut rest = value.to_str().map_err(|_| Unreadable)?.trim();
    while let Some((scheme, token)) = rest.split_at_checked(SCHEME.len()) {
        let ends_there = token.is_empty() || token.starts_with([' ', '\t']);
        if !scheme.eq_ignore_ascii_case(SCHEME) || !ends_there {
            break;
        }
        rest = token.trim_start();
    }
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &[u8])]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    #[test]
    fn every_form_of_the_header_carries_the_token() {
        for form in [
            "Bearer roster_x",
            "bearer roster_x",
            "BEARER   roster_x  ",
            "roster_x",
            "Bearer Bearer roster_x",
            "Bearer\troster_x",
        ] {
            let headers = headers(&[("authorization", form.as_bytes())]);
            assert_eq!(
                credential(&headers),
                Credential::Token("roster_x"),
                "{form}"
            );
        }
        let key = headers(&[("x-api-key", b"roster_x")]);
        assert_eq!(credential(&key), Credential::Token("roster_x"));
    }

    #[test]
    fn nothing_but_the_scheme_is_no_token() {
        for form in ["", "  ", "Bearer", "Bearer ", "bearer Bearer"] {
            let headers = headers(&[("authorization", form.as_bytes())]);
            assert_eq!(credential(&headers), Credential::Missing, "{form}");
        }
        assert_eq!(credential(&HeaderMap::new()), Credential::Missing);
    }

    #[test]
    fn a_token_that_begins_like_the_scheme_stays_whole() {
        let headers = headers(&[("authorization", b"bearerish")]);
        assert_eq!(credential(&headers), Credential::Token("bearerish"));
    }

    #[test]
    fn headers_must_agree() {
        let same = headers(&[("authorization", b"Bearer a"), ("x-api-key", b"a")]);
        assert_eq!(credential(&same), Credential::Token("a"));
        let two = headers(&[("authorization", b"Bearer a"), ("x-api-key", b"b")]);
        assert_eq!(credential(&two), Credential::Unreadable);
        let twice = headers(&[("authorization", b"a"), ("authorization", b"b")]);
        assert_eq!(credential(&twice), Credential::Unreadable);
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        let headers = headers(&[("authorization", b"Bearer \xff\xfe")]);
        assert_eq!(credential(&headers), Credential::Unreadable);
    }
}
