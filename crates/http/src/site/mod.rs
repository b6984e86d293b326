//! What a browser asks below `/t/{slug}/`: the tenant's page, signing in and out. (The session as
//! JSON is [`crate::session`].)
//!
//! Paths are compared byte by byte, as the door compares them. [`Site::answer`] is the table of what
//! there is; each file beside this one handles its part, calls one use case, and shows one of
//! [`crate::pages`]:
//! - [`saml`]: to the identity provider and back;
//! - [`home`]: the tenant's page, and where people are after signing out;
//! - [`sign_out`]; [`admin_link`], the operator's way in.

mod admin_link;
mod home;
mod saml;
mod sign_out;

use std::sync::Arc;

use poem::http::header::{ALLOW, SET_COOKIE};
use poem::http::{HeaderValue, Method, StatusCode};
use poem::{Request, Response};
use roster_application::Application;
use roster_application::directory::TenantEntry;
use roster_domain::context::Origin;

use crate::door::ASTRAY;
use crate::envelope::Visit;
use crate::failure::{Api, with_retry_after};
use crate::pages::refused;
use crate::rate_limit::{Entrance, SourceLimits};
use roster_web_kit::address::PublicAddress;
use roster_web_kit::cookies::Cookies;
use roster_web_kit::page::Page;

/// The methods of each page.
fn allowed(path: &str) -> Option<&'static str> {
    match path {
        "" | "/" | "/signed-out" | "/saml/login" | "/saml/metadata" => Some("GET, HEAD"),
        "/sign-out" | "/saml/acs" => Some("POST"),
        "/admin-link" | "/saml/slo" => Some("GET, HEAD, POST"),
        _ => None,
    }
}

/// What to do with a page instead of what was tried.
fn instead(path: &str) -> &'static str {
    match path {
        "/saml/acs" => {
            "A sign-in does not begin at this address: start at the page of your organization, or in the \
             list of applications of your identity provider."
        }
        "/sign-out" => "To sign out, use the button on the page of your organization.",
        _ => "Open this page in a browser.",
    }
}

/// The pages of every tenant.
pub(crate) struct Site {
    application: Application,
    address: Arc<PublicAddress>,
    limits: SourceLimits,
}

/// A request to a tenant's pages.
pub(crate) struct Arrival {
    tenant: TenantEntry,
    origin: Origin,
    visit: Arc<Visit>,
    request: Request,
}

impl Arrival {
    pub(crate) fn new(tenant: TenantEntry, request: Request) -> Self {
        Self {
            tenant,
            origin: request.data::<Origin>().cloned().unwrap_or_default(),
            visit: request.data::<Arc<Visit>>().cloned().unwrap_or_default(),
            request,
        }
    }

    fn slug(&self) -> &str {
        self.tenant.tenant().slug.as_str()
    }
}

impl Site {
    pub(crate) fn new(
        application: Application,
        address: Arc<PublicAddress>,
        limits: SourceLimits,
    ) -> Self {
        Self {
            application,
            address,
            limits,
        }
    }

    /// Whether there is a page at a path, which begins below the tenant's.
    pub(crate) fn knows(path: &str) -> bool {
        allowed(path).is_some()
    }

    /// The answer to a request for `path`, which begins below the tenant's. `shape`: how whoever
    /// asks for what isn't there is told.
    pub(crate) async fn answer(&self, path: &str, shape: Api, arrival: Arrival) -> Response {
        // HEAD is answered as GET; the server leaves the body out.
        let method = match *arrival.request.method() {
            Method::GET | Method::HEAD => "GET",
            Method::POST => "POST",
            _ => "",
        };
        match (method, path) {
            ("GET", "") => self.with_slash(&arrival),
            ("GET", "/") => self.home(&arrival).await,
            ("GET", "/signed-out") => self.signed_out(&arrival),
            ("POST", "/sign-out") => self.sign_out(arrival).await,
            ("GET", "/admin-link") => self.show_admin_link(&arrival),
            ("POST", "/admin-link") => self.redeem_admin_link(arrival).await,
            ("GET", "/saml/login") => self.start_sign_in(&arrival).await,
            ("POST", "/saml/acs") => self.complete_sign_in(arrival).await,
            ("GET", "/saml/metadata") => self.sp_metadata(&arrival).await,
            ("GET" | "POST", "/saml/slo") => self.after_logout(&arrival),
            _ => match allowed(path) {
                Some(methods) => not_so(methods, instead(path)),
                None if shape == Api::Pages => {
                    shape.refuse(StatusCode::NOT_FOUND, "There is no page at this address.")
                }
                None => shape.refuse(StatusCode::NOT_FOUND, ASTRAY),
            },
        }
    }

    /// A relative link of the tenant's page would miss without the slash.
    fn with_slash(&self, arrival: &Arrival) -> Response {
        let query = arrival.request.uri().query();
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        let location = format!("{}/t/{}/{query}", self.address.root(), arrival.slug());
        redirect(StatusCode::PERMANENT_REDIRECT, &location)
    }

    /// The tenant's cookies, or the page that says why there are none.
    fn cookies<'a>(&self, arrival: &'a Arrival) -> Result<Cookies<'a>, Box<Response>> {
        let slug = arrival.slug();
        Cookies::of(self.address.transport(), slug)
            .ok_or_else(|| Box::new(self.show(refused::unprotected(slug))))
    }

    /// Counts one post that needs no session; answers whoever posts too often.
    fn too_many(&self, entrance: Entrance, arrival: &Arrival) -> Option<Response> {
        let source = arrival.origin.source_ip;
        let checked = self.limits.check(arrival.tenant.id(), entrance, source);
        let too_many = checked.err()?;
        let text = "Too many sign-ins come from your network at this moment. Wait a few seconds, then start again.";
        let answer = Api::Pages.refuse(StatusCode::TOO_MANY_REQUESTS, text);
        Some(with_retry_after(answer, too_many.retry_after))
    }

    fn show(&self, page: Page) -> Response {
        page.into_response(&self.address)
    }

    /// On to another address, with GET.
    fn see_other(&self, location: &str) -> Response {
        redirect(StatusCode::SEE_OTHER, location)
    }

    /// The absolute address of a path below the tenant's.
    fn address_of(&self, arrival: &Arrival, path: &str) -> String {
        self.address
            .absolute(&format!("/t/{}{path}", arrival.slug()))
    }
}

fn redirect(status: StatusCode, location: &str) -> Response {
    // Whoever made the address made sure that it is one.
    roster_web_kit::page::redirect(status, location)
        .unwrap_or_else(|| Api::Pages.internal_error(None))
}

/// Adds a cookie to an answer.
fn with_cookie(mut answer: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
    answer
}

/// 405, with what to do instead.
fn not_so(allowed: &'static str, text: &str) -> Response {
    let mut answer = Api::Pages.refuse(StatusCode::METHOD_NOT_ALLOWED, text);
    answer
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allowed));
    answer
}
