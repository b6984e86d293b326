//! `If-Match` and `If-None-Match` (RFC 9110 section 13.1, RFC 7644 section 3.14). Versions compare
//! weakly: a tag names the same version with and without `W/`.

use poem::http::{HeaderMap, HeaderName};
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaParamIn, MetaSchemaRef};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use roster_application::provisioning::IfMatch;
use roster_domain::id::Version;

/// One of the two headers, under the name that the operation gives it.
pub(crate) struct Condition(Option<IfMatch>);

impl Condition {
    /// What `If-Match` asks of a write; `None` when it was not sent.
    pub(crate) const fn if_match(&self) -> Option<&IfMatch> {
        self.0.as_ref()
    }

    /// Whether the header was sent and names this version. `None`: it was not sent.
    pub(crate) fn names(&self, version: Version) -> Option<bool> {
        self.0.as_ref().map(|tags| match tags {
            IfMatch::Any => true,
            IfMatch::Versions(versions) => versions.contains(&version.number()),
        })
    }
}

impl<'a> ApiExtractor<'a> for Condition {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
    const PARAM_IS_REQUIRED: bool = false;

    type ParamType = String;
    type ParamRawType = String;

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Header)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(String::schema_ref())
    }

    async fn from_request(
        request: &'a Request,
        _: &mut RequestBody,
        options: ExtractParamOptions<String>,
    ) -> poem::Result<Self> {
        Ok(Self(parse(request.headers(), options.name)))
    }
}

/// Reads all headers of that name. A tag that is not one of ours names no version, so that a
/// condition which can't be understood fails rather than holds.
fn parse(headers: &HeaderMap, name: &str) -> Option<IfMatch> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    let mut values = headers.get_all(name).iter().peekable();
    values.peek()?;
    let tags: Vec<&str> = values
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(str::trim)
        .collect();
    if tags == ["*"] {
        return Some(IfMatch::Any);
    }
    Some(IfMatch::Versions(
        tags.into_iter().filter_map(version).collect(),
    ))
}

/// The version that one of our tags names.
fn version(tag: &str) -> Option<i64> {
    let opaque = tag
        .strip_prefix("W/")
        .unwrap_or(tag)
        .strip_prefix('"')?
        .strip_suffix('"')?;
    let number: i64 = opaque.parse().ok()?;
    (number.to_string() == opaque).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(values: &[&str]) -> Option<IfMatch> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("if-match", value.parse().unwrap());
        }
        parse(&headers, "If-Match")
    }

    #[test]
    fn weak_and_strong_tags_lists_and_the_star_are_understood() {
        assert_eq!(parsed(&[]), None);
        assert_eq!(parsed(&["*"]), Some(IfMatch::Any));
        assert_eq!(parsed(&["W/\"3\""]), Some(IfMatch::Versions(vec![3])));
        assert_eq!(
            parsed(&["\"3\", W/\"4\",\"x\""]),
            Some(IfMatch::Versions(vec![3, 4]))
        );
        assert_eq!(
            parsed(&["\"3\"", "\"5\""]),
            Some(IfMatch::Versions(vec![3, 5]))
        );
    }

    #[test]
    fn what_is_not_a_tag_of_ours_names_no_version() {
        for value in [
            "",
            "3",
            "\"03\"",
            "\"+3\"",
            "w/\"3\"",
            "\"3",
            "\"abc\"",
            "\"99999999999999999999\"",
            "*, \"a\"",
        ] {
            assert_eq!(parsed(&[value]), Some(IfMatch::Versions(vec![])), "{value}");
        }
    }

    #[test]
    fn a_condition_that_was_not_sent_says_nothing() {
        assert_eq!(Condition(None).names(Version::FIRST), None);
        assert_eq!(
            Condition(Some(IfMatch::Any)).names(Version::FIRST),
            Some(true)
        );
        assert_eq!(
            Condition(Some(IfMatch::Versions(vec![2]))).names(Version::FIRST),
            Some(false)
        );
    }
}
