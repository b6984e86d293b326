//! Around every request: its span, which goes on with the caller's trace (W3C Trace Context), and its
//! measurements. Where neither was asked for, a request goes through as it is.

use std::sync::Arc;
use std::time::Instant;

use opentelemetry::KeyValue;
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
        url.path = path,
        trace_id = Empty,
    );
    // Fails only where nobody listens for spans.
    let _ = span.set_parent(caller);
    let trace = span.context().span().span_context().trace_id();
    span.record("trace_id", trace.to_string());
    span
}

/// Straight to OpenTelemetry: by way of `tracing`, each attribute goes through all layers.
fn conclude(span: &Span, method: &str, status: u16, observed: &Observed) {
    let context = span.context();
    let span = context.span();
    let mut attributes = vec![
        KeyValue::new("http.response.status_code", i64::from(status)),
        KeyValue::new("roster.request_id", observed.request_id.clone()),
    ];
    if let Some(route) = &observed.route {
        span.update_name(format!("{method} {route}"));
        attributes.push(KeyValue::new("http.route", route.clone()));
    }
    if status >= 500 && status != 501 {
        span.set_status(Status::error(""));
    }
    if let Some(tenant) = &observed.tenant {
        attributes.push(KeyValue::new("roster.tenant", tenant.clone()));
    }
    if let Some(scim) = observed.scim {
        attributes.push(KeyValue::new("roster.scim.operation", scim.operation));
        attributes.push(KeyValue::new("roster.scim.outcome", scim.outcome.as_str()));
        if scim.outcome != Outcome::Succeeded {
            attributes.push(KeyValue::new("roster.scim.reason", scim.reason));
        }
    }
    if let Some(sign_in) = observed.sign_in {
        attributes.push(KeyValue::new("roster.sign_in.outcome", sign_in.0));
    }
    span.set_attributes(attributes);
}
