//! The program's commands and settings.

mod admin_link;
mod commands;
mod keys;
mod openapi;
mod saml;
mod secret_key;
mod serve;
mod settings;

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
