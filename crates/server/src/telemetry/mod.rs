//! Traces and metrics, by OpenTelemetry. Nothing is measured or sent unless it was asked for: by the
//! standard variables of OpenTelemetry ([`choice`]), or by `ROSTER_METRICS_LISTEN` for Prometheus.
//!
//! - [`traces`]: spans of requests and of the database, sent by OTLP;
//! - [`instruments`]: what is counted and measured; [`process`]: what is read off when somebody asks;
//! - [`requests`]: around every request: its span and its measurements;
//! - [`exposition`]: where Prometheus finds them.
//!
//! The other crates know nothing of OpenTelemetry: they make spans with `tracing`, and say what a request
//! turned out to be (`roster_http::observed`) and what a process has done (`roster_application::statistics`).

mod choice;
mod exposition;
mod instruments;
pub(crate) mod process;
pub(crate) mod requests;
mod traces;

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry_otlp::{ExporterBuildError, MetricExporter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use prometheus::Registry;

use choice::{Choice, Protocol};
pub(crate) use exposition::Exposition;
use instruments::Instruments;
use requests::Requests;
use traces::Sampling;

/// How long what is left may take to be sent at the end.
const LAST_FLUSH: Duration = Duration::from_secs(5);

/// The name under which everything is measured.
const SCOPE: &str = "roster";

/// What can't be measured as it was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TelemetryError {
    /// A variable of OpenTelemetry's says something that is not offered.
    #[error("{variable} is {value:?}, which is not offered: {allowed}.")]
    Unknown {
        /// The variable.
        variable: &'static str,
        /// What it says.
        value: String,
        /// What it may say.
        allowed: &'static str,
    },
    /// An exporter can't be made of the variables.
    #[error("OpenTelemetry's settings (OTEL_EXPORTER_OTLP_…) can't be used: {0}")]
    Exporter(#[from] ExporterBuildError),
    /// The instruments can't be offered to Prometheus.
    #[error("the metrics for Prometheus can't be set up: {0}")]
    Prometheus(String),
}

/// What is sent where, for the life of a server.
pub(crate) struct Telemetry {
    tracer: Option<(SdkTracerProvider, Sampling)>,
    meters: Option<SdkMeterProvider>,
    registry: Option<Registry>,
}

impl Telemetry {
    /// As the environment says; `exposed`: whether Prometheus will come.
    ///
    /// # Errors
    /// [`TelemetryError`].
    pub(crate) fn start(exposed: bool) -> Result<Self, TelemetryError> {
        let choice = Choice::of_environment()?;
        let tracer = match choice.traces {
            Some(protocol) => {
                let sampling = Sampling::of(|name| std::env::var(name).ok())?;
                Some((traces::provider(protocol, resource())?, sampling))
            }
            None => None,
        };
        let registry = exposed.then(Registry::new);
        let meters = meters(choice.metrics, registry.as_ref())?;
        Ok(Self {
            tracer,
            meters,
            registry,
        })
    }

    /// Where spans go, if anywhere.
    pub(crate) fn tracer(&self) -> Option<SdkTracer> {
        let provider = self.tracer.as_ref().map(|(provider, _)| provider);
        provider.map(traces::tracer)
    }

    /// Where measurements are made, if anywhere.
    pub(crate) fn meter(&self) -> Option<Meter> {
        self.meters.as_ref().map(|meters| meters.meter(SCOPE))
    }

    /// What is done around every request.
    pub(crate) fn requests(&self) -> Requests {
        let instruments = self.meter().map(|meter| Instruments::new(&meter));
        let sampling = self.tracer.as_ref().map(|(_, sampling)| sampling.clone());
        Requests::new(instruments, sampling)
    }

    /// What Prometheus is given, if it comes.
    pub(crate) fn registry(&self) -> Option<Registry> {
        self.registry.clone()
    }

    /// Sends what is left. What can't be sent in time is lost.
    pub(crate) async fn end(self) {
        let ending = tokio::task::spawn_blocking(move || {
            if let Some((tracer, _)) = self.tracer {
                let _ = tracer.shutdown_with_timeout(LAST_FLUSH / 2);
            }
            if let Some(meters) = self.meters {
                let _ = meters.shutdown_with_timeout(LAST_FLUSH / 2);
            }
        });
        let _ = tokio::time::timeout(LAST_FLUSH, ending).await;
    }
}

/// Who measures. `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` are heeded.
fn resource() -> Resource {
    let value = |name: &str| std::env::var(name).unwrap_or_default();
    let attributes = value("OTEL_RESOURCE_ATTRIBUTES");
    let mut attributes = attributes
        .split(',')
        .filter_map(|pair| pair.split_once('='));
    let is_named = attributes.any(|(name, _)| name.trim() == "service.name");
    let builder = Resource::builder()
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    if is_named || !value("OTEL_SERVICE_NAME").is_empty() {
        builder.build()
    } else {
        builder.with_service_name("roster").build()
    }
}

fn meters(
    push: Option<Protocol>,
    registry: Option<&Registry>,
) -> Result<Option<SdkMeterProvider>, TelemetryError> {
    if push.is_none() && registry.is_none() {
        return Ok(None);
    }
    let mut provider = SdkMeterProvider::builder().with_resource(resource());
    if let Some(protocol) = push {
        let exporter = MetricExporter::builder();
        let exporter = match protocol {
            Protocol::Grpc => exporter.with_tonic().build()?,
            Protocol::HttpProtobuf => exporter.with_http().build()?,
        };
        provider = provider.with_periodic_exporter(exporter);
    }
    if let Some(registry) = registry {
        let exporter = opentelemetry_prometheus::exporter()
            .with_registry(registry.clone())
            .build()
            .map_err(|error| TelemetryError::Prometheus(error.to_string()))?;
        provider = provider.with_reader(exporter);
    }
    Ok(Some(provider.build()))
}
