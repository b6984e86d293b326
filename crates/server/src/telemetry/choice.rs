//! What is sent, by the standard variables of OpenTelemetry (its specification, "Environment Variable
//! Specification"). What they say about where to and how often is read by the exporters themselves.

use std::env::VarError;

use super::TelemetryError;

/// How OTLP travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// gRPC.
    Grpc,
    /// Protocol buffers over HTTP.
    HttpProtobuf,
}

/// Which signals are sent, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) traces: Option<Protocol>,
    pub(super) metrics: Option<Protocol>,
}

/// The variables of one signal.
struct Signal {
    exporter: &'static str,
    endpoint: &'static str,
    protocol: &'static str,
}

const TRACES: Signal = Signal {
    exporter: "OTEL_TRACES_EXPORTER",
    endpoint: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    protocol: "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
};
const METRICS: Signal = Signal {
    exporter: "OTEL_METRICS_EXPORTER",
    endpoint: "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    protocol: "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL",
};
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";

impl Choice {
    pub(super) fn of_environment() -> Result<Self, TelemetryError> {
        Self::of(|name| match std::env::var(name) {
            Ok(value) => Some(value),
            Err(VarError::NotPresent) => None,
            Err(VarError::NotUnicode(value)) => Some(value.to_string_lossy().into_owned()),
        })
    }

    fn of(read: impl Fn(&str) -> Option<String>) -> Result<Self, TelemetryError> {
        // An empty variable counts as not set.
        let read = |name: &str| read(name).filter(|value| !value.trim().is_empty());
        if read("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return Ok(Self::default());
        }
        Ok(Self {
            traces: signal(&TRACES, &read)?,
            metrics: signal(&METRICS, &read)?,
        })
    }
}

/// Nothing is sent unless there is an address to send it to, or an exporter is named: a server that
/// nobody has told of a collector does not look for one.
fn signal(
    signal: &Signal,
    read: &impl Fn(&str) -> Option<String>,
) -> Result<Option<Protocol>, TelemetryError> {
    let addressed = read(signal.endpoint).is_some() || read(ENDPOINT).is_some();
    let wanted = match read(signal.exporter).as_deref() {
        None => addressed,
        Some("none") => false,
        Some("otlp") => true,
        // Prometheus comes by itself, where ROSTER_METRICS_LISTEN says.
        Some("prometheus") if signal.exporter == METRICS.exporter => false,
        Some(other) => {
            return Err(TelemetryError::Unknown {
                variable: signal.exporter,
                value: other.to_owned(),
                allowed: "there are otlp and none, and for metrics prometheus",
            });
        }
    };
    if !wanted {
        return Ok(None);
    }
    let (variable, protocol) = match (read(signal.protocol), read(PROTOCOL)) {
        (Some(own), _) => (signal.protocol, Some(own)),
        (None, common) => (PROTOCOL, common),
    };
    match protocol.as_deref() {
        Some("grpc") => Ok(Some(Protocol::Grpc)),
        None | Some("http/protobuf") => Ok(Some(Protocol::HttpProtobuf)),
        Some(other) => Err(TelemetryError::Unknown {
            variable,
            value: other.to_owned(),
            allowed: "there are grpc and http/protobuf",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(variables: &[(&str, &str)]) -> Result<Choice, TelemetryError> {
        Choice::of(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn nothing_is_sent_unless_somebody_says_where_to() {
        assert_eq!(choice(&[]).unwrap(), Choice::default());
        assert_eq!(choice(&[(ENDPOINT, "")]).unwrap(), Choice::default());
        let both = choice(&[(ENDPOINT, "http://collector:4318")]).unwrap();
        assert_eq!(both.traces, Some(Protocol::HttpProtobuf));
        assert_eq!(both.metrics, Some(Protocol::HttpProtobuf));
        let disabled = choice(&[(ENDPOINT, "http://c"), ("OTEL_SDK_DISABLED", "TRUE")]).unwrap();
        assert_eq!(disabled, Choice::default());
    }

    #[test]
    fn each_signal_has_its_own_word() {
        let found = choice(&[
            (ENDPOINT, "http://collector:4317"),
            (PROTOCOL, "grpc"),
            ("OTEL_METRICS_EXPORTER", "none"),
        ]);
        let expected = Choice {
            traces: Some(Protocol::Grpc),
            metrics: None,
        };
        assert_eq!(found.unwrap(), expected);
        let found = choice(&[
            ("OTEL_TRACES_EXPORTER", "otlp"),
            (PROTOCOL, "grpc"),
            (TRACES.protocol, "http/protobuf"),
        ]);
        let expected = Choice {
            traces: Some(Protocol::HttpProtobuf),
            metrics: None,
        };
        assert_eq!(found.unwrap(), expected);
        let pulled = choice(&[
            (ENDPOINT, "http://c"),
            ("OTEL_METRICS_EXPORTER", "prometheus"),
        ]);
        assert_eq!(pulled.unwrap().metrics, None);
    }

    #[test]
    fn what_is_not_offered_is_named_with_what_is() {
        for variables in [
            [("OTEL_TRACES_EXPORTER", "zipkin"), (ENDPOINT, "http://c")],
            [(PROTOCOL, "http/json"), (ENDPOINT, "http://c")],
        ] {
            let error = choice(&variables).unwrap_err().to_string();
            assert!(
                error.contains(variables[0].0) && error.contains("there are"),
                "{error}"
            );
        }
    }
}
