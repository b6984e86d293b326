//! From a request's headers to a caller, or to the refusal (RFC 6750 section 3).

use poem::Response;
use poem::http::header::WWW_AUTHENTICATE;
use poem::http::{HeaderMap, HeaderValue, StatusCode};
use roster_application::Application;
use roster_application::authentication::AuthenticationError;
use roster_application::caller::Caller;
use roster_application::directory::TenantEntry;
use roster_domain::context::Origin;

use crate::credential::{Credential, credential};
use crate::failure::Api;

const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"roster\"");
const CHALLENGE_INVALID: HeaderValue =
    HeaderValue::from_static("Bearer realm=\"roster\", error=\"invalid_token\"");

const UNREADABLE: &str = "The API token can't be read: it was sent more than once with different values, \
    or with characters that no token has. Send it once, as: Authorization: Bearer <token>.";

/// Who is calling.
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

fn challenge(api: Api, detail: &str, challenge: HeaderValue) -> Response {
    let mut answer = api.refuse(StatusCode::UNAUTHORIZED, detail);
    answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    answer
}
