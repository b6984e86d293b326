//! `roster`: the server and its command line.
//!
//! This crate is the only one that knows all the others: it reads the settings, opens the store
//! that they name, puts the application on top of it and the HTTP adapter on top of that. It
//! holds no rules of its own.
//!
//! Where to go next:
//! - [`command_line`]: what can be typed; [`commands`]: one file for each command, of which
//!   `commands::serve` is the server;
//! - [`configuration`]: the settings, from the environment over a file over defaults;
//! - [`store`], [`equipment`], [`keys`], [`world`]: the adapters that are chosen or made here;
//! - [`upkeep`]: what is done by the clock; [`telemetry`]: what is measured, and for whom;
//! - [`listener`], [`waiting`], [`shutdown`], [`logging`]: how the process behaves.

mod command_line;
mod commands;
mod configuration;
mod equipment;
mod failure;
mod keys;
mod listener;
mod logging;
mod open_files;
mod operator;
mod output;
mod shutdown;
mod store;
mod telemetry;
mod upkeep;
mod waiting;
mod world;

use std::process::ExitCode;

use clap::Parser;
use command_line::CommandLine;

/// Requests make many small, short-lived allocations on every thread.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return output::fail(&format!(
                "The threads of the server can't be started: {error}"
            ));
        }
    };
    let result = runtime.block_on(commands::run(command_line));
    // A query that a signal interrupted must not hold the process back.
    runtime.shutdown_timeout(shutdown::LAST_THREADS);
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => output::fail(&failure.to_string()),
    }
}
