//! Log lines to standard error: pretty for people, JSON for programs. Standard output belongs to
//! results.

use std::io::{self, IsTerminal};

use opentelemetry_sdk::trace::SdkTracer;
use tracing::subscriber::Interest;
use tracing_log::AsLog;
use tracing_subscriber::filter::{LevelFilter, dynamic_filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::configuration::{Configuration, LogFormat};

/// The targets of the spans that are sent.
const REQUEST_SPANS: &str = "roster::request";
const DATABASE_SPANS: &str = "roster::db";

/// Starts logging what `filter` lets through, for the rest of the process; spans go to `tracer`, if
/// there is one, and the lines of a request carry its trace's id then.
pub(crate) fn start(configuration: &Configuration, filter: &str, tracer: Option<SdkTracer>) {
    let on_terminal = io::stderr().is_terminal();
    let format = configuration.log_format.unwrap_or(if on_terminal {
        LogFormat::Pretty
    } else {
        LogFormat::Json
    });
    // The text was parsed when the settings were checked. The driver's debug lines hold the
    // parameters of statements (people's names, the hashes of tokens): only who names it gets them.
    let filter = EnvFilter::builder().parse_lossy(format!("tokio_postgres=info,{filter}"));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        // Standard error may be closed; the server goes on.
        .log_internal_errors(false);
    let lines = match format {
        LogFormat::Pretty => {
            let colours =
                on_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
            lines.with_ansi(colours).boxed()
        }
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .boxed(),
    };
    let spans = tracer.map(|tracer| {
        tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            // Nobody asks OpenTelemetry which span is the current one.
            .with_context_activation(false)
            .with_filter(
                // A statement outside a trace that is sent makes no trace of its own.
                dynamic_filter_fn(|metadata, context| {
                    metadata.target() == REQUEST_SPANS || context.lookup_current().is_some()
                })
                .with_callsite_filter(|metadata| {
                    let ours = [REQUEST_SPANS, DATABASE_SPANS];
                    if metadata.is_span() && ours.contains(&metadata.target()) {
                        Interest::sometimes()
                    } else {
                        Interest::never()
                    }
                })
                .with_max_level_hint(LevelFilter::DEBUG),
            )
    });
    let told = filter.max_level_hint().unwrap_or(LevelFilter::TRACE);
    // Only a second start in one process fails, and then the first one holds.
    let _ = tracing_subscriber::registry()
        .with(spans)
        .with(lines.with_filter(filter))
        .try_init();
    // The spans reach further down than the lines: without this, every debug line that the database's
    // driver writes would be made for them, and thrown away.
    tracing_log::log::set_max_level(told.as_log());
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(
            place,
            message = panic.payload_as_str(),
            "a defect in Roster: please report it"
        );
    }));
}
