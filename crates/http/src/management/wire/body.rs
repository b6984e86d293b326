//! The body of a request: read as JSON at first, and judged only after the caller's permission.

use std::marker::PhantomData;

use poem::error::ReadBodyError;
use poem::http::header;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use roster_application::caller::Caller;
use roster_application::error::Error;
use roster_domain::permission::Permission;
use serde_json::{Map, Value};

use super::fields::{Fields, type_name};
use crate::management::problem::Problem;
use crate::management::problem::kind::Kind;

const MIB: usize = 1 << 20;

/// A body's documented shape, and how its fields are read.
pub(crate) trait Shape: Type {
    /// What the fields ask for.
    type Wish;

    /// Whether the body may be left out, which means the same as `{}`.
    const OPTIONAL: bool = false;

    /// The largest body that is read, in bytes: whole MiB.
    const LIMIT: usize = MIB;

    /// Takes out the fields that it knows; what can't be accepted is noted in `fields`. `None`
    /// only if something was noted.
    fn read(fields: &mut Fields) -> Option<Self::Wish>;
}

/// Why a body is not even a JSON object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyFault {
    #[error("The body must be sent with the header Content-Type: application/json. {0}")]
    MediaType(String),
    #[error("The body is larger than {} MiB, which is the most that is accepted.", .limit / MIB)]
    TooLarge { limit: usize },
    #[error("The body was not received whole. Send the request again.")]
    Interrupted,
    #[error("The request has no body. Send a JSON object.")]
    Empty,
    #[error("The body is not valid JSON: {0}.")]
    NotJson(String),
    #[error("The body must be a JSON object, not {0}.")]
    NotObject(&'static str),
}

impl From<BodyFault> for Problem {
    fn from(fault: BodyFault) -> Self {
        let kind = match fault {
            BodyFault::MediaType(_) => Kind::UnsupportedMediaType,
            BodyFault::TooLarge { .. } => Kind::TooLarge,
            _ => Kind::MalformedBody,
        };
        Self::new(kind, fault.to_string())
    }
}

/// A body of the shape `T`, not judged yet.
pub(crate) struct Body<T> {
    fields: Result<Map<String, Value>, BodyFault>,
    shape: PhantomData<T>,
}

impl<T: Shape> Body<T> {
    /// What the body asks for. A caller without `permission` is told so before anything that is
    /// wrong with the body; if nothing is, the use case says so, and writes it to the audit log.
    pub(crate) fn accept(
        self,
        caller: &Caller,
        permission: &Permission,
    ) -> Result<T::Wish, Box<Problem>> {
        self.judge()
            .map_err(|problem| match caller.require(permission) {
                Ok(()) => problem,
                Err(error) => Box::new(error.into()),
            })
    }

    /// What the body asks for, whatever the caller may do.
    pub(crate) fn judge(self) -> Result<T::Wish, Box<Problem>> {
        let mut fields = Fields::new(self.fields.map_err(|fault| Box::new(fault.into()))?);
        let wish = T::read(&mut fields);
        let noted = fields.finish();
        match wish {
            Some(wish) if noted.is_empty() => Ok(wish),
            _ => Err(Box::new(Error::Invalid(noted).into())),
        }
    }
}

impl<'a, T: Shape> ApiExtractor<'a> for Body<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(MetaRequest {
            description: None,
            content: vec![MetaMediaType {
                content_type: "application/json",
                schema: T::schema_ref(),
            }],
            required: !T::OPTIONAL,
        })
    }

    /// Never fails: what is wrong with the body is said after the permission was checked.
    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let content_type = request
            .headers()
            .get(header::CONTENT_TYPE)
            .map(|value| value.to_str().unwrap_or("?"));
        let bytes = match body.take() {
            Ok(body) => body.into_bytes_limit(T::LIMIT).await,
            Err(error) => Err(error),
        };
        let fields = match bytes {
            Ok(bytes) => object(content_type, &bytes, T::OPTIONAL),
            Err(ReadBodyError::PayloadTooLarge) => Err(BodyFault::TooLarge { limit: T::LIMIT }),
            Err(_) => Err(BodyFault::Interrupted),
        };
        Ok(Self {
            fields,
            shape: PhantomData,
        })
    }
}

fn object(
    content_type: Option<&str>,
    bytes: &[u8],
    optional: bool,
) -> Result<Map<String, Value>, BodyFault> {
    if bytes.is_empty() && optional {
        return Ok(Map::new());
    }
    // Asking for the header keeps other sites' pages from sending bodies unasked (no preflight).
    check_media_type(content_type)?;
    if bytes.is_empty() {
        return Err(BodyFault::Empty);
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(other) => Err(BodyFault::NotObject(type_name(&other))),
        Err(error) => Err(BodyFault::NotJson(error.to_string())),
    }
}

fn check_media_type(content_type: Option<&str>) -> Result<(), BodyFault> {
    let sent = content_type.ok_or_else(|| BodyFault::MediaType("None was sent.".to_owned()))?;
    let mut parts = sent.split(';').map(str::trim);
    if !parts
        .next()
        .is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"))
    {
        let excerpt = roster_domain::refusal::excerpt(sent);
        return Err(BodyFault::MediaType(format!("\"{excerpt}\" was sent.")));
    }
    let foreign_charset =
        parts
            .filter_map(|parameter| parameter.split_once('='))
            .any(|(name, value)| {
                name.trim().eq_ignore_ascii_case("charset")
                    && !value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
            });
    if foreign_charset {
        return Err(BodyFault::MediaType(
            "JSON is always UTF-8; leave the charset out.".to_owned(),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_is_read_as_json() {
        for good in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
        ] {
            assert!(object(Some(good), b"{}", false).is_ok(), "{good}");
        }
        for bad in [
            None,
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
            Some("application/json; charset=utf-16"),
            Some(""),
        ] {
            assert!(
                matches!(object(bad, b"{}", false), Err(BodyFault::MediaType(_))),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn a_body_may_be_left_out_only_where_it_is_optional() {
        assert_eq!(object(None, b"", true), Ok(Map::new()));
        assert_eq!(
            object(Some("application/json"), b"", false),
            Err(BodyFault::Empty)
        );
    }

    #[test]
    fn what_is_no_json_object_is_told_without_repeating_it() {
        let json = Some("application/json");
        assert_eq!(
            object(json, b"[1]", false),
            Err(BodyFault::NotObject("a list"))
        );
        let deep = "[".repeat(100_000);
        for bad in [
            &b"{\"password\": hunter2}"[..],
            b"{",
            b"\xff",
            deep.as_bytes(),
        ] {
            let Err(BodyFault::NotJson(reason)) = object(json, bad, false) else {
                panic!("accepted {bad:?}")
            };
            assert!(!reason.contains("hunter2"), "{reason}");
        }
    }
}
