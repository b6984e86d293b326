//! Spans, sent by OTLP. The sampler is the standard one (`OTEL_TRACES_SAMPLER`).

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

use super::SCOPE;
use super::choice::Protocol;

/// What sends them.
pub(super) fn provider(
    protocol: Protocol,
    resource: Resource,
) -> Result<SdkTracerProvider, ExporterBuildError> {
    let exporter = SpanExporter::builder();
    let exporter = match protocol {
        Protocol::Grpc => exporter.with_tonic().build()?,
        Protocol::HttpProtobuf => exporter.with_http().build()?,
    };
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource)
        .build())
}

/// What makes them.
pub(super) fn tracer(provider: &SdkTracerProvider) -> SdkTracer {
    provider.tracer(SCOPE)
}
