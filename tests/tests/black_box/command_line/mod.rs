//! The program's commands and settings.

mod admin_link;
mod audit;
mod commands;
mod erase;
mod guide;
mod keys;
mod openapi;
mod saml;
mod secret_key;
mod serve;
mod settings;
mod site;
mod upkeep;

use std::fmt::Debug;
use std::time::{Duration, Instant};

use roster_tests::binary::text;
use roster_tests::server::Server;

/// Runs a command that must fail, and answers its one line.
fn refused(server: &Server, arguments: &[&str]) -> String {
    let output = server.cli(arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    assert_eq!(
        text(&output.stdout),
        "",
        "{arguments:?}: what fails prints nothing on standard output"
    );
    assert_eq!(said.trim_end().lines().count(), 1, "{arguments:?}: {said}");
    said
}

/// Asks again until the answer is the expected one: a server remembers some things for a moment,
/// and does others by the clock.
async fn eventually<T: PartialEq + Debug>(expected: T, ask: impl AsyncFn() -> T) {
    /// Nothing takes so long, except on a machine that has much else to do.
    const LIMIT: Duration = Duration::from_secs(90);
    let begun = Instant::now();
    loop {
        let answer = ask().await;
        if answer == expected {
            return;
        }
        assert!(
            begun.elapsed() < LIMIT,
            "still {answer:?} instead of {expected:?}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
