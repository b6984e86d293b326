//! The caller, as an operation takes it; also what the OpenAPI documents say about security.
//!
//! The APIs differ in whom they let in: [`Authenticated`] is for the management API, which takes
//! tokens and sessions, [`Connector`] for SCIM, which takes tokens alone. The door sees to both.

use poem::http::StatusCode;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaSecurityScheme, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use roster_application::caller::Caller;

/// Whoever was let in by the door. An operation without this argument is still behind the door;
/// an operation with it can't run without a caller.
#[derive(Debug, Clone)]
pub struct Authenticated(pub Caller);

/// Whoever was let in by the door with an API token.
#[derive(Debug, Clone)]
pub struct Connector(pub Caller);

/// The session's cookie, as the OpenAPI documents call it.
pub(crate) const SESSION_SCHEME: &str = "session";

impl<'a> ApiExtractor<'a> for Authenticated {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        register_tokens(registry);
        registry.create_security_scheme(
            SESSION_SCHEME,
            MetaSecurityScheme {
                description: Some(
                    "The session of whoever is signed in with this browser, with the permissions of its \
                     user. Every method but GET must bring the session's `csrfToken` along, in the header \
                     `X-CSRF-Token`; the session API tells it. If an API token is sent, that alone counts.",
                ),
                ..session_scheme()
            },
        );
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![BEARER, API_KEY, SESSION_SCHEME]
    }

    async fn from_request(
        request: &'a Request,
        _: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        caller(request).map(Self)
    }
}

impl<'a> ApiExtractor<'a> for Connector {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        register_tokens(registry);
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![BEARER, API_KEY]
    }

    async fn from_request(
        request: &'a Request,
        _: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        caller(request).map(Self)
    }
}

fn caller(request: &Request) -> poem::Result<Caller> {
    let caller = request.data::<Caller>().cloned();
    caller.ok_or_else(|| poem::Error::from_status(StatusCode::UNAUTHORIZED))
}

const BEARER: &str = "bearer";
const API_KEY: &str = "apiKey";

fn register_tokens(registry: &mut Registry) {
    registry.create_security_scheme(
        BEARER,
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
        API_KEY,
        MetaSecurityScheme {
            description: Some("An API token of the tenant in the header `X-API-Key`."),
            name: Some("X-API-Key"),
            key_in: Some("header"),
            ..scheme("apiKey")
        },
    );
}

/// The session's cookie of the tenant `default`; a document can't leave a part of a name open.
pub(crate) fn session_scheme() -> MetaSecurityScheme {
    MetaSecurityScheme {
        name: Some("__Host-roster_session_default"),
        key_in: Some("cookie"),
        ..scheme("apiKey")
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
