//! The HTTP adapter: from requests to the use cases of `roster-application`, and back.
//!
//! A request travels inwards through these files:
//! 1. [`envelope`](mod@envelope): its id, the time limit, the catch for a panic, the line in the
//!    log, and what is left [`unread`] of its body;
//! 2. [`door`]: from `/t/{slug}/scim/v2/…` and its neighbours ([`destination`](mod@destination)) to
//!    a tenant and a place. It authenticates ([`authentication`]) before any route of an API is
//!    looked for: by API token, or by a session's cookie, whose writes must come from our own pages
//!    (both in `roster_web_kit`);
//! 3. [`scim`], [`management`] or [`session`]: the operations, each calling one use case. They are
//!    written with poem-openapi, so their OpenAPI documents come from the code that answers. Or
//!    [`site`]: signing in and out, and the [`pages`] that people see. Or the administrators' console,
//!    which is another adapter's: the door only sees to it that somebody is signed in.
//!
//! What a request turned out to be goes along with its answer ([`observed`]), for whoever measures.
//!
//! Failures take the shape of what was called ([`failure`]). Whatever is not below `/t/` is
//! [`health`], [`jwks`], [`docs`], and the pages' style sheet. What is answered before the database
//! was first reached is [`waiting`].
//!
//! To add a SCIM operation see `scim/users.rs`; to add one to the management API see `management`.

mod allow;
pub mod authenticated;
mod authentication;
mod credential;
mod destination;
mod docs;
mod door;
mod envelope;
mod failure;
mod health;
mod jwks;
pub mod management;
pub mod observed;
mod openapi;
pub mod options;
mod origin;
mod pages;
mod rate_limit;
mod route_names;
mod route_pattern;
mod scim;
mod session;
mod site;
mod unread;
mod waiting;

use std::sync::Arc;

use poem::PathPattern;
use poem::endpoint::BoxEndpoint;
use poem::error::MethodNotAllowedError;
use poem::http::HeaderValue;
use poem::http::header::ALLOW;
use poem::{Endpoint, EndpointExt, IntoEndpoint, Request, Response, Route, get};
use poem_openapi::{OpenApi, OpenApiService};
use roster_application::Application;
use roster_domain::audit::AuditRecord;
use serde_json::Value;

use allow::AllowedMethods;
use door::Door;
use envelope::Envelope;
pub use envelope::LOGGED_PATH;
use failure::Api;
use options::Options;
use rate_limit::{SourceLimits, TenantLimits};
use roster_web_kit::address::PublicAddress;
use roster_web_kit::page::assets;
use route_names::Names;
use site::Site;

/// Everything that Roster serves over HTTP. `console` answers what is below a tenant's `/console`: the
/// door takes that off the path, and gives each request the [`SignedIn`] who sends it.
///
/// [`SignedIn`]: roster_application::sessions::SignedIn
#[must_use]
pub fn routes(
    application: Application,
    options: Options,
    console: BoxEndpoint<'static>,
) -> BoxEndpoint<'static> {
    let options = Arc::new(options);
    let outside = Route::new()
        .at("/livez", get(health::livez))
        .at("/readyz", get(health::readyz).data(application.clone()))
        .at(
            "/.well-known/jwks.json",
            get(jwks::jwks).data(application.clone()),
        );
    let outside = docs::routes(assets::routes(outside), &options);
    let address = Arc::new(PublicAddress::of(&options.public_url));
    let posts = SourceLimits::new(options.sign_in_limit);
    let door = Door {
        limits: TenantLimits::new(options.rate_limit),
        scim: scim::ScimApi::new().boxed(),
        management: management::parameters::checked(managed(management::service())).boxed(),
        session: managed(session::service()).boxed(),
        console,
        names: Names::new(),
        site: Site::new(application.clone(), address.clone(), posts),
        outside: ReadOnly(outside).boxed(),
        options: options.clone(),
        address,
        application,
    };
    Envelope::new(door, options).boxed()
}

/// What a server answers until it has a database that it can work with: 503, but for `/livez`.
#[must_use]
pub fn routes_while_waiting(options: Options) -> BoxEndpoint<'static> {
    Envelope::new(waiting::Waiting, Arc::new(options)).boxed()
}

/// The OpenAPI document of the SCIM API.
#[must_use]
pub fn scim_document() -> Value {
    let mut document = openapi::document(&scim::service());
    scim::examples::add_to(&mut document);
    document
}

/// The OpenAPI document of the management API.
#[must_use]
pub fn management_document() -> Value {
    openapi::document(&management::service())
}

/// The OpenAPI document of the session API.
#[must_use]
pub fn session_document() -> Value {
    openapi::document(&session::service())
}

/// An audit record as a line of JSON, as an export of the management API has it; with the line break at
/// its end.
#[must_use]
pub fn audit_line(record: AuditRecord) -> String {
    management::audit_log::line(record)
}

/// An API as an endpoint that answers every failure with a problem. It stands behind the door.
fn managed<T: OpenApi + 'static>(
    service: OpenApiService<T, ()>,
) -> impl Endpoint<Output = Response> {
    let allowed = Arc::new(AllowedMethods::of::<T>());
    let routes = service.into_endpoint();
    routes.around(move |routes, request| {
        let allowed = allowed.clone();
        async move {
            match routes.call(request).await {
                Ok(answer) => Ok(answer),
                Err(failure) => {
                    let route = failure.data::<PathPattern>().cloned();
                    let method_not_allowed = failure.is::<MethodNotAllowedError>();
                    let answer = Api::Management.framework_failed(failure, None);
                    Ok(allowed.announce(route.as_ref().filter(|_| method_not_allowed), answer))
                }
            }
        }
    })
}

/// Routes that only know `GET`, and say so to whoever tries something else.
struct ReadOnly(Route);

impl Endpoint for ReadOnly {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        match self.0.call(request).await {
            Err(failure) if failure.is::<MethodNotAllowedError>() => {
                let detail = "This page can only be read. Use GET.";
                let mut answer = Api::Management.refuse(failure.status(), detail);
                answer
                    .headers_mut()
                    .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
                Ok(answer)
            }
            answer => answer,
        }
    }
}
