//! What is measured: [`traces`] and pushed metrics over real OTLP, [`metrics`] by a real Prometheus.

mod metrics;
mod traces;
