//! From a request's headers to a caller, or to the refusal: by an API token (RFC 6750 section 3), or
//! by the session of a browser.

use poem::Response;
use poem::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use poem::http::{HeaderMap, HeaderValue, StatusCode};
use roster_application::Application;
use roster_application::authentication::AuthenticationError;
use roster_application::caller::Caller;
use roster_application::directory::TenantEntry;
use roster_application::ports::store::StoreError;
use roster_application::sessions::SignedIn;
use roster_domain::context::Origin;

use crate::cookies::{Cookies, SessionCookie};
use crate::credential::{API_KEY, Credential, credential};
use crate::failure::Api;

const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"roster\"");
const CHALLENGE_INVALID: HeaderValue =
    HeaderValue::from_static("Bearer realm=\"roster\", error=\"invalid_token\"");
/// No standard names this scheme, but RFC 9110 asks for one.
const CHALLENGE_COOKIE: HeaderValue = HeaderValue::from_static("Cookie realm=\"roster\"");

const UNREADABLE: &str = "The API token can't be read: it was sent more than once with different values, \
    or with characters that no token has. Send it once, as: Authorization: Bearer <token>.";

/// What is said to whoever has no session where one is needed.
pub(crate) const NOT_SIGNED_IN: &str = "Nobody is signed in here, or the session is over. Sign in at \
    /t/{tenant}/saml/login, then try again.";

/// What is said to a browser that sends several sessions.
const AMBIGUOUS: &str = "The browser sends more than one session, so none of them counts. Delete the cookies of \
    this site, then sign in again.";

/// Who a browser belongs to.
pub(crate) enum Visitor {
    /// It has no session.
    Stranger,
    /// It has several, of which none is believed.
    Ambiguous,
    /// Its session is over.
    Over,
    /// Somebody who is signed in.
    Known(Box<SignedIn>),
}

impl Visitor {
    /// Whoever is signed in.
    ///
    /// # Errors
    /// Why nobody is.
    pub(crate) fn signed_in(self) -> Result<Box<SignedIn>, &'static str> {
        match self {
            Self::Known(signed_in) => Ok(signed_in),
            Self::Stranger | Self::Over => Err(NOT_SIGNED_IN),
            Self::Ambiguous => Err(AMBIGUOUS),
        }
    }
}

/// Whose browser it is. `cookies` is `None` where there are none to be believed.
pub(crate) async fn visitor(
    application: &Application,
    cookies: Option<Cookies<'_>>,
    tenant: &TenantEntry,
    headers: &HeaderMap,
    origin: Origin,
) -> Result<Visitor, StoreError> {
    let found = cookies.map_or(SessionCookie::Absent, |cookies| cookies.session(headers));
    Ok(match found {
        SessionCookie::Absent => Visitor::Stranger,
        SessionCookie::Ambiguous => Visitor::Ambiguous,
        SessionCookie::Value(value) => match application.session(tenant, &value, origin).await? {
            Some(signed_in) => Visitor::Known(Box::new(signed_in)),
            None => Visitor::Over,
        },
    })
}

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
