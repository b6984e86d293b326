//! The one place where failures outside the SCIM API become problem details (RFC 9457).
//!
//! - [`Problem`] is the body, [`Problem::into_response`] the answer;
//! - [`kind`] lists the types that programs tell problems apart by;
//! - [`application`] translates the use cases' errors, [`framework`] those of the router and the
//!   extractors.
//!
//! The layer that knows the request's id adds it with [`with_instance`], which also writes to the
//! log what the client is not told.

pub mod application;
pub mod framework;
pub mod kind;

use poem::Response;
use poem::http::{HeaderValue, StatusCode, header};
use poem_openapi::Object;
use poem_openapi::types::{Example, ToJSON};
use roster_application::error::InvalidField;

pub use framework::from_poem_error;
use kind::Kind;

/// The media type of RFC 9457.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was not carried out (problem details, RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none, example)]
pub struct Problem {
    /// Tells programs which problem it is; stable. `about:blank`: no more is known than the status.
    #[oai(rename = "type")]
    pub kind: String,
    /// The problem's kind in a few words; the same for every problem of a type.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What was wrong with this request, what is allowed, and what to do.
    pub detail: String,
    /// The id under which the request stands in the server's log, as a URN.
    pub instance: Option<String>,
    /// Every field or parameter that can't be accepted, all at once.
    pub errors: Option<Vec<FieldProblem>>,
    /// For the log alone: what failed inside Roster, with its causes.
    #[oai(skip)]
    pub cause: Option<String>,
}

/// One field or parameter that can't be accepted.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub struct FieldProblem {
    /// The field as the request names it, such as `email` or `permissions[2]`.
    pub field: String,
    /// What is wrong and what is allowed; continues a sentence that starts with the field.
    pub problem: String,
}

impl Example for Problem {
    fn example() -> Self {
        Self::new(
            Kind::InvalidRequest,
            "email is not an e-mail address such as ada@example.com.",
        )
        .with_fields(vec![InvalidField {
            field: "email".to_owned(),
            problem: "is not an e-mail address such as ada@example.com".to_owned(),
        }])
        .in_request("0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60")
    }
}

impl Problem {
    /// A problem of `kind`; `detail` is for people.
    #[must_use]
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind: kind.urn().to_owned(),
            title: kind.title().to_owned(),
            status: kind.status().as_u16(),
            detail: detail.into(),
            instance: None,
            errors: None,
            cause: None,
        }
    }

    /// Adds the fields that can't be accepted.
    #[must_use]
    pub fn with_fields(self, fields: Vec<InvalidField>) -> Self {
        let errors = fields
            .into_iter()
            .map(|f| FieldProblem {
                field: f.field,
                problem: f.problem,
            })
            .collect();
        Self {
            errors: Some(errors),
            ..self
        }
    }

    /// Adds what failed inside Roster, for the log.
    #[must_use]
    pub fn caused_by(self, error: &(dyn std::error::Error + 'static)) -> Self {
        let chain = std::iter::successors(Some(error), |error| error.source());
        let causes: Vec<_> = chain.map(ToString::to_string).collect();
        Self {
            cause: Some(causes.join(": ")),
            ..self
        }
    }

    /// Adds the id of the request.
    #[must_use]
    pub fn in_request(self, request_id: &str) -> Self {
        Self {
            instance: Some(format!("urn:roster:request:{request_id}")),
            ..self
        }
    }

    /// The answer. It carries the problem as response data too, for [`with_instance`].
    #[must_use]
    pub fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = Response::builder()
            .status(status)
            .content_type(MEDIA_TYPE)
            .body(self.to_json_string());
        let kind = Kind::ALL.iter().find(|kind| kind.urn() == self.kind);
        if let Some(seconds) = kind.and_then(|kind| kind.retry_after()) {
            answer
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(u16::from(seconds)));
        }
        answer.set_data(self);
        answer
    }
}

/// The answer for a failure of which no more is known than its status.
#[must_use]
pub fn problem_response(status: StatusCode, detail: impl Into<String>) -> Response {
    let detail = detail.into();
    let problem = match Kind::of_status(status) {
        Some(kind) => Problem::new(kind, detail),
        None => Problem {
            kind: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or("Unknown").to_owned(),
            status: status.as_u16(),
            detail,
            instance: None,
            errors: None,
            cause: None,
        },
    };
    problem.into_response()
}

/// Adds the id of the request to an answer, if it is a problem; leaves any other as it is. A
/// failure inside Roster is written to the log under that id.
#[must_use]
pub fn with_instance(mut answer: Response, request_id: &str) -> Response {
    if let Some(problem) = answer.data::<Problem>().cloned() {
        if let Some(error) = &problem.cause {
            tracing::error!(request_id, error, "a request failed");
        }
        answer.set_body(problem.in_request(request_id).to_json_string());
    }
    answer
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    async fn body(answer: Response) -> Value {
        serde_json::from_slice(&answer.into_body().into_bytes().await.unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_problem_is_answered_in_its_own_media_type_with_the_request_it_belongs_to() {
        let answer = with_instance(
            problem_response(StatusCode::NOT_FOUND, "Nothing here."),
            "r-1",
        );
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert_eq!(answer.content_type(), Some(MEDIA_TYPE));
        assert_eq!(
            body(answer).await,
            json!({
                "type": "urn:roster:problem:not-found",
                "title": "There is no such thing",
                "status": 404,
                "detail": "Nothing here.",
                "instance": "urn:roster:request:r-1",
            })
        );
    }

    #[tokio::test]
    async fn a_status_without_a_kind_is_about_blank() {
        let body = body(problem_response(
            StatusCode::IM_A_TEAPOT,
            "Short and stout.",
        ))
        .await;
        assert_eq!(body["type"], "about:blank");
        assert_eq!(body["status"], 418);
    }

    #[tokio::test]
    async fn an_answer_that_is_no_problem_stays_as_it_is() {
        let answer = with_instance(Response::builder().body("fine"), "r-1");
        assert_eq!(answer.into_body().into_string().await.unwrap(), "fine");
    }

    #[tokio::test]
    async fn the_cause_is_for_the_log_alone() {
        let cause = std::io::Error::other("10.0.0.7 refused");
        let problem = Problem::new(Kind::Internal, "Roster failed.").caused_by(&cause);
        let answer = with_instance(problem.into_response(), "r-1");
        assert!(
            !answer
                .into_body()
                .into_string()
                .await
                .unwrap()
                .contains("10.0.0.7")
        );
    }

    #[test]
    fn whoever_shall_try_again_is_told_when_in_whole_seconds() {
        let answer = problem_response(StatusCode::SERVICE_UNAVAILABLE, "Later.");
        assert_eq!(answer.header(header::RETRY_AFTER), Some("5"));
    }
}
