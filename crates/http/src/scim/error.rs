//! The one place that turns failures into SCIM Errors (RFC 7644 section 3.12).

use poem::Response;
use poem::error::{MethodNotAllowedError, NotFoundError};
use poem::http::StatusCode;
use poem_openapi::error::{ParseParamError, ParsePathError};
use roster_application::error::Error;
use roster_application::ports::store::StoreError;
use roster_domain::refusal::Refusal;
use roster_scim::{MEDIA_TYPE, ScimError};

use crate::failure::{
    RETRY_UNAVAILABLE, internal_detail, log, unavailable_detail, with_retry_after,
};
use crate::observed::ScimReason;

/// Seconds after which a record that too many were changing is worth another try.
const RETRY_CONTENDED: u64 = 1;

/// A SCIM Error, and when it is worth trying again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) error: ScimError,
    /// In whole seconds.
    pub(crate) retry_after: Option<u64>,
}

impl From<ScimError> for Failure {
    fn from(error: ScimError) -> Self {
        Self {
            error,
            retry_after: None,
        }
    }
}

impl Failure {
    /// The answer.
    pub(crate) fn into_response(self) -> Response {
        let answer = response(&self.error);
        match self.retry_after {
            Some(seconds) => with_retry_after(answer, seconds),
            None => answer,
        }
    }
}

/// The answer for a SCIM Error.
pub(crate) fn response(error: &ScimError) -> Response {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = Response::builder()
        .status(status)
        .content_type(MEDIA_TYPE)
        .body(error.to_json().to_string());
    if let Some(scim_type) = error.scim_type {
        answer.set_data(ScimReason(scim_type.as_str()));
    }
    answer
}

/// What a use case's error looks like on the wire. A fault of ours is logged here.
pub(crate) fn of_application(error: Error, request_id: Option<&str>) -> Failure {
    let detail = error.to_string();
    match error {
        Error::Forbidden { .. } => ScimError::new(403, detail).into(),
        Error::NotFound { .. } => ScimError::not_found(detail).into(),
        Error::Invalid(_) => ScimError::invalid_value(detail).into(),
        Error::Refused(refusal) => of_refusal(&refusal).into(),
        Error::Scim(error) => error.into(),
        Error::VersionMismatch => ScimError::new(412, detail).into(),
        Error::Contended => Failure {
            error: ScimError::new(503, detail),
            retry_after: Some(RETRY_CONTENDED),
        },
        Error::Store(error) => of_store(&error, request_id),
    }
}

fn of_store(error: &StoreError, request_id: Option<&str>) -> Failure {
    log(error, request_id);
    match error {
        StoreError::Unavailable(_) => Failure {
            error: ScimError::new(503, unavailable_detail()),
            retry_after: Some(RETRY_UNAVAILABLE),
        },
        StoreError::Failed(_) | StoreError::Corrupt { .. } => {
            ScimError::new(500, internal_detail(request_id)).into()
        }
    }
}

fn of_refusal(refusal: &Refusal) -> ScimError {
    let detail = refusal.to_string();
    match refusal {
        Refusal::UnknownRole { .. }
        | Refusal::Required { .. }
        | Refusal::ExpiryInThePast
        | Refusal::OverlapTooLong { .. }
        | Refusal::SignInValue { .. }
        | Refusal::TooMany { .. }
        | Refusal::SameAttribute { .. }
        | Refusal::AnotherProvider { .. }
        | Refusal::PrunedTooSoon => ScimError::invalid_value(detail),
        Refusal::Taken { .. } | Refusal::EmailOfAnother { .. } => ScimError::uniqueness(detail),
        Refusal::LastAdmin { .. } | Refusal::Yourself { .. } | Refusal::AdminRole { .. } => {
            ScimError::mutability(detail)
        }
        Refusal::CreatedAtSignIn | Refusal::DeactivatedOnly => ScimError::not_implemented(detail),
        // As if it were not there: a client that looks for the person anew finds the new account.
        Refusal::Erased => ScimError::not_found(detail),
        Refusal::BeyondOwnPermissions { .. }
        | Refusal::Superseded
        | Refusal::Deactivated { .. }
        | Refusal::AdminLinkSpent => ScimError::new(403, detail),
        Refusal::RoleInUse { .. }
        | Refusal::RoleIsDefault { .. }
        | Refusal::TokenRevoked
        | Refusal::SettingIncomplete { .. } => ScimError::new(409, detail),
    }
}

/// The answer for an error that came out of the framework.
pub(crate) fn from_poem_error(error: poem::Error, request_id: Option<&str>) -> Response {
    if error.is_from_response() {
        return error.into_response();
    }
    if let Some(parameter) = error.downcast_ref::<ParseParamError>() {
        return response(&ScimError::invalid_value(parameter_detail(parameter.name)));
    }
    if error.is::<NotFoundError>() || error.is::<ParsePathError>() {
        return response(&ScimError::not_found(
            "There is no such SCIM endpoint. This service offers /Users, /Users/{id}, \
             /ServiceProviderConfig, /ResourceTypes and /Schemas below the Tenant URL, written in exactly \
             these letters.",
        ));
    }
    if error.is::<MethodNotAllowedError>() {
        return response(&ScimError::new(
            405,
            "This SCIM endpoint does not support that method. The header Allow lists those it supports.",
        ));
    }
    let status = error.status();
    if status.is_client_error() {
        let reason = status.canonical_reason().unwrap_or("Bad Request");
        let detail = format!(
            "The request can't be processed: {reason}. Compare it with the documentation at /docs."
        );
        return response(&ScimError::new(status.as_u16(), detail));
    }
    log(&error, request_id);
    response(&ScimError::new(500, internal_detail(request_id)))
}

fn parameter_detail(name: &str) -> String {
    match name {
        "startIndex" => "The query parameter startIndex must be an integer: the 1-based position of the first \
            user wanted, such as startIndex=1."
            .to_owned(),
        "count" => "The query parameter count must be an integer: the most users wanted on the page, from 0 \
            to 200, such as count=100."
            .to_owned(),
        _ => format!("The parameter {name} can't be read. Compare it with the documentation at /docs."),
    }
}

#[cfg(test)]
mod tests {
    use roster_application::error::Thing;
    use roster_domain::change::UniqueName;
    use roster_domain::permission::Permission;
    use roster_domain::refusal::Loss;
    use serde_json::Value;

    use super::*;

    async fn wire(answer: Response) -> (u16, Option<String>, Value) {
        let retry = answer.header("retry-after").map(str::to_owned);
        assert_eq!(answer.content_type(), Some(MEDIA_TYPE));
        let status = answer.status().as_u16();
        let body = answer.into_body().into_bytes().await.unwrap();
        (status, retry, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn every_error_of_a_use_case_has_its_status_and_keyword() {
        let taken = Refusal::Taken {
            name: UniqueName::UserName,
            value: "ada".to_owned(),
        };
        let required = Refusal::Required {
            attribute: "userName",
        };
        for (error, status, keyword) in [
            (
                Error::Forbidden {
                    permission: Permission::USER_READ,
                },
                403,
                None,
            ),
            (Error::not_found(Thing::User, &"x"), 404, None),
            (
                Error::invalid("userName", &"is too long"),
                400,
                Some("invalidValue"),
            ),
            (required.into(), 400, Some("invalidValue")),
            (taken.into(), 409, Some("uniqueness")),
            (
                Refusal::LastAdmin { loss: Loss::Access }.into(),
                400,
                Some("mutability"),
            ),
            (Refusal::CreatedAtSignIn.into(), 501, None),
            (Refusal::DeactivatedOnly.into(), 501, None),
            (Refusal::Erased.into(), 404, None),
            (Error::VersionMismatch, 412, None),
            (ScimError::no_target("x").into(), 400, Some("noTarget")),
        ] {
            let text = error.to_string();
            let (got, retry, body) = wire(of_application(error, Some("r-1")).into_response()).await;
            assert_eq!((got, retry), (status, None), "{text}");
            assert_eq!(body["status"], status.to_string());
            assert_eq!(
                body.get("scimType").and_then(Value::as_str),
                keyword,
                "{text}"
            );
            assert_eq!(body["detail"], text);
        }
    }

    #[tokio::test]
    async fn what_may_pass_says_when_to_try_again() {
        let (status, retry, _) = wire(of_application(Error::Contended, None).into_response()).await;
        assert_eq!((status, retry.as_deref()), (503, Some("1")));
        let away = Error::Store(StoreError::Unavailable("password=hunter2".into()));
        let (status, retry, body) = wire(of_application(away, None).into_response()).await;
        assert_eq!((status, retry.as_deref()), (503, Some("5")));
        assert!(!body.to_string().contains("hunter2"));
    }

    #[tokio::test]
    async fn a_fault_of_ours_tells_the_request_id_and_nothing_else() {
        let fault = Error::Store(StoreError::Failed("table users is gone".into()));
        let (status, _, body) = wire(of_application(fault, Some("r-7")).into_response()).await;
        assert_eq!(status, 500);
        let detail = body["detail"].as_str().unwrap();
        assert!(
            detail.contains("r-7") && !detail.contains("table"),
            "{detail}"
        );
    }

    #[tokio::test]
    async fn the_routers_errors_are_scim_errors() {
        let count = ParseParamError {
            name: "count",
            reason: "invalid digit".to_owned(),
        };
        for (error, status, word) in [
            (poem::Error::from(count), 400, "count"),
            (NotFoundError.into(), 404, "/Users"),
            (MethodNotAllowedError.into(), 405, "Allow"),
            (
                poem::Error::from_status(StatusCode::EXPECTATION_FAILED),
                417,
                "/docs",
            ),
        ] {
            let (got, _, body) = wire(from_poem_error(error, None)).await;
            assert_eq!(got, status);
            assert!(body["detail"].as_str().unwrap().contains(word), "{body}");
        }
    }
}
