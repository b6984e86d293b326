//! The session API at `/t/{tenant}/session`: what a page of the application asks about whoever is
//! signed in. It takes the session's cookie, nothing else.
//!
//! [`model`] is what it shows, [`answer`] how it answers.

mod answer;
mod model;

use std::sync::Arc;

use poem::web::Data;
use poem::{Request, RequestBody};
use poem_openapi::param::{Header, Query};
use poem_openapi::registry::{MetaSecurityScheme, Registry};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions, OpenApi, OpenApiService, Tags,
};
use roster_application::Application;
use roster_application::sessions::SignedIn;

use crate::authenticated::{SESSION_SCHEME, session_scheme};
use crate::openapi;
use answer::{Answer, Failure, Shown, SignedOut, WhenReading, WhenWriting};
use model::{Session, SessionToken};
use roster_web_kit::address::PublicAddress;

/// The group of operations in the OpenAPI document.
#[derive(Tags)]
enum Subject {
    /// Who is signed in, what they may do, tokens that prove it, and signing out.
    Session,
}

const DESCRIPTION: &str = "\
What a page of the application asks about whoever is signed in with this browser.

**Signing in** is no part of this API: send the browser to `/t/{tenant}/saml/login?return_to=…`. It comes back with \
the session's cookie, to a path of this server or to one of the tenant's return URLs. The cookie is named \
`__Host-roster_session_{tenant}` (`roster_session_{tenant}` on plain http at localhost), is out of reach of scripts, \
and goes along with requests of pages of the same site.

**Writes** must prove that they come from such a page: they bring the session's `csrfToken` along, in the header \
`X-CSRF-Token`, and a browser that says that the page is of another origin is refused. With both, the session also \
opens the management API, with the permissions of its user. An API token opens nothing here.

**A session ends** by signing out, when it was not used for the idle time, at `expiresAt`, and at once when its user \
is deactivated or signed out everywhere. Role and permissions are read at each request.

**Session tokens** are JWTs (RFC 7519, ES256) for the application's own servers, which check them with the keys at \
`/.well-known/jwks.json` (to be remembered for 5 minutes at most) without asking anybody: `iss` is the public URL, \
`aud` the public URL with `/t/{tenant}`, `sub` the user's id; `sid`, `tenant`, `email`, `name`, `role`, \
`permissions` and `auth_time` say the rest. A token lives for minutes and can't be revoked: ask for a new one when \
it expires.

**Failures** are problem details (RFC 9457, `application/problem+json`), as in the management API.";

/// The API with its document. It is to be mounted behind the door, with the session as request data.
pub(crate) fn service() -> OpenApiService<Operations, ()> {
    openapi::about(OpenApiService::new(
        Operations,
        "Roster session API",
        openapi::VERSION,
    ))
    .description(DESCRIPTION)
    .server(openapi::server("", "A tenant of this server"))
}

/// Whoever was let in by the door.
struct CurrentSession(SignedIn);

impl<'a> ApiExtractor<'a> for CurrentSession {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        registry.create_security_scheme(
            SESSION_SCHEME,
            MetaSecurityScheme {
                description: Some("The session of whoever is signed in with this browser."),
                ..session_scheme()
            },
        );
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![SESSION_SCHEME]
    }

    async fn from_request(
        request: &'a Request,
        _: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let signed_in = request.data::<SignedIn>().cloned();
        signed_in
            .map(Self)
            .ok_or_else(|| poem::Error::from_status(poem::http::StatusCode::UNAUTHORIZED))
    }
}

/// The operations.
pub(crate) struct Operations;

#[OpenApi(tag = "Subject::Session")]
impl Operations {
    /// Read the session
    ///
    /// Who is signed in, what they may do at this moment, and the token that writes need.
    #[oai(path = "/session", method = "get", operation_id = "getSession")]
    async fn read(
        &self,
        CurrentSession(signed_in): CurrentSession,
    ) -> Answer<Shown<Session>, WhenReading> {
        Ok(Shown(Session::from(&signed_in)))
    }

    /// Sign out
    ///
    /// The session ends at once and everywhere, and its cookie is removed. With `everywhere` every
    /// session of the user ends, in all browsers. Send the browser to `logoutUrl`, if there is one,
    /// so that the identity provider's session ends too.
    #[oai(path = "/session", method = "delete", operation_id = "signOut")]
    async fn sign_out(
        &self,
        CurrentSession(signed_in): CurrentSession,
        /// The session's `csrfToken`.
        #[oai(name = "X-CSRF-Token")]
        _csrf: Header<String>,
        /// Whether every session of the user shall end; without it only this one does.
        everywhere: Query<Option<bool>>,
        Data(application): Data<&Application>,
        Data(address): Data<&Arc<PublicAddress>>,
    ) -> Answer<SignedOut, WhenWriting> {
        if everywhere.0 == Some(true) {
            application.sign_out_everywhere(&signed_in).await?;
        }
        let logout_url = application.sign_out(&signed_in).await?;
        Ok(SignedOut::new(&signed_in, address, logout_url))
    }

    /// Issue a session token
    ///
    /// A signed token that says who is signed in and what they may do, for the application's own
    /// servers. Ask for a new one shortly before it expires.
    #[oai(
        path = "/session/token",
        method = "post",
        operation_id = "createSessionToken"
    )]
    async fn token(
        &self,
        CurrentSession(signed_in): CurrentSession,
        /// The session's `csrfToken`.
        #[oai(name = "X-CSRF-Token")]
        _csrf: Header<String>,
        Data(application): Data<&Application>,
    ) -> Answer<Shown<SessionToken>, WhenWriting> {
        let token = application
            .session_token(&signed_in)
            .await
            .map_err(Failure::of_token)?;
        Ok(Shown(SessionToken::from(token)))
    }
}
