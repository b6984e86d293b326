//! Around every request: its span, which goes on with the caller's trace (W3C Trace Context), and its
//! measurements. Where neither was asked for, a request goes through as it is.

use std::sync::Arc;
use std::time::Instant;

use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{Status, TraceContextExt};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use poem::http::{HeaderMap, Method};
use poem::{Endpoint, Request, Response};
use roster_http::LOGGED_PATH;
use roster_http::observed::{Observed, Outcome};
use tracing::field::Empty;
use tracing::{Instrument, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::instruments::{Instruments, Measured};
use super::traces::Sampling;

/// What is done around requests.
#[derive(Clone)]
pub(crate) struct Requests {
    instruments: Option<Arc<Instruments>>,
    traced: Option<Sampling>,
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(poem::http::HeaderName::as_str).collect()
    }
}

impl Requests {
    pub(super) fn new(instruments: Option<Instruments>, traced: Option<Sampling>) -> Self {
        Self {
            instruments: instruments.map(Arc::new),
            traced,
        }
    }

    /// Answers a request by `routes`.
    pub(crate) async fn around<E>(&self, routes: &E, request: Request) -> poem::Result<Response>
    where
        E: Endpoint<Output = Response>,
    {
        if self.instruments.is_none() && self.traced.is_none() {
            return routes.call(request).await;
        }
        let begun = Instant::now();
        let method = known(request.method());
        let span = match &self.traced {
            Some(sampling) => span(&request, method, sampling),
            None => Span::none(),
        };
        let answer = routes.call(request).instrument(span.clone()).await;
        let Ok(answer) = answer else {
            return answer;
        };
        let unknown = Observed::default();
        let observed = answer.data::<Observed>().unwrap_or(&unknown);
        let status = answer.status().as_u16();
        if !span.is_none() {
            conclude(&span, method, status, observed);
        }
        if let Some(instruments) = &self.instruments {
            instruments.measure(&Measured {
                method,
                status,
                duration: begun.elapsed(),
                observed,
            });
        }
        Ok(answer)
    }
}

/// The method as it is measured: anybody can invent others.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "_OTHER",
    }
}

/// The span of a request, as the semantic conventions have it. No query, no header, no body: they may
/// name people, or hold a secret. None, if its trace is not sent.
fn span(request: &Request, method: &'static str, sampling: &Sampling) -> Span {
    let caller = TraceContextPropagator::new().extract(&Headers(request.headers()));
    if !sampling.wants(&caller) {
        return Span::none();
    }
    let path: String = request.uri().path().chars().take(LOGGED_PATH).collect();
    let span = tracing::info_span!(
        target: "roster::request",
        "request",
        otel.name = method,
        otel.kind = "server",
        http.request.method = method,
        http.route = Empty,
        http.response.status_code = Empty,
        url.path = path,
        trace_id = Empty,
        roster.tenant = Empty,
        roster.request_id = Empty,
        roster.scim.operation = Empty,
        roster.scim.outcome = Empty,
        roster.scim.reason = Empty,
        roster.sign_in.outcome = Empty,
    );
    // Fails only where nobody listens for spans.
    let _ = span.set_parent(caller);
    let trace = span.context().span().span_context().trace_id();
    span.record("trace_id", trace.to_string());
    span
}

fn conclude(span: &Span, method: &str, status: u16, observed: &Observed) {
    // The name and the status of a span that has begun are not fields any more.
    let context = span.context();
    if let Some(route) = &observed.route {
        context.span().update_name(format!("{method} {route}"));
        span.record("http.route", route.as_ref());
    }
    span.record("http.response.status_code", status);
    if status >= 500 && status != 501 {
        context.span().set_status(Status::error(""));
    }
    span.record("roster.request_id", observed.request_id.as_str());
    if let Some(tenant) = &observed.tenant {
        span.record("roster.tenant", tenant.as_str());
    }
    if let Some(scim) = observed.scim {
        span.record("roster.scim.operation", scim.operation);
        span.record("roster.scim.outcome", scim.outcome.as_str());
        if scim.outcome != Outcome::Succeeded {
            span.record("roster.scim.reason", scim.reason);
        }
    }
    if let Some(sign_in) = observed.sign_in {
        span.record("roster.sign_in.outcome", sign_in.0);
    }
}
