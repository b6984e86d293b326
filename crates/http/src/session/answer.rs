//! How the session API answers.

use std::marker::PhantomData;

use poem::http::header::SET_COOKIE;
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::{ToJSON, Type};
use roster_application::error::Error;
use roster_application::session_tokens::TokenError;
use roster_application::sessions::SignedIn;

use super::model::Farewell;
use crate::management::problem::kind::Kind;
use crate::management::problem::{MEDIA_TYPE, Problem};
use roster_web_kit::address::PublicAddress;
use roster_web_kit::cookies::Cookies;

/// What an operation answers: `T`, or one of the failures that `K` documents.
pub(super) type Answer<T, K> = Result<T, Failure<K>>;

const JSON: &str = "application/json";

/// 200 with what was asked for.
pub(super) struct Shown<T>(pub(super) T);

impl<T: ToJSON> IntoResponse for Shown<T> {
    fn into_response(self) -> Response {
        Response::builder()
            .content_type(JSON)
            .body(self.0.to_json_string())
    }
}

impl<T: ToJSON> ApiResponse for Shown<T> {
    fn meta() -> MetaResponses {
        ok::<T>("What was asked for.", Vec::new())
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

/// 200 after signing out: the cookie is removed.
pub(super) struct SignedOut(Response);

impl SignedOut {
    pub(super) fn new(
        signed_in: &SignedIn,
        address: &PublicAddress,
        logout_url: Option<String>,
    ) -> Self {
        let mut answer = Shown(Farewell { logout_url }).into_response();
        let slug = signed_in.caller.tenant.tenant().slug.as_str();
        let cookies = Cookies::of(address.transport(), slug);
        if let Some(cookie) = cookies.and_then(Cookies::clear_session) {
            answer.headers_mut().append(SET_COOKIE, cookie);
        }
        Self(answer)
    }
}

impl IntoResponse for SignedOut {
    fn into_response(self) -> Response {
        self.0
    }
}

impl ApiResponse for SignedOut {
    fn meta() -> MetaResponses {
        let cookie = MetaHeader {
            name: "Set-Cookie".to_owned(),
            description: Some("Removes the session's cookie.".to_owned()),
            required: true,
            deprecated: false,
            schema: String::schema_ref(),
        };
        ok::<Farewell>("The session has ended.", vec![cookie])
    }

    fn register(registry: &mut Registry) {
        Farewell::register(registry);
    }
}

fn ok<T: Type>(description: &'static str, headers: Vec<MetaHeader>) -> MetaResponses {
    MetaResponses {
        responses: vec![MetaResponse {
            description,
            status: Some(200),
            status_range: None,
            content: vec![MetaMediaType {
                content_type: JSON,
                schema: T::schema_ref(),
            }],
            headers,
        }],
    }
}

/// The statuses of one sort of failure.
pub(super) trait Failures: Send + Sync + 'static {
    /// They, each with what it means.
    const STATUSES: &'static [(u16, &'static str)];
}

/// Of reading.
pub(super) struct WhenReading;

/// Of everything else.
pub(super) struct WhenWriting;

const BAD_PARAMETER: (u16, &str) = (400, "A parameter can't be accepted; `errors` names it.");
const NOBODY: (u16, &str) = (401, "Nobody is signed in, or the session is over.");
const FOREIGN: (u16, &str) = (
    403,
    "The session's CSRF token is missing or wrong, or the request comes from a page of another origin; or a break-glass \
     session asks for a token.",
);
const FAULT: (u16, &str) = (
    500,
    "Roster failed; its log says why, under the request id.",
);
const LATER: (u16, &str) = (
    503,
    "Roster can't answer right now; try again after `Retry-After` seconds.",
);

impl Failures for WhenReading {
    const STATUSES: &'static [(u16, &'static str)] = &[NOBODY, FAULT, LATER];
}

impl Failures for WhenWriting {
    const STATUSES: &'static [(u16, &'static str)] =
        &[BAD_PARAMETER, NOBODY, FOREIGN, FAULT, LATER];
}

/// A problem, answered by an operation whose failures are `K`.
#[derive(Debug)]
pub(super) struct Failure<K>(Box<Problem>, PhantomData<K>);

impl<K> Failure<K> {
    /// There is no session token.
    pub(super) fn of_token(error: TokenError) -> Self {
        let problem = match error {
            TokenError::NoUser => Problem::new(Kind::Forbidden, error.to_string()),
            TokenError::Key(_) => Problem::new(
                Kind::Internal,
                "No session token can be signed at the moment. Whoever runs Roster finds the reason in its log, under \
                 the request id that this answer states.",
            )
            .caused_by(&error),
            TokenError::Store(error) => Problem::from(error),
        };
        Self(Box::new(problem), PhantomData)
    }
}

impl<K> From<Error> for Failure<K> {
    fn from(error: Error) -> Self {
        Self(Box::new(Problem::from(error)), PhantomData)
    }
}

impl<K> From<Failure<K>> for poem::Error {
    fn from(failure: Failure<K>) -> Self {
        let problem = *failure.0;
        let mut error = Self::from_response(problem.clone().into_response());
        // Kept beside the answer, so that the envelope can name the request in it.
        error.set_data(problem);
        error
    }
}

impl<K: Failures> ApiResponse for Failure<K> {
    fn meta() -> MetaResponses {
        MetaResponses {
            responses: K::STATUSES.iter().copied().map(response).collect(),
        }
    }

    fn register(registry: &mut Registry) {
        Problem::register(registry);
    }
}

fn response((status, description): (u16, &'static str)) -> MetaResponse {
    MetaResponse {
        description,
        status: Some(status),
        status_range: None,
        content: vec![MetaMediaType {
            content_type: MEDIA_TYPE,
            schema: Problem::schema_ref(),
        }],
        headers: header(status).into_iter().collect(),
    }
}

fn header(status: u16) -> Option<MetaHeader> {
    let (name, description, schema) = match status {
        401 => (
            "WWW-Authenticate",
            "That a session's cookie is needed.",
            String::schema_ref(),
        ),
        503 => (
            "Retry-After",
            "After how many seconds to try again.",
            u32::schema_ref(),
        ),
        _ => return None,
    };
    Some(MetaHeader {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        required: false,
        deprecated: false,
        schema,
    })
}
