//! Refusals in the shape of what was called: a SCIM Error (RFC 7644 section 3.12) below a tenant's
//! `/scim`, a page where people sign in, a problem (RFC 9457) everywhere else.

use poem::Response;
use poem::http::header::RETRY_AFTER;
use poem::http::{HeaderValue, StatusCode};
use roster_application::ports::store::StoreError;
use roster_scim::ScimError;

use crate::management::problem::{self, problem_response};
use crate::pages;
use crate::scim;
use roster_web_kit::address::PublicAddress;

/// What a caller is told of a fault that is not theirs; the log has the rest.
const INTERNAL: &str = "The service failed to carry out the request; the fault is not in the request. \
    Try again later, and if it stays so, give the request id to whoever runs the service.";

/// What a caller is told when the database is away.
const UNAVAILABLE: &str = "The service can't reach its database at the moment, or there is no room to \
    write to it. Try again in a few seconds; if the request was to change something, read the record \
    first to see whether it was changed.";

/// Seconds after which it is worth asking an unavailable database again.
pub(crate) const RETRY_UNAVAILABLE: u64 = 5;

/// What a request is for; decides how its refusal looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    /// The SCIM API of a tenant.
    Scim,
    /// The management API of a tenant, and whatever else programs call.
    Management,
    /// The pages of a tenant, which people read.
    Pages,
}

impl Api {
    /// A refusal with this status; `detail` is read by people.
    pub(crate) fn refuse(self, status: StatusCode, detail: &str) -> Response {
        match self {
            Self::Scim => scim::error::response(&ScimError::new(status.as_u16(), detail)),
            Self::Management => problem_response(status, detail),
            Self::Pages => pages::failure::response(status, detail),
        }
    }

    /// The answer to a fault of ours, which was logged where it was found.
    pub(crate) fn internal_error(self, request_id: Option<&str>) -> Response {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        match self {
            Self::Pages => self.refuse(status, pages::failure::INTERNAL),
            Self::Scim | Self::Management => self.refuse(status, &internal_detail(request_id)),
        }
    }

    /// The answer when the database fails before an operation was reached.
    pub(crate) fn store_failed(self, error: &StoreError, request_id: Option<&str>) -> Response {
        log(error, request_id);
        match error {
            StoreError::Unavailable(_) => self.unavailable(),
            StoreError::Failed(_) | StoreError::Corrupt { .. } => self.internal_error(request_id),
        }
    }

    /// The answer while the database is away.
    pub(crate) fn unavailable(self) -> Response {
        let detail = match self {
            Self::Pages => pages::failure::UNAVAILABLE,
            Self::Scim | Self::Management => UNAVAILABLE,
        };
        let answer = self.refuse(StatusCode::SERVICE_UNAVAILABLE, detail);
        with_retry_after(answer, RETRY_UNAVAILABLE)
    }

    /// The answer to an error that came out of the framework.
    pub(crate) fn framework_failed(self, error: poem::Error, request_id: Option<&str>) -> Response {
        match self {
            Self::Scim => scim::error::from_poem_error(error, request_id),
            Self::Management => problem::from_poem_error(error),
            Self::Pages => {
                tracing::error!(request_id, %error, "a page failed");
                self.internal_error(request_id)
            }
        }
    }

    /// Adds the request's id where the shape has a place for it.
    pub(crate) fn sign(
        self,
        answer: Response,
        request_id: &str,
        address: &PublicAddress,
    ) -> Response {
        match self {
            Self::Scim => answer,
            Self::Management | Self::Pages => {
                let answer = problem::with_instance(answer, request_id);
                pages::failure::rendered(answer, request_id, address)
            }
        }
    }
}

/// The neutral text for a fault of ours.
pub(crate) fn internal_detail(request_id: Option<&str>) -> String {
    request_id.map_or_else(
        || INTERNAL.to_owned(),
        |id| format!("{INTERNAL} The request id is {id}."),
    )
}

/// The text for a database that is away.
pub(crate) const fn unavailable_detail() -> &'static str {
    UNAVAILABLE
}

/// Says when it is worth trying again, in whole seconds.
pub(crate) fn with_retry_after(mut answer: Response, seconds: u64) -> Response {
    answer
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds));
    answer
}

/// Logs a fault of ours with everything that caused it.
pub(crate) fn log(error: &(dyn std::error::Error + 'static), request_id: Option<&str>) {
    let causes: Vec<String> = std::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect();
    tracing::error!(request_id, error = causes.join(": "), "a request failed");
}
