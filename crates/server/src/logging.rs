//! Log lines to standard error: pretty for people, JSON for programs. Standard output belongs to
//! results.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::configuration::{Configuration, LogFormat};

/// Starts logging what `filter` lets through, for the rest of the process.
pub(crate) fn start(configuration: &Configuration, filter: &str) {
    let on_terminal = io::stderr().is_terminal();
    let format = configuration.log_format.unwrap_or(if on_terminal {
        LogFormat::Pretty
    } else {
        LogFormat::Json
    });
    // The text was parsed when the settings were checked. The driver's debug lines hold the
    // parameters of statements (people's names, the hashes of tokens): only who names it gets them.
    let filter = EnvFilter::builder().parse_lossy(format!("tokio_postgres=info,{filter}"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        // Standard error may be closed; the server goes on.
        .log_internal_errors(false);
    // Only a second start in one process fails, and then the first one holds.
    let _ = match format {
        LogFormat::Pretty => {
            let colours =
                on_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
            lines.with_ansi(colours).try_init()
        }
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .try_init(),
    };
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(
            place,
            message = panic.payload_as_str(),
            "a defect in Roster: please report it"
        );
    }));
}
