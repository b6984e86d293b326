//! The benchmark: what the server answers in a second beside what its parts could at best.
//!
//! For each operation three rates are taken in turn, several rounds in one run: the server on
//! PostgreSQL; an empty handler of the same HTTP framework; and `pgbench` with the very statements
//! that the server sent for that operation, captured from PostgreSQL's log. With E and P for the
//! latter two, the composed limit is L = 1 / (1/E + 1/P), and what counts is rate / L: a ratio
//! within one run on one machine.
//!
//! - [`population`] fills the database; [`statements`] captures what the server sends;
//! - [`subject`] runs the server, [`empty`] the empty handler;
//! - [`load`] drives either with `wrk`, and the database with `pgbench`;
//! - [`telemetry`] compares servers that measure with one that doesn't.
//!
//! `make bench`, or `benchmark --users 1000000 --seconds 5 --rounds 3`; `--statements` shows the
//! captured statements, `--telemetry` measures what telemetry costs instead.

#![allow(clippy::print_stdout, reason = "a report is what this program is for")]

mod empty;
mod load;
mod population;
mod statements;
mod subject;
mod telemetry;

use std::error::Error;

use load::{Load, Rate};
use population::Population;
use roster_tests::postgres::{Cluster, ClusterOptions};
use subject::Subject;

/// What is measured: its name, what `wrk` does, and which statements belong to it.
const OPERATIONS: [(&str, Load); 4] = [
    ("read by id", Load::Read),
    ("lookup by userName", Load::Lookup),
    ("write (PATCH)", Load::Write),
    ("first page of 100", Load::Page),
];

/// Connections that are kept busy: enough to hide waiting, few enough for two cores.
const CONNECTIONS: u32 = 16;

struct Options {
    /// Whether to print the captured statements.
    statements: bool,
    /// Whether to measure the cost of telemetry, and nothing else.
    telemetry: bool,
    users: u64,
    seconds: u64,
    rounds: usize,
}

impl Options {
    fn from_arguments() -> Result<Self, Box<dyn Error>> {
        let mut options = Self {
            statements: false,
            telemetry: false,
            users: 50_000,
            seconds: 3,
            rounds: 3,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            if name == "--statements" {
                options.statements = true;
                continue;
            }
            if name == "--telemetry" {
                options.telemetry = true;
                continue;
            }
            let value = arguments
                .next()
                .ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--users" => options.users = value.parse()?,
                "--seconds" => options.seconds = value.parse()?,
                "--rounds" => options.rounds = value.parse()?,
                _ => {
                    return Err(format!(
                        "{name}: expected --statements, --telemetry, --users N, --seconds N or --rounds N"
                    )
                    .into());
                }
            }
        }
        Ok(options)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::from_arguments()?;
    // Everything as in production, but for the log level, which the capture raises for a moment.
    let settings = [
        ("shared_buffers", "512MB"),
        ("synchronous_commit", "on"),
        ("max_wal_size", "4GB"),
    ];
    let settings = settings
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
    let cluster = Cluster::start(ClusterOptions {
        fsync: true,
        settings,
        ..ClusterOptions::default()
    })?;
    let database = cluster.create_database()?;
    let mut subject = Subject::start(&database)?;
    let population = Population::fill(&cluster, &database, options.users)?;
    println!(
        "{} users; {} rounds of {} s; {CONNECTIONS} connections",
        options.users, options.rounds, options.seconds
    );

    if options.telemetry {
        return telemetry::compare(&subject, &population, options.rounds, options.seconds);
    }

    let mut scripts = Vec::new();
    for (name, load) in OPERATIONS {
        let script = statements::capture(&cluster, &database, &subject, &population, load)?;
        if options.statements {
            println!("\n{name}:\n{script}");
        }
        scripts.push(script);
    }
    subject.restart()?;
    let empty = empty::start()?;

    println!(
        "\n{:<20} {:>9} {:>9} {:>9} {:>9} {:>7}",
        "operation", "server/s", "empty/s", "pgbench/s", "limit/s", "ratio"
    );
    for ((name, load), script) in OPERATIONS.into_iter().zip(&scripts) {
        let mut rounds = Vec::new();
        for _ in 0..options.rounds {
            let server = load::http(&subject, &population, load, CONNECTIONS, options.seconds)?;
            let bare = load::http_empty(&empty, CONNECTIONS, options.seconds)?;
            let bench = load::pgbench(&database, script, CONNECTIONS, options.seconds)?;
            rounds.push((server.per_second, bare.per_second, bench));
        }
        let limit = |(_, empty, bench): &(f64, f64, f64)| 1.0 / (1.0 / empty + 1.0 / bench);
        let median = |pick: &dyn Fn(&(f64, f64, f64)) -> f64| {
            load::median(rounds.iter().map(pick).collect())
        };
        println!(
            "{name:<20} {:>9.0} {:>9.0} {:>9.0} {:>9.0} {:>7.2}",
            median(&|round| round.0),
            median(&|round| round.1),
            median(&|round| round.2),
            median(&limit),
            median(&|round| round.0 / limit(round)),
        );
    }

    println!("\n{:<20} {:>12}", "one at a time", "median µs");
    for (name, load) in OPERATIONS {
        let Rate { median_micros, .. } =
            load::http(&subject, &population, load, 1, options.seconds)?;
        println!("{name:<20} {median_micros:>12.0}");
    }
    println!(
        "\nmemory of the server after this: {} MiB",
        subject.resident_mebibytes()?
    );
    println!(
        "from start to the first answer:  {} ms",
        subject.start_millis()
    );
    Ok(())
}
