//! From errors of the router and the extractors to problems.

use poem::error::{MethodNotAllowedError, NotFoundError};
use poem::http::StatusCode;
use poem::{Error, Response};
use poem_openapi::error::{ParseParamError, ParsePathError};
use roster_application::error::InvalidField;

use super::application::INTERNAL_DETAIL;
use super::kind::Kind;
use super::{Problem, problem_response};

/// The answer for an error that came out of the framework, or out of an operation by way of it.
#[must_use]
pub fn from_poem_error(error: Error) -> Response {
    if error.is_from_response() {
        return error.into_response();
    }
    if let Some(error) = error.downcast_ref::<ParseParamError>() {
        let problem = allowed(error.name)
            .map_or_else(|| format!("can't be read: {}", error.reason), str::to_owned);
        let detail = format!("The parameter {} {problem}.", error.name);
        let field = InvalidField {
            field: error.name.to_owned(),
            problem,
        };
        return Problem::new(Kind::InvalidRequest, detail)
            .with_fields(vec![field])
            .into_response();
    }
    if error.is::<NotFoundError>() || error.is::<ParsePathError>() {
        let detail = "There is nothing at this path. The API has /users, /roles, /permissions, /api-tokens, \
            /settings, /saml-settings and /audit-log, each below /t/{tenant}/api/v1.";
        return Problem::new(Kind::NotFound, detail).into_response();
    }
    if error.is::<MethodNotAllowedError>() {
        let detail = "This path does not support that method. The Allow header, and the API's documentation at \
            /docs, say which it does.";
        return Problem::new(Kind::MethodNotAllowed, detail).into_response();
    }
    let status = error.status();
    if status.is_server_error() {
        let kind = Kind::of_status(status).unwrap_or(Kind::Internal);
        return Problem {
            cause: Some(error.to_string()),
            ..Problem::new(kind, INTERNAL_DETAIL)
        }
        .into_response();
    }
    problem_response(status, plain(status))
}

/// What a parameter may be; continues a sentence that starts with its name.
fn allowed(parameter: &str) -> Option<&'static str> {
    match parameter {
        "limit" => Some("must be a whole number from 1 to 200"),
        "active" => Some("must be true or false"),
        "result" => Some("must be SUCCEEDED or FAILED"),
        "from" | "until" => Some(
            "must be a time of RFC 3339 such as 2026-07-01T00:00:00Z (in a URL, write + as %2B)",
        ),
        _ => None,
    }
}

/// What can be said of a client's error of which only the status is known.
fn plain(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => {
            "This needs an API token. Send it in the Authorization header, as: Bearer <token>."
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            "The body is larger than 1 MiB, which is the most that is accepted."
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "Send the body as application/json.",
        _ => "The request can't be understood. Compare it with the API's documentation at /docs.",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    async fn answer(error: impl Into<Error>) -> (u16, Value) {
        let answer = from_poem_error(error.into());
        let status = answer.status().as_u16();
        (
            status,
            serde_json::from_slice(&answer.into_body().into_bytes().await.unwrap()).unwrap(),
        )
    }

    #[tokio::test]
    async fn a_bad_parameter_is_named_with_what_it_may_be() {
        let error = ParseParamError {
            name: "limit",
            reason: "invalid digit found in string".to_owned(),
        };
        let (status, body) = answer(error).await;
        assert_eq!(status, 400);
        assert_eq!(
            body["detail"],
            "The parameter limit must be a whole number from 1 to 200."
        );
        assert_eq!(body["errors"][0]["field"], "limit");
    }

    #[tokio::test]
    async fn the_routers_refusals_are_problems_of_their_own_status() {
        let (status, body) = answer(NotFoundError).await;
        assert_eq!(
            (status, body["type"].as_str()),
            (404, Some("urn:roster:problem:not-found"))
        );
        let (status, body) = answer(MethodNotAllowedError).await;
        assert_eq!(
            (status, body["type"].as_str()),
            (405, Some("urn:roster:problem:method-not-allowed"))
        );
        let (status, _) = answer(Error::from_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)).await;
        assert_eq!(status, 415);
    }

    #[tokio::test]
    async fn an_internal_error_says_nothing_of_its_reason() {
        let (status, body) = answer(Error::from_string(
            "secret path /x",
            StatusCode::INTERNAL_SERVER_ERROR,
        ))
        .await;
        assert_eq!(status, 500);
        assert_eq!(body["detail"], INTERNAL_DETAIL);
    }

    #[tokio::test]
    async fn a_problem_that_travelled_as_an_error_arrives_unchanged() {
        let problem = Problem::new(Kind::LastAdmin, "No.");
        let (status, body) = answer(Error::from_response(problem.into_response())).await;
        assert_eq!((status, body["detail"].as_str()), (409, Some("No.")));
    }
}
