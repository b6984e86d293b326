//! The body of a SCIM request (RFC 7644 section 3.1): read whole, but judged only once it is known
//! that the caller may write at all.

use std::marker::PhantomData;

use futures_util::StreamExt;
use poem::http::HeaderMap;
use poem::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use poem::{Body, Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use roster_application::caller::Caller;
use roster_domain::permission::Permission;
use roster_scim::{MEDIA_TYPE, ScimError, ScimType};
use serde_json::Value;

/// The largest body, in bytes.
const LIMIT: usize = 1 << 20;

/// How much of a body that is too large is still received, in bytes, so that a client which sends
/// it whole before it reads gets to see the answer.
const DRAIN: usize = 4 << 20;

/// A body that the OpenAPI document describes as `T`. It is kept as JSON, since SCIM's names match
/// in any letter case.
pub(crate) struct ScimBody<T> {
    content: Result<Value, ScimError>,
    documented: PhantomData<fn() -> T>,
}

impl<T> ScimBody<T> {
    /// The content. For a caller who may not write, what is wrong with it does not matter: the use
    /// case refuses them, and writes that down, before it looks at any content.
    pub(crate) fn for_writing(self, caller: &Caller) -> Result<Value, ScimError> {
        match self.content {
            Err(_) if !caller.permissions.contains(&Permission::USER_MODIFY) => Ok(Value::Null),
            content => content,
        }
    }
}

impl<'a, T: Type> ApiExtractor<'a> for ScimBody<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let content = |content_type| MetaMediaType {
            content_type,
            schema: T::schema_ref(),
        };
        let content = vec![content(MEDIA_TYPE), content("application/json")];
        Some(MetaRequest {
            description: None,
            content,
            required: true,
        })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let content = match check_headers(request.headers()) {
            Ok(()) => receive(body.take()?, request.headers())
                .await
                .and_then(|bytes| parse(&bytes)),
            Err(error) => Err(error),
        };
        Ok(Self {
            content,
            documented: PhantomData,
        })
    }
}

/// Whether the headers announce something that can be read: SCIM or plain JSON in any charset
/// parameter (JSON is UTF-8 whatever it says, RFC 8259 section 8.1), or nothing in particular.
fn check_headers(headers: &HeaderMap) -> Result<(), ScimError> {
    let refuse = |detail: &str| Err(ScimError::new(415, detail));
    if let Some(value) = headers.get(CONTENT_TYPE) {
        let essence = value
            .to_str()
            .unwrap_or("?")
            .split(';')
            .next()
            .unwrap_or_default()
            .trim();
        let known = [MEDIA_TYPE, "application/json"]
            .iter()
            .any(|known| essence.eq_ignore_ascii_case(known));
        if !known {
            return refuse(
                "The body must be JSON. Send it with the header Content-Type: application/scim+json (or \
                 application/json).",
            );
        }
    }
    match headers.get(CONTENT_ENCODING) {
        Some(coding) if !coding.as_bytes().eq_ignore_ascii_case(b"identity") => refuse(
            "A compressed body is not supported. Send it without the header Content-Encoding.",
        ),
        _ => Ok(()),
    }
}

async fn receive(body: Body, headers: &HeaderMap) -> Result<Vec<u8>, ScimError> {
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    let mut chunks = body.into_bytes_stream();
    let mut bytes = Vec::with_capacity(announced.unwrap_or(0).min(LIMIT));
    let mut received: usize = 0;
    while let Some(chunk) = chunks.next().await {
        let Ok(chunk) = chunk else {
            return Err(ScimError::invalid_syntax(
                "The body was not received whole. Send the request again.",
            ));
        };
        received = received.saturating_add(chunk.len());
        if received > DRAIN {
            break;
        }
        if received <= LIMIT {
            bytes.extend_from_slice(&chunk);
        }
    }
    if received > LIMIT {
        let detail = "The body is larger than 1 MiB, which is the most that is accepted. Nothing was changed.";
        return Err(ScimError::new(413, detail));
    }
    Ok(bytes)
}

/// The JSON in a body. The error says where it is wrong, and repeats nothing of it: it may hold a
/// password.
fn parse(bytes: &[u8]) -> Result<Value, ScimError> {
    let refuse = |detail: String| ScimError::with_type(400, ScimType::InvalidSyntax, detail);
    if bytes.is_empty() {
        return Err(refuse(
            "The request has no body. Send a JSON object.".to_owned(),
        ));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        refuse(format!(
            "The body is not UTF-8 text (byte {}). Send JSON in UTF-8.",
            error.valid_up_to()
        ))
    })?;
    serde_json::from_str(text).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Eof => "it ends too early",
            _ if error.to_string().starts_with("recursion limit") => {
                "it is nested deeper than 127 levels"
            }
            _ => "a character is not what JSON expects there",
        };
        let (line, column) = (error.line(), error.column());
        refuse(format!(
            "The body is not valid JSON: {what} (line {line}, column {column})."
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header_check(name: &'static str, value: &str) -> Option<u16> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        check_headers(&headers).err().map(|error| error.status)
    }

    #[test]
    fn json_by_either_name_is_read_with_any_charset_and_without_a_type() {
        assert_eq!(check_headers(&HeaderMap::new()), Ok(()));
        for good in [
            "application/scim+json",
            "application/scim+json; charset=utf-8",
            "Application/SCIM+JSON;charset=UTF-8",
            "application/json",
            "application/json ; charset=iso-8859-1",
        ] {
            assert_eq!(header_check("content-type", good), None, "{good}");
        }
        for bad in [
            "text/plain",
            "application/xml",
            "application/scim",
            "",
            "multipart/form-data; boundary=x",
        ] {
            assert_eq!(header_check("content-type", bad), Some(415), "{bad}");
        }
        assert_eq!(header_check("content-encoding", "gzip"), Some(415));
        assert_eq!(header_check("content-encoding", "identity"), None);
    }

    #[test]
    fn malformed_json_is_located_and_not_repeated() {
        for (bad, place) in [
            ("{\"password\":\"hunter2\"", "line 1, column 21"),
            ("{\n\"password\": hunter2}", "line 2, column 13"),
            ("[]]", "line 1, column 3"),
        ] {
            let error = parse(bad.as_bytes()).unwrap_err();
            assert_eq!(
                (error.status, error.scim_type),
                (400, Some(ScimType::InvalidSyntax))
            );
            assert!(error.detail.contains(place), "{bad}: {}", error.detail);
            assert!(!error.detail.contains("hunter2"), "{}", error.detail);
        }
        assert!(parse(b"").unwrap_err().detail.contains("no body"));
        assert!(parse(b"\"\xff\"").unwrap_err().detail.contains("UTF-8"));
        assert_eq!(parse(b" {\"a\": 1} ").unwrap(), serde_json::json!({"a": 1}));
    }

    #[test]
    fn a_depth_bomb_is_refused() {
        let error = parse("[".repeat(100_000).as_bytes()).unwrap_err();
        assert!(error.detail.contains("nested"), "{}", error.detail);
    }

    #[tokio::test]
    async fn a_body_may_have_a_mebibyte_and_not_a_byte_more() {
        let no_headers = HeaderMap::new();
        let fits = receive(Body::from(vec![b' '; LIMIT]), &no_headers).await;
        assert_eq!(fits.map(|bytes| bytes.len()), Ok(LIMIT));
        for size in [LIMIT + 1, DRAIN * 2] {
            let error = receive(Body::from(vec![b' '; size]), &no_headers)
                .await
                .unwrap_err();
            assert_eq!(error.status, 413);
        }
    }
}
