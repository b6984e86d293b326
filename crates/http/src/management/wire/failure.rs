//! What an operation answers when it was not carried out: always a problem. The type parameter
//! says which statuses the operation can answer, for the API's document.

use std::marker::PhantomData;

use poem_openapi::ApiResponse;
use poem_openapi::registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use roster_application::error::Error;

use crate::management::problem::{MEDIA_TYPE, Problem};

/// The failures that one sort of operation can answer.
pub(crate) trait Failures: Send + Sync + 'static {
    /// Their statuses.
    const STATUSES: &'static [u16];
}

macro_rules! failures {
    ($($(#[$doc:meta])* $name:ident = [$($status:literal),+];)+) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl Failures for $name {
            const STATUSES: &'static [u16] = &[$($status),+];
        }
    )+};
}

failures! {
    /// Of reading what is always there.
    WhenReading = [400, 401, 403, 500, 503];
    /// Of reading one thing by its id.
    WhenReadingOne = [400, 401, 403, 404, 500, 503];
    /// Of listing with parameters.
    WhenListing = [400, 401, 403, 500, 503];
    /// Of what is sent and conflicts with nothing.
    WhenSending = [400, 401, 403, 413, 415, 500, 503];
    /// Of creating what has a name of its own.
    WhenCreating = [400, 401, 403, 409, 413, 415, 500, 503];
    /// Of changing, by a body, what is always there and may be incomplete.
    WhenConfiguring = [400, 401, 403, 409, 413, 415, 500, 503];
    /// Of changing, by a body.
    WhenChanging = [400, 401, 403, 404, 409, 413, 415, 500, 503];
    /// Of acting on one thing, without a body.
    WhenActing = [400, 401, 403, 404, 409, 500, 503];
}

/// A problem, answered by an operation whose failures are `K`.
#[derive(Debug)]
pub(crate) struct Failure<K>(Box<Problem>, PhantomData<K>);

impl<K> From<Box<Problem>> for Failure<K> {
    fn from(problem: Box<Problem>) -> Self {
        Self(problem, PhantomData)
    }
}

impl<K> From<Error> for Failure<K> {
    fn from(error: Error) -> Self {
        Box::new(Problem::from(error)).into()
    }
}

impl<K> From<Failure<K>> for poem::Error {
    fn from(failure: Failure<K>) -> Self {
        let problem = *failure.0;
        let mut error = Self::from_response(problem.clone().into_response());
        // The error's own data replaces that of its answer; without the problem the envelope could
        // neither name the request in it nor log its cause.
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

fn response(status: u16) -> MetaResponse {
    MetaResponse {
        description: description(status),
        status: Some(status),
        status_range: None,
        content: vec![MetaMediaType {
            content_type: MEDIA_TYPE,
            schema: Problem::schema_ref(),
        }],
        headers: header(status).into_iter().collect(),
    }
}

const fn description(status: u16) -> &'static str {
    match status {
        400 => {
            "A parameter, or something in the body, can't be accepted; `errors` lists all of it."
        }
        401 => {
            "No API token and no session was sent, or it is unknown, expired, revoked, over or of another tenant."
        }
        403 => {
            "The caller lacks the permission; or the API token is used from a network that it excludes; or a session writes without its CSRF token."
        }
        404 => "There is nothing of that id in this tenant.",
        409 => {
            "The rules refuse: a name is taken, somebody depends on what would be lost, or something else has to be set first. Nothing was changed."
        }
        413 => "The body is larger than 1 MiB, or with SAML metadata than 3 MiB.",
        415 => "The body is not `application/json`.",
        500 => "Roster failed; its log says why, under the request id.",
        _ => "Roster can't answer right now; try again after `Retry-After` seconds.",
    }
}

fn header(status: u16) -> Option<MetaHeader> {
    let (name, description, schema) = match status {
        401 => (
            "WWW-Authenticate",
            "How to authenticate (RFC 6750).",
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
