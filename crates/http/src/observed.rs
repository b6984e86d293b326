//! What a request turned out to be, for whoever measures: it goes along with the answer, as data
//! that never reaches the client. Every value is one of a few, so that nobody can fill a metrics
//! database by asking for odd things.

use std::sync::Arc;

use poem::Response;
use poem::http::StatusCode;

/// What is known of an answered request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observed {
    /// The route, with names in place of what differs: `/t/{tenant}/scim/v2/Users/{id}`. `None`:
    /// there is none.
    pub route: Option<Arc<str>>,
    /// The tenant.
    pub tenant: Option<String>,
    /// The id of the request in the log.
    pub request_id: String,
    /// What SCIM was asked for, and what came of it.
    pub scim: Option<ScimOperation>,
    /// What came of a sign-in.
    pub sign_in: Option<SignInOutcome>,
}

/// One request to the SCIM API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScimOperation {
    /// The operation, by its name in the OpenAPI document; `other` for what there is none for.
    pub operation: &'static str,
    /// What came of it.
    pub outcome: Outcome,
    /// Why it was not done: `scimType` of the error, or a word for its status; empty if it was.
    pub reason: &'static str,
}

/// What came of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Succeeded,
    /// It was refused.
    Refused,
    /// We could not.
    Failed,
}

impl Outcome {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    fn of(status: StatusCode) -> Self {
        if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED {
            Self::Failed
        } else if status.is_client_error() || status == StatusCode::NOT_IMPLEMENTED {
            Self::Refused
        } else {
            Self::Succeeded
        }
    }
}

/// What came of a sign-in, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInOutcome(pub &'static str);

/// The `scimType` of a SCIM Error, on its way from where it is written to where it is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ScimReason(pub(crate) &'static str);

impl ScimOperation {
    /// What an answer says of an operation.
    pub(crate) fn of(operation: &'static str, answer: &Response) -> Self {
        let status = answer.status();
        let outcome = Outcome::of(status);
        let reason = match (outcome, answer.data::<ScimReason>()) {
            (Outcome::Succeeded, _) => "",
            (_, Some(ScimReason(reason))) => reason,
            (_, None) => word(status),
        };
        Self {
            operation,
            outcome,
            reason,
        }
    }
}

fn word(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "invalid",
        401 => "unauthenticated",
        403 => "forbidden",
        404 => "not_found",
        405 => "method_not_allowed",
        409 => "conflict",
        412 => "version_mismatch",
        413 => "too_large",
        415 => "media_type",
        429 => "rate_limited",
        501 => "not_offered",
        503 => "unavailable",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_judged_by_its_status_and_says_why_in_a_word() {
        let judged = |status: u16, reason: Option<&'static str>| {
            let mut answer = Response::builder()
                .status(StatusCode::from_u16(status).unwrap())
                .finish();
            if let Some(reason) = reason {
                answer.set_data(ScimReason(reason));
            }
            let operation = ScimOperation::of("patchUser", &answer);
            (operation.outcome, operation.reason)
        };
        for (status, reason, expected) in [
            (200, None, (Outcome::Succeeded, "")),
            (304, None, (Outcome::Succeeded, "")),
            (
                400,
                Some("invalidValue"),
                (Outcome::Refused, "invalidValue"),
            ),
            (401, None, (Outcome::Refused, "unauthenticated")),
            (429, None, (Outcome::Refused, "rate_limited")),
            (501, None, (Outcome::Refused, "not_offered")),
            (503, None, (Outcome::Failed, "unavailable")),
            (500, None, (Outcome::Failed, "other")),
        ] {
            assert_eq!(judged(status, reason), expected, "{status}");
        }
    }
}
