//! `roster serve`: opens the database, makes sure of the tenant `default`, answers requests, and
//! ends in order.

use std::num::NonZeroU32;
use std::path::Path;

use poem::{EndpointExt, Server};
use roster_application::Application;
use roster_domain::tenant::Tenant;
use roster_http::options::{Options, RateLimit};
use roster_store_postgres::{PostgresStore, Standing};
use tokio::net::TcpListener;

use crate::configuration::{Configuration, Rate};
use crate::equipment::Equipment;
use crate::failure::Failure;
use crate::listener::{Connections, Limits};
use crate::open_files::places;
use crate::output;
use crate::shutdown::{self, InFlight, Signals};
use crate::store::OpenStore;
use crate::telemetry::process::{self, LastExpiries};
use crate::telemetry::{Exposition, Telemetry};
use crate::upkeep::Upkeep;
use crate::waiting::when_the_database_is_there;

/// How many connections there may be for Prometheus at once.
const SCRAPERS: usize = 16;

/// Runs the server until a signal ends it.
pub(super) async fn run(
    configuration: &Configuration,
    file: Option<&Path>,
    telemetry: &Telemetry,
) -> Result<(), Failure> {
    let mut signals = Signals::catch().map_err(Failure::Serve)?;
    // First the address: a second server by mistake must not touch the database of the first.
    let address = configuration.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|problem| Failure::Listen { address, problem })?;
    let address = listener.local_addr().map_err(Failure::Serve)?;
    let public_url = configuration.public_url(address.port());
    for warning in configuration.warnings() {
        tracing::warn!("{warning}");
    }
    let options = options(configuration, public_url);
    let most = places(configuration.database_connections());
    let limits = Limits::of(configuration.request_timeout, most);
    let opening = async || application(configuration, &options.public_url).await;
    let Opened {
        application,
        pool,
        schema,
    } = tokio::select! {
        opened = when_the_database_is_there(configuration, &listener, limits, &options, opening) => opened?,
        _ = signals.next() => return Ok(()),
    };
    if let Standing::Ahead(unknown) = schema {
        tracing::warn!(
            ?unknown,
            "the database's schema is newer than this version, and serves it"
        );
    }

    let in_flight = InFlight::default();
    let counted = in_flight.clone();
    let console = roster_console::console(application.clone(), &options.public_url);
    let routes = roster_http::routes(application.clone(), options.clone(), console);
    let requests = telemetry.requests();
    let routes = routes.around(move |routes, request| {
        let requests = requests.clone();
        counted
            .clone()
            .count(async move { requests.around(&routes, request).await })
    });
    let connections = Connections::new(listener, limits).map_err(Failure::Serve)?;
    output::print(&banner(&options, &program(), file))?;
    tracing::info!(%address, public_url = options.public_url, version = env!("CARGO_PKG_VERSION"), "listening");

    let expiries = telemetry.meter().map(|meter| {
        let expiries = LastExpiries::default();
        process::offer(&meter, &application, pool, &expiries);
        expiries
    });
    let _exposition = exposition(configuration, telemetry).await?;
    let upkeep = Upkeep::start(application, expiries);
    let limit = shutdown::limit(configuration.request_timeout);
    let (stop, stopping) = tokio::sync::oneshot::channel::<()>();
    let server = Server::new_with_acceptor(connections).run_with_graceful_shutdown(
        routes,
        async {
            let _ = stopping.await;
        },
        Some(limit),
    );
    tokio::pin!(server);
    let ended = tokio::select! {
        ended = &mut server => ended,
        signal = signals.next() => {
            tracing::info!(signal, limit_seconds = limit.as_secs(), "ending: finishing what is in flight");
            upkeep.stop();
            let _ = stop.send(());
            tokio::select! {
                ended = &mut server => ended,
                () = in_flight.quiet() => Ok(()),
                _ = signals.next() => return Err(Failure::Interrupted),
            }
        }
    };
    upkeep.end(shutdown::LAST_NOTES).await;
    tracing::info!("ended");
    ended.map_err(Failure::Serve)
}

/// Where Prometheus finds the metrics, if it is wanted.
async fn exposition(
    configuration: &Configuration,
    telemetry: &Telemetry,
) -> Result<Option<Exposition>, Failure> {
    let wanted = configuration.metrics_listen.zip(telemetry.registry());
    let Some((address, registry)) = wanted else {
        return Ok(None);
    };
    let limits = Limits::of(configuration.request_timeout, SCRAPERS);
    let exposition = Exposition::start(address, registry, limits).await;
    let exposition = exposition.map_err(|problem| Failure::MetricsListen { address, problem })?;
    tracing::info!(address = %exposition.address(), "metrics for Prometheus");
    Ok(Some(exposition))
}

/// What has become of the settings.
struct Opened {
    application: Application,
    /// The store whose pool can be looked at.
    pool: Option<PostgresStore>,
    schema: Standing,
}

/// The application on a database that is ready, with the tenant `default` and a key that signs.
async fn application(configuration: &Configuration, public_url: &str) -> Result<Opened, Failure> {
    let store = OpenStore::open(configuration).await?;
    let pool = store.postgres();
    let schema = match configuration.migrate_on_start {
        true => store.migrate().await?,
        false => store.schema().await?,
    };
    let equipment = Equipment::of_server(configuration)?;
    let application = store.into_application(configuration, equipment, public_url.to_owned());
    application.ready().await.map_err(Failure::NotReady)?;
    application.ensure_default_tenant().await?;
    application.ensure_signing_key().await?;
    Ok(Opened {
        application,
        pool,
        schema,
    })
}

fn options(configuration: &Configuration, public_url: String) -> Options {
    Options {
        public_url,
        request_timeout: configuration.request_timeout,
        rate_limit: rate_limit(configuration.scim_rate),
        sign_in_limit: rate_limit(configuration.sign_in_rate),
        trusted_proxies: configuration.trusted_proxies.clone(),
    }
}

fn rate_limit(rate: Rate) -> Option<RateLimit> {
    NonZeroU32::new(rate.limit)
        .zip(NonZeroU32::new(rate.burst))
        .map(|(per_second, burst)| RateLimit { per_second, burst })
}

/// The program as it was called, so that the printed commands work when they are pasted.
fn program() -> String {
    let program = std::env::args_os()
        .next()
        .map(|program| program.to_string_lossy().into_owned());
    program
        .filter(|program| program.contains('/'))
        .unwrap_or_else(|| "roster".to_owned())
}

/// What a newcomer needs next.
fn banner(options: &Options, program: &str, file: Option<&Path>) -> String {
    let tenant = Tenant::DEFAULT_SLUG;
    let (tenant_url, public_url) = (options.tenant_url(tenant), &options.public_url);
    let config = file
        .map(|file| format!(" --config {}", file.display()))
        .unwrap_or_default();
    format!(
        "Roster is ready.

  Tenant URL  {tenant_url}
  Sign in     {public_url}/t/{tenant}/
  Swagger UI  {public_url}/docs

Sign in as an administrator, until SAML is set up or when it fails:
  {program} admin link{config} --tenant {tenant}
Make an API token for Okta:
  {program} token create{config} --tenant {tenant} --name okta --permission UserModify
Add a user:
  {program} user add{config} --tenant {tenant} --user-name ada@example.com --email ada@example.com --given-name Ada --family-name Lovelace --role Analyst

"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command_line::CommandLine;
    use clap::Parser;

    #[test]
    fn the_commands_of_the_banner_can_be_typed() {
        let banner = banner(
            &Options::default(),
            "roster",
            Some(Path::new("roster.toml")),
        );
        assert!(
            banner.contains("  http://localhost:8080/t/default/scim/v2\n"),
            "{banner}"
        );
        assert!(
            banner.contains("  http://localhost:8080/t/default/\n"),
            "{banner}"
        );
        let commands: Vec<&str> = banner
            .lines()
            .filter(|line| line.starts_with("  roster "))
            .collect();
        assert_eq!(commands.len(), 3);
        for command in commands {
            CommandLine::try_parse_from(command.split_whitespace()).unwrap();
        }
    }
}
