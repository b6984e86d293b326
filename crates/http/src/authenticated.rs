//! The caller, as an operation takes it; also what the OpenAPI documents say about security.

use poem::http::StatusCode;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaSecurityScheme, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use roster_application::caller::Caller;

/// Whoever was let in by the door. An operation without this argument is still behind the door;
/// an operation with it can't run without a caller.
#[derive(Debug, Clone)]
pub struct Authenticated(pub Caller);

impl<'a> ApiExtractor<'a> for Authenticated {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        registry.create_security_scheme(
            "bearer",
            MetaSecurityScheme {
                description: Some(
                    "An API token of the tenant: `Authorization: Bearer <token>`. The bare token, \
                     without the word Bearer, is accepted too.",
                ),
                scheme: Some("bearer"),
                bearer_format: Some("API token"),
                ..scheme("http")
            },
        );
        registry.create_security_scheme(
            "apiKey",
            MetaSecurityScheme {
                description: Some("An API token of the tenant in the header `X-API-Key`."),
                name: Some("X-API-Key"),
                key_in: Some("header"),
                ..scheme("apiKey")
            },
        );
    }

    fn security_schemes() -> Vec<&'static str> {
        vec!["bearer", "apiKey"]
    }

    async fn from_request(
        request: &'a Request,
        _: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let caller = request.data::<Caller>().cloned();
        caller
            .map(Self)
            .ok_or_else(|| poem::Error::from_status(StatusCode::UNAUTHORIZED))
    }
}

fn scheme(ty: &'static str) -> MetaSecurityScheme {
    MetaSecurityScheme {
        ty,
        description: None,
        name: None,
        key_in: None,
        scheme: None,
        bearer_format: None,
        flows: None,
        openid_connect_url: None,
    }
}
