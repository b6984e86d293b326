//! Spans, sent by OTLP. Whether a trace is sent is decided when its request begins, by the standard
//! samplers (`OTEL_TRACES_SAMPLER`): of one that isn't, no span is made at all.

use opentelemetry::Context;
use opentelemetry::trace::{SpanKind, TraceContextExt, TracerProvider};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    IdGenerator, RandomIdGenerator, Sampler, SamplingDecision, SdkTracer, SdkTracerProvider,
    ShouldSample,
};

use super::choice::Protocol;
use super::{SCOPE, TelemetryError};

const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
const ARGUMENT: &str = "OTEL_TRACES_SAMPLER_ARG";

/// What sends them. It takes every span, since [`Sampling`] has decided before.
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
        .with_sampler(Sampler::AlwaysOn)
        .with_resource(resource)
        .build())
}

/// What makes them.
pub(super) fn tracer(provider: &SdkTracerProvider) -> SdkTracer {
    provider.tracer(SCOPE)
}

/// Which traces are sent.
#[derive(Debug, Clone)]
pub(super) struct Sampling(Sampler);

impl Sampling {
    /// As the variables of that process say; every trace that the caller doesn't forbid, unless they
    /// say otherwise.
    ///
    /// # Errors
    /// [`TelemetryError::Unknown`].
    pub(super) fn of(read: impl Fn(&str) -> Option<String>) -> Result<Self, TelemetryError> {
        let read = |name: &str| {
            let value = read(name)?.trim().to_ascii_lowercase();
            Some(value).filter(|value| !value.is_empty())
        };
        let ratio = || match read(ARGUMENT) {
            None => Ok(Sampler::TraceIdRatioBased(1.0)),
            Some(value) => match value.parse() {
                Ok(ratio) if (0.0..=1.0).contains(&ratio) => Ok(Sampler::TraceIdRatioBased(ratio)),
                _ => Err(TelemetryError::Unknown {
                    variable: ARGUMENT,
                    value,
                    allowed: "it is a share of the traces, from 0 to 1, such as 0.1",
                }),
            },
        };
        let parent_based = |root| Sampler::ParentBased(Box::new(root));
        Ok(Self(match read(SAMPLER).as_deref() {
            None | Some("parentbased_always_on") => parent_based(Sampler::AlwaysOn),
            Some("always_on") => Sampler::AlwaysOn,
            Some("always_off") => Sampler::AlwaysOff,
            Some("parentbased_always_off") => parent_based(Sampler::AlwaysOff),
            Some("traceidratio") => ratio()?,
            Some("parentbased_traceidratio") => parent_based(ratio()?),
            Some(other) => {
                return Err(TelemetryError::Unknown {
                    variable: SAMPLER,
                    value: other.to_owned(),
                    allowed: "there are always_on, always_off and traceidratio, and each with parentbased_ before it",
                });
            }
        }))
    }

    /// Whether a trace is sent that goes on from `caller`, or begins here.
    pub(super) fn wants(&self, caller: &Context) -> bool {
        let span = caller.span();
        let from = span.span_context();
        let trace = if from.is_valid() {
            from.trace_id()
        } else {
            RandomIdGenerator::default().new_trace_id()
        };
        let sampled = self
            .0
            .should_sample(Some(caller), trace, "", &SpanKind::Server, &[], &[]);
        sampled.decision == SamplingDecision::RecordAndSample
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

    fn sampling(variables: &[(&str, &str)]) -> Result<Sampling, TelemetryError> {
        Sampling::of(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn caller(flags: TraceFlags) -> Context {
        let state = TraceState::default();
        let (trace, span) = (TraceId::from(7_u128 << 64), SpanId::from(7));
        Context::new().with_remote_span_context(SpanContext::new(trace, span, flags, true, state))
    }

    /// Whether a trace is sent that begins here, one that the caller sends, one that it doesn't.
    fn wants(variables: &[(&str, &str)]) -> [bool; 3] {
        let sampling = sampling(variables).unwrap();
        [
            Context::new(),
            caller(TraceFlags::SAMPLED),
            caller(TraceFlags::NOT_SAMPLED),
        ]
        .map(|caller| sampling.wants(&caller))
    }

    #[test]
    fn the_standard_samplers_decide() {
        assert_eq!(wants(&[]), [true, true, false]);
        assert_eq!(wants(&[(SAMPLER, " ")]), [true, true, false]);
        assert_eq!(wants(&[(SAMPLER, "Always_On ")]), [true; 3]);
        assert_eq!(wants(&[(SAMPLER, "always_off")]), [false; 3]);
        let parent = wants(&[(SAMPLER, "parentbased_always_off")]);
        assert_eq!(parent, [false, true, false]);
        let none = [(SAMPLER, "parentbased_traceidratio"), (ARGUMENT, "0")];
        assert_eq!(wants(&none), [false, true, false]);
        assert_eq!(
            wants(&[(SAMPLER, "traceidratio"), (ARGUMENT, "1")]),
            [true; 3]
        );
    }

    #[test]
    fn a_share_of_the_traces_is_sent() {
        let variables = [(SAMPLER, "parentbased_traceidratio"), (ARGUMENT, "0.25")];
        let sampling = sampling(&variables).unwrap();
        let sent = (0..10_000).filter(|_| sampling.wants(&Context::new()));
        let sent = sent.count();
        assert!((2_000..3_000).contains(&sent), "{sent}");
    }

    #[test]
    fn what_is_no_sampler_is_named_with_what_is() {
        for variables in [
            vec![(SAMPLER, "jaeger_remote")],
            vec![(SAMPLER, "traceidratio"), (ARGUMENT, "2")],
            vec![(SAMPLER, "traceidratio"), (ARGUMENT, "a tenth")],
        ] {
            let error = sampling(&variables).unwrap_err().to_string();
            let (name, value) = variables.last().unwrap();
            assert!(error.contains(name) && error.contains(value), "{error}");
        }
    }
}
