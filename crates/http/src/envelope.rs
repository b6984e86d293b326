//! What surrounds every request: its id, the time limit, the last catch for a panic, the headers
//! that every answer has, and one line in the log.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use poem::http::header::{CACHE_CONTROL, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS};
use poem::http::{HeaderValue, StatusCode};
use poem::{Endpoint, Request, Response};
use roster_application::caller::Caller;
use roster_application::directory::TenantEntry;
use roster_domain::context::Origin;

use crate::destination::api_of;
use crate::failure::{Api, RETRY_UNAVAILABLE, with_retry_after};
use crate::observed::{Observed, ScimOperation, SignInOutcome};
use crate::options::Options;
use crate::origin::{self, REQUEST_ID};
use crate::pages;
use crate::unread;
use roster_web_kit::address::{PublicAddress, Transport};

/// Browsers shall ask this host over https alone, for a year (RFC 6797).
const HTTPS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// The longest path that a log line or a trace holds, in characters.
pub const LOGGED_PATH: usize = 256;

/// What the door learns of a request, for the log; it survives a panic and the time limit.
#[derive(Debug, Default)]
pub(crate) struct Visit {
    tenant: OnceLock<String>,
    actor: OnceLock<String>,
    route: OnceLock<Arc<str>>,
    scim: OnceLock<&'static str>,
}

impl Visit {
    /// Notes the tenant.
    pub(crate) fn found(&self, tenant: &TenantEntry) {
        self.tenant.get_or_init(|| tenant.tenant().slug.to_string());
    }

    /// Notes where the path leads.
    pub(crate) fn leads_to(&self, route: Arc<str>) {
        self.route.get_or_init(|| route);
    }

    /// Notes what SCIM was asked for.
    pub(crate) fn asks(&self, operation: &'static str) {
        self.scim.get_or_init(|| operation);
    }

    /// What is known now that it is answered.
    fn observed(&self, request_id: &str, answer: &Response) -> Observed {
        let operation = self.scim.get();
        Observed {
            route: self.route.get().cloned(),
            tenant: self.tenant.get().cloned(),
            request_id: request_id.to_owned(),
            scim: operation.map(|operation| ScimOperation::of(operation, answer)),
            sign_in: answer.data::<SignInOutcome>().copied(),
        }
    }

    /// Notes who was let in.
    pub(crate) fn admitted(&self, caller: &Caller) {
        self.actor.get_or_init(|| caller.actor.name().to_owned());
    }
}

/// The outermost endpoint. It never answers with an error of the framework.
pub(crate) struct Envelope<E> {
    inner: E,
    options: Arc<Options>,
    address: PublicAddress,
}

impl<E> Envelope<E> {
    pub(crate) fn new(inner: E, options: Arc<Options>) -> Self {
        Self {
            address: PublicAddress::of(&options.public_url),
            inner,
            options,
        }
    }
}

impl<E: Endpoint<Output = Response>> Endpoint for Envelope<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let started = Instant::now();
        let origin = origin::of(&request, &self.options.trusted_proxies);
        let request_id = origin.request_id.clone().unwrap_or_default();
        let visit = Arc::new(Visit::default());
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let api = api_of(&path, request.headers());
        request.set_data(origin.clone());
        request.set_data(visit.clone());

        let rest = unread::lend(&mut request);
        let mut answer = self.answer(request, api, &request_id).await;
        if let Some(rest) = rest {
            let left = self
                .options
                .request_timeout
                .saturating_sub(started.elapsed());
            answer = rest.read(left, answer).await;
        }
        let answer = api.sign(answer, &request_id, &self.address);
        let mut answer = with_common_headers(answer, &request_id);
        if self.address.transport() == Transport::Https {
            answer
                .headers_mut()
                .insert(STRICT_TRANSPORT_SECURITY, HTTPS_ONLY);
        }

        let line = Line {
            origin: &origin,
            visit: &visit,
            method: method.as_str(),
            path: &path,
        };
        line.write(answer.status(), started.elapsed());
        let observed = visit.observed(&request_id, &answer);
        answer.set_data(observed);
        Ok(answer)
    }
}

impl<E: Endpoint<Output = Response>> Envelope<E> {
    async fn answer(&self, request: Request, api: Api, request_id: &str) -> Response {
        let limit = self.options.request_timeout;
        // What a panic leaves behind is this request's alone: shared state is behind locks that
        // don't mind, and in the database.
        let work = AssertUnwindSafe(self.inner.call(request)).catch_unwind();
        match tokio::time::timeout(limit, work).await {
            Ok(Ok(Ok(answer))) => answer,
            Ok(Ok(Err(error))) => api.framework_failed(error, Some(request_id)),
            Ok(Err(_)) => {
                // The panic hook has already reported where.
                tracing::error!(request_id, "a request handler panicked");
                api.internal_error(Some(request_id))
            }
            Err(_) => {
                let detail = match api {
                    Api::Pages => pages::failure::TOO_SLOW.to_owned(),
                    Api::Scim | Api::Management => format!(
                        "The service did not finish within {} seconds. Read the record again to see whether \
                         the change was made, then repeat the request if it was not.",
                        limit.as_secs()
                    ),
                };
                with_retry_after(
                    api.refuse(StatusCode::SERVICE_UNAVAILABLE, &detail),
                    RETRY_UNAVAILABLE,
                )
            }
        }
    }
}

fn with_common_headers(mut answer: Response, request_id: &str) -> Response {
    let headers = answer.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if let Ok(request_id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, request_id);
    }
    answer
}

/// The line that a request leaves in the log. No query (a filter may hold an e-mail), no header,
/// no body.
struct Line<'a> {
    origin: &'a Origin,
    visit: &'a Visit,
    method: &'a str,
    path: &'a str,
}

impl Line<'_> {
    fn write(&self, status: StatusCode, duration: Duration) {
        let path: String = self.path.chars().take(LOGGED_PATH).collect();
        let duration_ms = (duration.as_secs_f64() * 1e6).round() / 1e3;
        let source_ip = self.origin.source_ip.map(|ip| ip.to_string());
        // Whoever asks every few seconds whether the process lives is not worth a line each time.
        let quiet = status == StatusCode::OK && matches!(self.path, "/livez" | "/readyz");
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: "roster::request",
                    request_id = self.origin.request_id,
                    method = self.method,
                    path,
                    tenant = self.visit.tenant.get(),
                    actor = self.visit.actor.get(),
                    status = status.as_u16(),
                    duration_ms,
                    source_ip,
                    "request"
                )
            };
        }
        if quiet { line!(debug) } else { line!(info) }
    }
}

#[cfg(test)]
mod tests {
    use poem::endpoint::make;
    use poem::test::TestClient;
    use serde_json::Value;

    use super::*;

    fn client<E: Endpoint<Output = Response> + 'static>(
        inner: E,
        limit: Duration,
    ) -> TestClient<Envelope<E>> {
        let options = Options {
            request_timeout: limit,
            ..Options::default()
        };
        TestClient::new(Envelope::new(inner, Arc::new(options)))
    }

    async fn body(answer: poem::test::TestResponse) -> Value {
        let text = answer.0.into_body().into_bytes().await.unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    #[tokio::test]
    async fn a_panic_is_answered_in_the_shape_of_its_api() {
        let panics = make(|request: Request| async move {
            assert!(
                request.headers().is_empty(),
                "a fault with a secret: hunter2"
            );
            Ok::<_, poem::Error>(Response::default())
        });
        let client = client(panics, Duration::from_secs(5));
        let answer = client
            .get("/t/acme/scim/v2/Users")
            .header(REQUEST_ID, "r-1")
            .send()
            .await;
        answer.assert_status(StatusCode::INTERNAL_SERVER_ERROR);
        answer.assert_content_type("application/scim+json");
        answer.assert_header(REQUEST_ID, "r-1");
        answer.assert_header("cache-control", "no-store");
        answer.assert_header("x-content-type-options", "nosniff");
        let body = body(answer).await;
        assert_eq!(body["status"], "500");
        let detail = body["detail"].as_str().unwrap();
        assert!(
            detail.contains("r-1") && !detail.contains("hunter2"),
            "{detail}"
        );

        let page = client
            .get("/t/acme/saml/login")
            .header(REQUEST_ID, "r-3")
            .send()
            .await;
        page.assert_status(StatusCode::INTERNAL_SERVER_ERROR);
        page.assert_content_type("text/html; charset=utf-8");
        let text = page.0.into_body().into_string().await.unwrap();
        assert!(text.contains("r-3") && !text.contains("hunter2"), "{text}");

        let answer = client
            .get("/t/acme/api/v1/users")
            .header(REQUEST_ID, "r-2")
            .send()
            .await;
        answer.assert_status(StatusCode::INTERNAL_SERVER_ERROR);
        answer.assert_content_type("application/problem+json");
    }

    #[tokio::test]
    async fn whoever_takes_too_long_is_answered_all_the_same() {
        let sleeps = make(|_| async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Ok::<_, poem::Error>(Response::default())
        });
        let answer = client(sleeps, Duration::from_millis(20))
            .get("/t/acme/scim/v2/Users")
            .send()
            .await;
        answer.assert_status(StatusCode::SERVICE_UNAVAILABLE);
        answer.assert_header("retry-after", "5");
        assert_eq!(body(answer).await["status"], "503");

        let sleeps = make(|_| async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Ok::<_, poem::Error>(Response::default())
        });
        let page = client(sleeps, Duration::from_millis(20))
            .post("/t/acme/saml/acs")
            .send()
            .await;
        page.assert_status(StatusCode::SERVICE_UNAVAILABLE);
        page.assert_content_type("text/html; charset=utf-8");
    }
}
