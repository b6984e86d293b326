//! What each command does: one file a command, all with the same beginning: settings, logging,
//! then the work through the application's use cases.

mod admin;
mod audit;
mod backup;
mod config_check;
mod keys;
mod migrate;
mod openapi;
mod saml;
mod serve;
mod tenant;
mod token;
mod user;

use roster_application::Application;
use roster_application::caller::Caller;

use crate::command_line::{Command, CommandLine, ConfigCommand};
use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::telemetry::Telemetry;
use crate::{logging, operator};

/// Does what was typed.
///
/// # Errors
/// [`Failure`], the one line that is printed.
pub(crate) async fn run(command_line: CommandLine) -> Result<(), Failure> {
    // The documents are part of the program and depend on no setting.
    if let Command::Openapi { dir } = &command_line.command {
        return openapi::run(dir);
    }
    let configuration = Configuration::load(command_line.config.as_deref())?;
    let filter = match command_line.command {
        Command::Serve => &configuration.log,
        _ => configuration.log_of_command(),
    };
    // A command is over before anybody could look at its traces.
    let telemetry = match command_line.command {
        Command::Serve => Some(Telemetry::start(configuration.metrics_listen.is_some())?),
        _ => None,
    };
    let tracer = telemetry.as_ref().and_then(Telemetry::tracer);
    logging::start(&configuration, filter, tracer);
    if let Some(telemetry) = telemetry {
        let ended = serve::run(&configuration, command_line.config.as_deref(), &telemetry).await;
        // Who asks a second time does not want to wait.
        if !matches!(ended, Err(Failure::Interrupted)) {
            telemetry.end().await;
        }
        return ended;
    }
    match command_line.command {
        // Never here: it was run above.
        Command::Serve => Ok(()),
        Command::Migrate { check } => migrate::run(&configuration, check).await,
        Command::Openapi { dir } => openapi::run(&dir),
        Command::Tenant(command) => tenant::run(&configuration, command).await,
        Command::Token(command) => token::run(&configuration, command).await,
        Command::User(command) => user::run(&configuration, command).await,
        Command::Admin(command) => admin::run(&configuration, command).await,
        Command::Keys(command) => keys::run(&configuration, command).await,
        Command::Saml(command) => saml::run(&configuration, command).await,
        Command::Audit(command) => audit::run(&configuration, command).await,
        Command::Backup { to } => backup::run(&configuration, &to).await,
        Command::Config(ConfigCommand::Check) => config_check::run(&configuration),
    }
}

/// The operator as a caller within the tenant `slug`.
async fn operator(application: &Application, slug: &str) -> Result<Caller, Failure> {
    if let Some(tenant) = application.tenant(slug).await? {
        return Ok(application.operator(tenant, &operator::name()));
    }
    const SHOWN: usize = 10;
    let tenants = application.list_tenants().await?;
    let names: Vec<&str> = tenants
        .iter()
        .take(SHOWN)
        .map(|tenant| tenant.slug.as_str())
        .collect();
    let known = match (names.join(", "), tenants.len() > SHOWN) {
        (names, _) if names.is_empty() => {
            "Start `roster serve` once: it makes the tenant default.".to_owned()
        }
        (names, false) => format!("There are: {names}. Make one with `roster tenant create`."),
        (names, true) => format!("There are: {names} and more; see `roster tenant list`."),
    };
    Err(Failure::NoTenant {
        slug: format!("{slug:?}"),
        known,
    })
}

/// A time as lists show it: RFC 3339, in UTC.
fn timestamp(time: time::OffsetDateTime) -> String {
    time.format(&time::format_description::well_known::Rfc3339)
        .unwrap_or_else(|_| time.to_string())
}
