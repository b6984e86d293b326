//! The door in front of everything below `/t/`. It takes `/t/{slug}` and the API's name off the path,
//! finds the tenant, lets in whoever has a token or a session, and hands the rest of the path on.
//!
//! The path is compared byte by byte and never decoded, and a caller is authenticated before any
//! route is looked for: no spelling of a path, and no forgotten line on a route, gets around it. So it
//! is for the console. The pages of a sign-in stand beside them, and each decides for itself who it is.

use std::sync::Arc;

use poem::endpoint::BoxEndpoint;
use poem::error::NotFoundError;
use poem::http::{HeaderMap, StatusCode, Uri};
use poem::{Endpoint, Request, Response};
use roster_application::Application;
use roster_application::caller::Caller;
use roster_application::directory::TenantEntry;
use roster_application::sessions::SignedIn;
use roster_domain::context::Origin;
use roster_web_kit::visitor::{Visitor, visitor};

use crate::authentication::{authenticate, brings_token, without_session};
use crate::destination::{Destination, Place, destination, shape_of};
use crate::envelope::Visit;
use crate::failure::{Api, with_retry_after};
use crate::options::Options;
use crate::rate_limit::TenantLimits;
use crate::route_names::Names;
use crate::site::{Arrival, Site};
use roster_web_kit::address::PublicAddress;
use roster_web_kit::cookies::Cookies;
use roster_web_kit::cross_site::{check_write, is_safe};

const NO_SUCH_TENANT: &str = "There is no tenant of that name. Check the Tenant URL: it reads \
    /t/{tenant}/scim/v2 after the host, where {tenant} is the tenant's name in lower case.";
const NO_SUCH_PAGE: &str =
    "There is no organization of that name here. Check the address that you were given.";
const ASTRAY_SCIM: &str = "There is no SCIM API at this path. Check the Tenant URL: it reads \
    /t/{tenant}/scim/v2 after the host, and SCIM's own paths, such as /Users, follow it.";
pub(crate) const ASTRAY: &str = "There is nothing at this path. A tenant's SCIM API is at /t/{tenant}/scim/v2, \
    its management API at /t/{tenant}/api/v1, its session API at /t/{tenant}/session; all are documented at /docs.";
const TOKEN_HAS_NO_SESSION: &str = "The session API is about the session in a browser's cookie, and an API token has \
    none. Leave the headers Authorization and X-API-Key out, and send the session's cookie.";

/// The endpoint behind which everything else stands.
pub(crate) struct Door {
    pub(crate) application: Application,
    pub(crate) options: Arc<Options>,
    pub(crate) address: Arc<PublicAddress>,
    pub(crate) limits: TenantLimits,
    pub(crate) scim: BoxEndpoint<'static>,
    pub(crate) management: BoxEndpoint<'static>,
    pub(crate) session: BoxEndpoint<'static>,
    pub(crate) console: BoxEndpoint<'static>,
    pub(crate) names: Names,
    pub(crate) site: Site,
    pub(crate) outside: BoxEndpoint<'static>,
}

impl Endpoint for Door {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let path = request.uri().path().to_owned();
        match destination(&path) {
            Destination::Inside { slug, place, path } => {
                self.enter(slug, place, path, request).await
            }
            Destination::Astray(Api::Scim) => {
                Ok(Api::Scim.refuse(StatusCode::NOT_FOUND, ASTRAY_SCIM))
            }
            Destination::Astray(api) => Ok(api.refuse(StatusCode::NOT_FOUND, ASTRAY)),
            Destination::Outside => {
                if let (Some(route), Some(visit)) =
                    (Names::outside(&path), request.data::<Arc<Visit>>())
                {
                    visit.leads_to(route);
                }
                match self.outside.call(request).await {
                    Err(error) if error.is::<NotFoundError>() => {
                        Ok(Api::Management.refuse(StatusCode::NOT_FOUND, ASTRAY))
                    }
                    answer => answer,
                }
            }
        }
    }
}

impl Door {
    async fn enter(
        &self,
        slug: &str,
        place: Place,
        path: &str,
        mut request: Request,
    ) -> poem::Result<Response> {
        let api = shape_of(place, path, request.headers());
        let origin = request.data::<Origin>().cloned().unwrap_or_default();
        let visit = request.data::<Arc<Visit>>().cloned().unwrap_or_default();
        let tenant = match self.application.tenant(slug).await {
            Ok(Some(tenant)) => tenant,
            Ok(None) => {
                let detail = match api {
                    Api::Pages => NO_SUCH_PAGE,
                    Api::Scim | Api::Management => NO_SUCH_TENANT,
                };
                return Ok(api.refuse(StatusCode::NOT_FOUND, detail));
            }
            Err(error) => return Ok(api.store_failed(&error, origin.request_id.as_deref())),
        };
        visit.found(&tenant);
        let (route, operation) = self.names.inside(place, request.method(), path);
        if let Some(route) = route {
            visit.leads_to(route);
        }
        if place == Place::Scim {
            visit.asks(operation);
        }
        let inside = match place {
            Place::Site => {
                let arrival = Arrival::new(tenant, request);
                return Ok(self.site.answer(path, api, arrival).await);
            }
            Place::Console => {
                let headers = request.headers();
                let cookies = Cookies::of(self.address.transport(), slug);
                let request_id = origin.request_id.clone();
                let known = visitor(&self.application, cookies, &tenant, headers, origin).await;
                match known {
                    Ok(Visitor::Known(signed_in)) => {
                        visit.admitted(&signed_in.caller);
                        request.set_data(*signed_in);
                        &self.console
                    }
                    Ok(Visitor::Stranger | Visitor::Over | Visitor::Ambiguous) => {
                        return Ok(self.site.sign_in_first(&Arrival::new(tenant, request)));
                    }
                    Err(error) => return Ok(api.store_failed(&error, request_id.as_deref())),
                }
            }
            Place::Session => match self.signed_in(&tenant, &request, origin, &visit).await {
                Ok(signed_in) => {
                    request.set_data(signed_in);
                    &self.session
                }
                Err(refusal) => return Ok(refusal),
            },
            Place::Scim => {
                let headers = request.headers();
                let token = authenticate(&self.application, api, &tenant, headers, origin).await;
                match token {
                    Ok(caller) => {
                        visit.admitted(&caller);
                        self.application.note_scim_request(&caller);
                        request.set_data(caller);
                    }
                    Err(refusal) => return Ok(refusal),
                }
                if let Some(refusal) = self.too_many(&tenant) {
                    return Ok(refusal);
                }
                &self.scim
            }
            Place::Management => match self.manager(&tenant, &request, origin, &visit).await {
                Ok(caller) => {
                    request.set_data(caller);
                    &self.management
                }
                Err(refusal) => return Ok(refusal),
            },
        };
        let Some(uri) = with_path(request.uri(), path) else {
            return Ok(api.refuse(StatusCode::NOT_FOUND, ASTRAY));
        };
        *request.uri_mut() = uri;
        request.set_data(self.application.clone());
        request.set_data(self.options.clone());
        request.set_data(self.address.clone());
        inside.call(request).await
    }

    /// Who manages: by an API token, or, without one, by a session.
    async fn manager(
        &self,
        tenant: &TenantEntry,
        request: &Request,
        origin: Origin,
        visit: &Visit,
    ) -> Result<Caller, Response> {
        let headers = request.headers();
        let api = Api::Management;
        let has_session = Cookies::of(self.address.transport(), tenant.tenant().slug.as_str())
            .is_some_and(|cookies| cookies.any_session(headers));
        if brings_token(headers) || !has_session {
            let caller = authenticate(&self.application, api, tenant, headers, origin).await?;
            visit.admitted(&caller);
            return Ok(caller);
        }
        let known = self.known(tenant, headers, origin).await?;
        let signed_in = known.map_err(|detail| without_session(api, detail, true))?;
        visit.admitted(&signed_in.caller);
        self.refusal(request, &signed_in)
            .map_or(Ok(signed_in.caller), Err)
    }

    /// Who is signed in; only a session counts here.
    async fn signed_in(
        &self,
        tenant: &TenantEntry,
        request: &Request,
        origin: Origin,
        visit: &Visit,
    ) -> Result<SignedIn, Response> {
        let headers = request.headers();
        let api = Api::Management;
        if brings_token(headers) {
            return Err(without_session(api, TOKEN_HAS_NO_SESSION, false));
        }
        let known = self.known(tenant, headers, origin).await?;
        let signed_in = known.map_err(|detail| without_session(api, detail, false))?;
        visit.admitted(&signed_in.caller);
        self.refusal(request, &signed_in)
            .map_or(Ok(*signed_in), Err)
    }

    /// The session of a browser, or why there is none.
    async fn known(
        &self,
        tenant: &TenantEntry,
        headers: &HeaderMap,
        origin: Origin,
    ) -> Result<Result<Box<SignedIn>, &'static str>, Response> {
        let request_id = origin.request_id.clone();
        let slug = tenant.tenant().slug.as_str();
        let cookies = Cookies::of(self.address.transport(), slug);
        visitor(&self.application, cookies, tenant, headers, origin)
            .await
            .map(Visitor::signed_in)
            .map_err(|error| Api::Management.store_failed(&error, request_id.as_deref()))
    }

    /// Why a request by session may not do what it is about to.
    fn refusal(&self, request: &Request, signed_in: &SignedIn) -> Option<Response> {
        if is_safe(request.method()) {
            return None;
        }
        let detail = check_write(request.headers(), &self.address, signed_in).err()?;
        Some(Api::Management.refuse(StatusCode::FORBIDDEN, detail))
    }

    /// Counts a SCIM request.
    fn too_many(&self, tenant: &TenantEntry) -> Option<Response> {
        let too_many = self.limits.check(tenant.id()).err()?;
        let detail = format!(
            "This tenant is sending more than the {} SCIM requests a second that it may. Nothing was \
             changed; try again after the seconds in the header Retry-After (Okta does so by itself).",
            too_many.per_second
        );
        let answer = Api::Scim.refuse(StatusCode::TOO_MANY_REQUESTS, &detail);
        Some(with_retry_after(answer, too_many.retry_after))
    }
}

/// The same query behind another path.
fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    match uri.query() {
        Some(query) => format!("{path}?{query}").parse().ok(),
        None => path.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_goes_along() {
        let uri: Uri = "/t/acme/scim/v2/Users?count=2&x=%20".parse().unwrap();
        assert_eq!(
            with_path(&uri, "/Users").unwrap().to_string(),
            "/Users?count=2&x=%20"
        );
        let absolute: Uri = "http://h/t/acme/scim/v2/Users".parse().unwrap();
        assert_eq!(
            with_path(&absolute, "/Users").unwrap().to_string(),
            "/Users"
        );
    }
}
