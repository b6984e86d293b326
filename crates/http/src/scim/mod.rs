//! The SCIM API of a tenant (RFC 7644), as the lifecycle profile offers it.
//!
//! - [`users`] and [`discovery`]: the operations;
//! - [`unsupported`]: what the profile does not offer, and what to do instead;
//! - [`body`], [`conditions`], [`view`], [`answer`], [`failed`]: what operations take and give;
//! - [`error`]: the one place that makes SCIM Errors;
//! - [`model`], [`examples`]: what only the OpenAPI document needs.
//!
//! To offer one more operation, write it in `users.rs` beside the others; the door, the errors and
//! the document follow by themselves.

mod answer;
mod body;
mod conditions;
mod discovery;
pub(crate) mod error;
pub(crate) mod examples;
mod failed;
mod model;
mod unsupported;
mod users;
mod view;

use poem::PathPattern;
use poem::endpoint::BoxEndpoint;
use poem::error::MethodNotAllowedError;
use poem::{Endpoint, IntoEndpoint, Request, Response};
use poem_openapi::{OpenApiService, Tags};
use roster_application::caller::Caller;

use crate::allow::AllowedMethods;
use crate::openapi;

/// The operations by subject.
#[derive(Tags)]
enum Subject {
    /// Find users, keep their profile and role right, deactivate and reactivate them. Users are
    /// created by their first sign-in and never deleted.
    Users,
    /// What the service supports, which kinds of resource it has, and what they look like
    /// (RFC 7644 section 4).
    Discovery,
}

type Operations = (users::Users, discovery::Discovery);

const DESCRIPTION: &str = "\
The SCIM 2.0 API (RFC 7643, RFC 7644) through which an identity provider such as Okta keeps the \
users of a tenant in step: it looks a user up, updates name, e-mail and role, deactivates and \
reactivates.

**What the profile offers.** Lookups with one `eq` filter, pages of all users, `GET`, `PUT` and \
`PATCH` of a user, and the discovery documents. Users are created by their first sign-in (`POST` \
answers 501), and deactivated instead of deleted (`DELETE` answers 501). `/Groups`, `/Bulk`, `/Me` \
and `/.search` answer 501 with what to do instead.

**Roles.** The attribute `pantherRole` holds the name of one of the tenant's roles; its name is a \
setting of the tenant. A new role takes effect when the user next signs in. An unknown role fails \
the whole request with a `detail` that lists the valid ones.

**Names** of attributes, of filter operators and of PATCH operations match in any letter case. \
Bodies are `application/scim+json` or `application/json`, 1 MiB at most.

**Errors** are SCIM Errors (RFC 7644 section 3.12) whatever went wrong; `detail` says what was \
wrong, what is allowed and what to do. After 429 and 503, `Retry-After` says in whole seconds when \
to try again.";

/// The API with its document.
pub(crate) fn service() -> OpenApiService<Operations, ()> {
    openapi::about(OpenApiService::new(
        (users::Users, discovery::Discovery),
        "Roster SCIM API",
        openapi::VERSION,
    ))
    .description(DESCRIPTION)
    .server(openapi::server("scim/v2", "The Tenant URL"))
}

/// The API as an endpoint that answers every failure with a SCIM Error. It stands behind the door.
pub(crate) struct ScimApi {
    routes: BoxEndpoint<'static>,
    allowed: AllowedMethods,
}

impl ScimApi {
    pub(crate) fn new() -> Self {
        Self {
            routes: service().into_endpoint(),
            allowed: AllowedMethods::of::<Operations>(),
        }
    }
}

impl Endpoint for ScimApi {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let caller = request.data::<Caller>();
        if let Some(refusal) =
            caller.and_then(|caller| unsupported::refusal(request.uri().path(), caller))
        {
            return Ok(error::response(&refusal));
        }
        let request_id = caller.and_then(|caller| caller.origin.request_id.clone());
        match self.routes.call(request).await {
            Ok(answer) => Ok(answer),
            Err(failure) => {
                let route = failure.data::<PathPattern>().cloned();
                let method_not_allowed = failure.is::<MethodNotAllowedError>();
                let answer = error::from_poem_error(failure, request_id.as_deref());
                let route = route.as_ref().filter(|_| method_not_allowed);
                Ok(self.allowed.announce(route, answer))
            }
        }
    }
}
