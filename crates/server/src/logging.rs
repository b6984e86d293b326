//! Log lines to standard error: pretty for people, JSON for programs. Standard output belongs to
//! results.

use std::io::{self, IsTerminal};

use opentelemetry_sdk::trace::SdkTracer;
use tracing_subscriber::filter::{LevelFilter, Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::configuration::{Configuration, LogFormat};

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
        let ours = Targets::new()
            .with_target("roster::request", LevelFilter::INFO)
            .with_target("roster::db", LevelFilter::DEBUG);
        tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(
                filter_fn(move |metadata| {
                    metadata.is_span() && ours.would_enable(metadata.target(), metadata.level())
                })
                .with_max_level_hint(LevelFilter::DEBUG),
            )
    });
    // Only a second start in one process fails, and then the first one holds.
    let _ = tracing_subscriber::registry()
        .with(spans)
        .with(lines.with_filter(filter))
        .try_init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(
            place,
            message = panic.payload_as_str(),
            "a defect in Roster: please report it"
        );
    }));
}
