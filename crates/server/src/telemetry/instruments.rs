//! What is counted and measured of requests. Names and units are those of OpenTelemetry's semantic
//! conventions where it has any; Prometheus writes them with underscores and its own suffixes.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter};
use roster_http::observed::Observed;

/// The limits that the semantic conventions advise for http.server.request.duration, in seconds.
const BOUNDARIES: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// The instruments.
pub(super) struct Instruments {
    duration: Histogram<f64>,
    scim: Counter<u64>,
    sign_ins: Counter<u64>,
}

/// One answered request.
pub(super) struct Measured<'a> {
    /// The method, if it is one of the usual ones; else `_OTHER`.
    pub(super) method: &'static str,
    pub(super) status: u16,
    pub(super) duration: Duration,
    pub(super) observed: &'a Observed,
}

impl Instruments {
    pub(super) fn new(meter: &Meter) -> Self {
        Self {
            duration: meter
                .f64_histogram("http.server.request.duration")
                .with_unit("s")
                .with_description("How long requests took, by route and status.")
                .with_boundaries(BOUNDARIES.to_vec())
                .build(),
            scim: meter
                .u64_counter("roster.scim.operations")
                .with_description("What SCIM clients asked for, with what came of it and why.")
                .build(),
            sign_ins: meter
                .u64_counter("roster.sign_ins")
                .with_description("Sign-ins, by what came of them.")
                .build(),
        }
    }

    pub(super) fn measure(&self, measured: &Measured<'_>) {
        let observed = measured.observed;
        let mut attributes = vec![
            KeyValue::new("http.request.method", measured.method),
            KeyValue::new("http.response.status_code", i64::from(measured.status)),
        ];
        if let Some(route) = &observed.route {
            attributes.push(KeyValue::new("http.route", route.clone()));
        }
        self.duration
            .record(measured.duration.as_secs_f64(), &attributes);
        if let Some(scim) = observed.scim {
            let attributes = [
                KeyValue::new("operation", scim.operation),
                KeyValue::new("outcome", scim.outcome.as_str()),
                KeyValue::new("reason", scim.reason),
            ];
            self.scim.add(1, &attributes);
        }
        if let Some(sign_in) = observed.sign_in {
            self.sign_ins.add(1, &[KeyValue::new("outcome", sign_in.0)]);
        }
    }
}
