//! From a request's headers to a caller, or to the refusal: by an API token (RFC 6750 section 3), or
//! by the session of a browser.

use poem::Response;
use poem::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use poem::http::{HeaderMap, HeaderValue, StatusCode};
use roster_application::Application;
use roster_application::authentication::AuthenticationError;
use roster_application::caller::Caller;
use roster_application::directory::TenantEntry;
use roster_domain::context::Origin;

use crate::credential::{API_KEY, Credential, credential};
use crate::failure::Api;

const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"roster\"");
const CHALLENGE_INVALID: HeaderValue =
    HeaderValue::from_static("Bearer realm=\"roster\", error=\"invalid_token\"");
/// No standard names this scheme, but RFC 9110 asks for one.
const CHALLENGE_COOKIE: HeaderValue = HeaderValue::from_static("Cookie realm=\"roster\"");

const UNREADABLE: &str = "The API token can't be read: it was sent more than once with different values, \
    or with characters that no token has. Send it once, as: Authorization: Bearer <token>.";

/// Whether a request brings an API token, good or bad; then no session counts.
pub(crate) fn brings_token(headers: &HeaderMap) -> bool {
    headers.contains_key(AUTHORIZATION) || headers.contains_key(API_KEY)
}

/// Who is calling, by an API token.
///
/// # Errors
/// The answer for whoever is not let in, in the shape of `api`.
pub(crate) async fn authenticate(
    application: &Application,
    api: Api,
    tenant: &TenantEntry,
    headers: &HeaderMap,
    origin: Origin,
) -> Result<Caller, Response> {
    let request_id = origin.request_id.clone();
    let outcome = match credential(headers) {
        Credential::Missing => Err(AuthenticationError::Missing),
        Credential::Unreadable => return Err(challenge(api, UNREADABLE, CHALLENGE_INVALID)),
        Credential::Token(value) => application.authenticate(tenant, value, origin).await,
    };
    outcome.map_err(|error| match &error {
        AuthenticationError::Missing => challenge(api, &error.to_string(), CHALLENGE),
        AuthenticationError::Unknown => challenge(api, &error.to_string(), CHALLENGE_INVALID),
        AuthenticationError::OutsideNetworks => {
            api.refuse(StatusCode::FORBIDDEN, &error.to_string())
        }
        AuthenticationError::Store(error) => api.store_failed(error, request_id.as_deref()),
    })
}

/// 401 for a session that is needed and not there.
pub(crate) fn without_session(api: Api, detail: &str, by_token: bool) -> Response {
    let scheme = if by_token {
        CHALLENGE
    } else {
        CHALLENGE_COOKIE
    };
    challenge(api, detail, scheme)
}

fn challenge(api: Api, detail: &str, challenge: HeaderValue) -> Response {
    let mut answer = api.refuse(StatusCode::UNAUTHORIZED, detail);
    answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    answer
}
