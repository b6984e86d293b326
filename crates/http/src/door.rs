//! The door in front of both APIs. It takes `/t/{slug}` and the API's name off the path, finds the
//! tenant, lets in whoever has a token, and hands the rest of the path on.
//!
//! The path is compared byte by byte and never decoded, and a caller is authenticated before any
//! route is looked for: no spelling of a path, and no forgotten line on a route, gets around it.

use std::sync::Arc;

use poem::endpoint::BoxEndpoint;
use poem::error::NotFoundError;
use poem::http::{StatusCode, Uri};
use poem::{Endpoint, Request, Response};
use roster_application::Application;
use roster_domain::context::Origin;

use crate::authentication::authenticate;
use crate::envelope::Visit;
use crate::failure::{Api, with_retry_after};
use crate::options::Options;
use crate::rate_limit::TenantLimits;

const NO_SUCH_TENANT: &str = "There is no tenant of that name. Check the Tenant URL: it reads \
    /t/{tenant}/scim/v2 after the host, where {tenant} is the tenant's name in lower case.";
const ASTRAY_SCIM: &str = "There is no SCIM API at this path. Check the Tenant URL: it reads \
    /t/{tenant}/scim/v2 after the host, and SCIM's own paths, such as /Users, follow it.";
const ASTRAY: &str = "There is nothing at this path. A tenant's SCIM API is at /t/{tenant}/scim/v2, \
    its management API at /t/{tenant}/api/v1; both are documented at /docs.";

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
enum Destination<'a> {
    /// To an API of a tenant.
    Inside {
        slug: &'a str,
        api: Api,
        path: &'a str,
    },
    /// Below `/t/`, but to none of the APIs.
    Astray(Api),
    /// Not below `/t/`.
    Outside,
}

/// Reads a raw path. One slash at the end is forgiven, and one at the end of the Tenant URL, which
/// makes two where a client adds `/Users` to it.
fn destination(path: &str) -> Destination<'_> {
    let Some(rest) = path.strip_prefix("/t/") else {
        return Destination::Outside;
    };
    let Some((slug, rest)) = rest.split_once('/') else {
        return Destination::Astray(Api::Management);
    };
    for (api, base) in [(Api::Scim, "scim/v2"), (Api::Management, "api/v1")] {
        let Some(inner) = rest.strip_prefix(base) else {
            continue;
        };
        let inner = inner
            .strip_prefix('/')
            .filter(|rest| rest.starts_with('/'))
            .unwrap_or(inner);
        if inner.is_empty() || inner == "/" {
            return Destination::Inside {
                slug,
                api,
                path: "/",
            };
        }
        if inner.starts_with('/') {
            return Destination::Inside {
                slug,
                api,
                path: inner.strip_suffix('/').unwrap_or(inner),
            };
        }
    }
    let first = rest.split('/').next().unwrap_or_default();
    Destination::Astray(if first == "scim" {
        Api::Scim
    } else {
        Api::Management
    })
}

/// The API whose error shape fits a raw path.
pub(crate) fn api_of(path: &str) -> Api {
    match destination(path) {
        Destination::Inside { api, .. } | Destination::Astray(api) => api,
        Destination::Outside => Api::Management,
    }
}

/// The endpoint behind which everything else stands.
pub(crate) struct Door {
    pub(crate) application: Application,
    pub(crate) options: Arc<Options>,
    pub(crate) limits: TenantLimits,
    pub(crate) scim: BoxEndpoint<'static>,
    pub(crate) management: BoxEndpoint<'static>,
    pub(crate) outside: BoxEndpoint<'static>,
}

impl Endpoint for Door {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let path = request.uri().path().to_owned();
        match destination(&path) {
            Destination::Inside { slug, api, path } => self.enter(slug, api, path, request).await,
            Destination::Astray(Api::Scim) => {
                Ok(Api::Scim.refuse(StatusCode::NOT_FOUND, ASTRAY_SCIM))
            }
            Destination::Astray(api) => Ok(api.refuse(StatusCode::NOT_FOUND, ASTRAY)),
            Destination::Outside => match self.outside.call(request).await {
                Err(error) if error.is::<NotFoundError>() => {
                    Ok(Api::Management.refuse(StatusCode::NOT_FOUND, ASTRAY))
                }
                answer => answer,
            },
        }
    }
}

impl Door {
    async fn enter(
        &self,
        slug: &str,
        api: Api,
        path: &str,
        mut request: Request,
    ) -> poem::Result<Response> {
        let origin = request.data::<Origin>().cloned().unwrap_or_default();
        let request_id = origin.request_id.clone();
        let visit = request.data::<Arc<Visit>>().cloned().unwrap_or_default();
        let tenant = match self.application.tenant(slug).await {
            Ok(Some(tenant)) => tenant,
            Ok(None) => return Ok(api.refuse(StatusCode::NOT_FOUND, NO_SUCH_TENANT)),
            Err(error) => return Ok(api.store_failed(&error, request_id.as_deref())),
        };
        visit.found(&tenant);
        let caller =
            match authenticate(&self.application, api, &tenant, request.headers(), origin).await {
                Ok(caller) => caller,
                Err(refusal) => return Ok(refusal),
            };
        visit.admitted(&caller);
        if api == Api::Scim
            && let Err(too_many) = self.limits.check(tenant.id())
        {
            let detail = format!(
                "This tenant is sending more than the {} SCIM requests a second that it may. Nothing was \
                 changed; try again after the seconds in the header Retry-After (Okta does so by itself).",
                too_many.per_second
            );
            let answer = api.refuse(StatusCode::TOO_MANY_REQUESTS, &detail);
            return Ok(with_retry_after(answer, too_many.retry_after));
        }
        let Some(uri) = with_path(request.uri(), path) else {
            return Ok(api.refuse(StatusCode::NOT_FOUND, ASTRAY));
        };
        *request.uri_mut() = uri;
        request.set_data(caller);
        request.set_data(self.application.clone());
        request.set_data(self.options.clone());
        let inside = match api {
            Api::Scim => &self.scim,
            Api::Management => &self.management,
        };
        inside.call(request).await
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
    use proptest::prelude::*;

    use super::*;

    fn inside<'a>(slug: &'a str, api: Api, path: &'a str) -> Destination<'a> {
        Destination::Inside { slug, api, path }
    }

    #[test]
    fn each_api_has_its_place_below_the_tenant() {
        for (path, expected) in [
            ("/t/acme/scim/v2", inside("acme", Api::Scim, "/")),
            ("/t/acme/scim/v2/", inside("acme", Api::Scim, "/")),
            ("/t/acme/scim/v2/Users", inside("acme", Api::Scim, "/Users")),
            (
                "/t/acme/scim/v2/Users/",
                inside("acme", Api::Scim, "/Users"),
            ),
            (
                "/t/acme/scim/v2//Users",
                inside("acme", Api::Scim, "/Users"),
            ),
            (
                "/t/acme/scim/v2///Users",
                inside("acme", Api::Scim, "//Users"),
            ),
            (
                "/t/acme/scim/v2/Users/1",
                inside("acme", Api::Scim, "/Users/1"),
            ),
            (
                "/t/acme/api/v1/users",
                inside("acme", Api::Management, "/users"),
            ),
            ("/t//scim/v2/Users", inside("", Api::Scim, "/Users")),
        ] {
            assert_eq!(destination(path), expected, "{path}");
        }
    }

    #[test]
    fn other_spellings_lead_nowhere() {
        for path in [
            "/t/acme/%73cim/v2/Users",
            "/t/acme/scim%2fv2/Users",
            "/t/acme/SCIM/v2/Users",
            "/t/acme//scim/v2/Users",
            "/t/acme/./scim/v2/Users",
            "/t/x/../acme/scim/v2/Users",
            "/t/acme/api/v2/users",
            "/t/acme",
            "/t/acme/",
        ] {
            assert_eq!(
                destination(path),
                Destination::Astray(Api::Management),
                "{path}"
            );
        }
        for path in [
            "/t/acme/scim",
            "/t/acme/scim/v2x/Users",
            "/t/acme/scim/v1/Users",
            "/t/acme/scim//v2",
        ] {
            assert_eq!(destination(path), Destination::Astray(Api::Scim), "{path}");
        }
        for path in [
            "",
            "*",
            "/",
            "/t",
            "//t/acme/scim/v2/Users",
            "/%74/acme/scim/v2/Users",
            "/docs",
        ] {
            assert_eq!(destination(path), Destination::Outside, "{path}");
        }
    }

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

    proptest! {
        #[test]
        fn what_is_inside_is_literally_below_its_tenant(path in "[/t.%2fa-z]{0,12}/?(scim/v2|api/v1)?[/.%a-zA-Z0-9]{0,12}") {
            if let Destination::Inside { slug, api, path: inner } = destination(&path) {
                let base = if api == Api::Scim { "scim/v2" } else { "api/v1" };
                let whole = format!("/t/{slug}/{base}{}", if inner == "/" { "" } else { inner });
                prop_assert!(path == whole || path == format!("{whole}/"), "{path} {whole}");
                prop_assert!(inner.starts_with('/') && !slug.contains('/'));
            }
        }
    }
}
